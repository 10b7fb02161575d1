"""Which cell broadcasts a modem listens to: the lists of +CSCB (27.005 §3.3.4), read and asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """+CSCB: the types listed are the ones accepted (`mode` 0) or the ones not accepted (1); 27.005 §3.3.4.

    `mids` and `dcss` are as typed; a list that is empty beside one that is not leaves its side open. ValueError if
    one is no list of numbers and ranges in its bounds.
    """

    mode: int = 0
    mids: str = ""
    dcss: str = ""

    def __post_init__(self) -> None:
        _ranges(self.mids, 0xFFFF)
        _ranges(self.dcss, 0xFF)

    def accepts(self, mid: int, dcs: int) -> bool:
        """Whether the modem listens to a page of this type."""
        listed = bool(self.mids or self.dcss) and _within(mid, self.mids, 0xFFFF) and _within(dcs, self.dcss, 0xFF)
        return listed == (self.mode == 0)


def _ranges(listed: str, highest: int) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for item in listed.split(",") if listed else ():
        first, dash, last = item.partition("-")
        if not all(bound.isascii() and bound.isdecimal() for bound in ((first, last) if dash else (first,))):
            raise ValueError(f"{item} is no number or range")
        low, high = int(first), int(last or first)
        if not low <= high <= highest:
            raise ValueError(f"{item} is not within 0 to {highest}")
        ranges.append((low, high))
    return ranges


def _within(value: int, listed: str, highest: int) -> bool:
    return not listed or any(low <= value <= high for low, high in _ranges(listed, highest))
