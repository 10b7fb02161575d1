"""Other SMS software on the same emulated modem: each sends a pile of messages as fast as it can be set to."""
