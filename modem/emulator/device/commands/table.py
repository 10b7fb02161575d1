"""The commands of a generic 3GPP modem, put together from the modules that own them.

A profile of a real modem starts from this mapping and adds, replaces or leaves out rows.
"""

from modem.emulator.device.commands import (
    basic,
    broadcast,
    calls,
    clock,
    commanding,
    functionality,
    identity,
    indicators,
    line,
    memories,
    messageservice,
    notification,
    packet,
    phonebook,
    reading,
    registration,
    security,
    sending,
    services,
    simfiles,
    terminal,
    ussd,
    writing,
)
from modem.emulator.device.results import CommandTable

_SUBJECTS = (
    basic,
    line,
    identity,
    terminal,
    security,
    functionality,
    registration,
    phonebook,
    clock,
    indicators,
    packet,
    calls,
    services,
    simfiles,
    ussd,
    messageservice,
    memories,
    notification,
    broadcast,
    reading,
    sending,
    commanding,
    writing,
)

GENERIC: CommandTable = {name: verb for subject in _SUBJECTS for name, verb in subject.COMMANDS.items()}
