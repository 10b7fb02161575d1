"""The only I/O of the emulator: ports, sockets, the control port and the clock, in one loop."""
