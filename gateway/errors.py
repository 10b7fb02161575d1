"""What can go wrong in the centre, as one tree. Every message is one sentence that says what to do about it."""

from __future__ import annotations


class GatewayError(Exception):
    """Root of all errors of this package."""


class ConfigError(GatewayError):
    """The configuration is wrong; the message lists every fault with file and line."""


class IntakeError(GatewayError):
    """A visits file cannot be read at all (single rows are refused, not raised)."""


class StoreError(GatewayError):
    """The database cannot be used."""


class StoreClosed(StoreError):
    """The daemon has ended."""


class StoreTrouble(StoreError):
    """The database cannot be written now, whatever the change; the same operation may work later."""

    state = "failing"


class StoreFull(StoreTrouble):
    """The disk is full."""

    state = "full"


class StoreReadOnly(StoreTrouble):
    """The disk, the folder or the file may only be read."""

    state = "read-only"


class StoreBusy(StoreTrouble):
    """Another process holds the database; the same operation may work in a moment."""

    state = "locked"


class StoreDamaged(StoreTrouble):
    """The database's file is damaged; a backup has to be restored."""

    state = "damaged"


class StoreNewer(StoreError):
    """The database was written by a newer version of Otklik."""


class BackupError(StoreError):
    """No copy of the database was made; what was there before is as it was."""


class AlreadyRunning(StoreError):
    """Another daemon serves this database."""


class DaemonError(GatewayError):
    """The daemon, or a program it was started with, could not start or did not stop."""


class ReviewError(GatewayError):
    """A reply cannot be decided like this, or does not wait for anybody."""


class CallbackError(GatewayError):
    """A call-back may not be treated like this, or there is none of this number."""


class UpstreamError(GatewayError):
    """Ratings cannot go up as things are: a file of the upstream cannot be used, or somebody else pushes to it."""


class ScenarioError(ConfigError):
    """A scenario is wrong; the message lists every fault, one a line."""


class SimulationError(GatewayError):
    """A simulation cannot run, or has ended before its time."""
