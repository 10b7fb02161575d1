"""The full run: one box of a scenario lived through by the production daemon, on the emulated network, in its time."""
