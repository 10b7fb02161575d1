"""The commands of a generic 3GPP modem, put together from the modules that own them.

A profile of a real modem starts from this mapping and adds, replaces or leaves out rows.
"""

from modem.emulator.device.commands import basic, general, messages, sms
from modem.emulator.device.results import CommandTable

GENERIC: CommandTable = {**basic.COMMANDS, **general.COMMANDS, **sms.COMMANDS, **messages.COMMANDS}
