"""What a person can mend: every such error of the emulator, with one sentence that says what to do about it.

A port that is taken or a folder that is not there is an OSError; a document that is wrong, a DocumentError.
"""


class EmulatorError(Exception):
    """The root of the others."""


class UnknownProfile(EmulatorError):
    """No profile has this name; the message lists those that there are."""


class TraceError(EmulatorError):
    """A file is no trace; the message says where and why."""


class LogLost(EmulatorError):
    """The log cannot be written any more. An emulator without the log that was asked for would be no witness."""
