"""The thread that serves one port: its loop in `port`, and a module for each thing it does."""
