"""Knows time: the clock, when a message may go out, and what runs by itself."""
