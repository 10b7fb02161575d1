"""Packet data as far as it can be asked for: contexts and whether they are active (27.007 §10.1).

No data ever flows. Owns the definitions, which outlive a reset as they do in non-volatile memory.
"""

from dataclasses import dataclass
from typing import Final

MAX_CONTEXTS: Final = 16
TYPES: Final = ("IP", "IPV6", "IPV4V6")


@dataclass(slots=True)
class Context:
    """A PDP context: its type, the access point it is for, and whether it is active."""

    pdp_type: str = "IP"
    apn: str = ""
    active: bool = False
