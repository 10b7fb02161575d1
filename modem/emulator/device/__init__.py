"""One emulated modem: the AT dialogue, its memories, its notices. No I/O, no clock, no network of its own."""
