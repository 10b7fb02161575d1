"""A scenario: which centre is simulated, and the world around it. `model` says what can be written, `files` reads."""
