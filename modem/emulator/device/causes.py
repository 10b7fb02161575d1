"""Which cause of 27.005 §3.2.5 a wrong call of a message command gets: the one table of them.

What the card refuses (310 to 318) is in the table of what a command needs of the card; what the network refuses
(0 to 255) comes from there.
"""

from typing import TYPE_CHECKING, Final

from modem.emulator.device.results import CmsError

if TYPE_CHECKING:
    from modem.emulator.device.device import Device

CALL_BARRED: Final = 10  # sending while +CLCK bars outgoing messages; the network says so (TS 24.011 §8.2.5.4)
NOT_ALLOWED: Final = 302  # +CMSS of a message that was received, a destination outside fixed dialling
NOT_SUPPORTED: Final = 303  # a value outside the range of a setting, a form the command has not, a memory that is none
PDU_MODE: Final = 304  # <length> or <pdu> that is wrong, any other parameter that is wrong in PDU mode
TEXT_MODE: Final = 305  # <da>, <stat>, <fo>, <vp>… that is wrong, a text its coding does not take
INVALID_INDEX: Final = 321  # no message there
MEMORY_FULL: Final = 322  # +CMGW without room
CENTRE_UNKNOWN: Final = 330  # sending, or +CSCA?, with no service centre address
NO_NETWORK: Final = 331  # sending without being registered
NO_ACK_EXPECTED: Final = 340  # +CNMA when no message was shown that waits for it


def wrong_parameter(modem: "Device") -> CmsError:
    """A parameter is wrong: 304 in PDU mode, 305 in text mode."""
    return CmsError(TEXT_MODE if modem.settings.cmgf else PDU_MODE)
