"""Phone books of 27.007 §8.11 to §8.14: numbered entries, each a number and a name.

Owns indices, capacities and what fits. Must not know character sets: names are text, numbers are as dialled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from modem.emulator.codec.address import INTERNATIONAL, UNKNOWN
from modem.emulator.codec.alphabet import text_to_septets

DIALLED = frozenset("0123456789*#+pPwW,")  # of a stored number: digits, and what 27.007 §6.2 lets a dial string hold


@dataclass(frozen=True, slots=True)
class Contact:
    """One entry: a number with its type of address (TS 24.008 §10.5.4.7), and a name."""

    number: str
    toa: int
    text: str

    @classmethod
    def of(cls, number: str, text: str, toa: int | None = None) -> "Contact":
        """An entry whose number and type agree: + at the front and 145 are the same thing."""
        if number.startswith("+") or (toa == INTERNATIONAL and number):
            return cls("+" + number.removeprefix("+"), INTERNATIONAL, text)
        return cls(number, UNKNOWN if toa is None else toa, text)


def stored_length(text: str) -> int:
    """Octets a name takes: a septet each, or with another character UCS2 behind one octet 80 (TS 51.011 annex B)."""
    try:
        return len(text_to_septets(text))
    except UnicodeError:
        return 1 + len(text.encode("utf-16-be", "surrogatepass"))


def _same(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 10 and one[-10:] == other[-10:])


class PhoneBook:
    """One storage. Indices go from 1 to `capacity`; a number has at most `nlength` characters, a name `tlength`."""

    def __init__(self, name: str, capacity: int, nlength: int = 40, tlength: int = 18, writable: bool = True) -> None:
        self.name = name
        self.capacity = capacity
        self.nlength = nlength
        self.tlength = tlength
        self.writable = writable
        self._entries: dict[int, Contact] = {}

    @property
    def used(self) -> int:
        """Entries taken."""
        return len(self._entries)

    def get(self, index: int) -> Contact | None:
        """The entry at an index, if any."""
        return self._entries.get(index)

    def first_free(self) -> int | None:
        """The lowest free index; None if the book is full."""
        return next((index for index in range(1, self.capacity + 1) if index not in self._entries), None)

    def write(self, index: int, contact: Contact) -> None:
        """Put an entry where it is told to go."""
        self._entries[index] = contact

    def erase(self, index: int) -> None:
        """Empty an index, if it is not empty already."""
        self._entries.pop(index, None)

    def items(self) -> Iterator[tuple[int, Contact]]:
        """Entries in order of their index."""
        return iter(sorted(self._entries.items()))

    def find(self, start: str) -> Iterator[tuple[int, Contact]]:
        """Entries whose name begins so, whatever the case (27.007 §8.13)."""
        return ((index, entry) for index, entry in self.items() if entry.text.lower().startswith(start.lower()))

    def name_of(self, number: str) -> str:
        """The name of the first entry that is this number; empty if there is none.

        As telephones do, ten last digits that agree are enough: +7913… is 8913… too.
        """
        return next((entry.text for _, entry in self.items() if _same(entry.number, number)), "")

    def has(self, number: str) -> bool:
        """Whether an entry is this number."""
        return any(_same(entry.number, number) for _, entry in self.items())

    def log(self, number: str) -> None:
        """Put a call in front, as the books of last calls do: the oldest falls out, a repeated one moves up."""
        others = [entry for _, entry in self.items() if entry.number != number][: self.capacity - 1]
        self._entries.clear()
        self.write(1, Contact.of(number, ""))
        self._entries.update(enumerate(others, start=2))


CALLS: Final = ("LD", "DC", "RC", "MC")  # last dialled, dialled, received, missed: the modem writes them itself
_EMERGENCY: Final = ("112", "911")  # TS 22.101 §10.1.1: known without any card


def device_books() -> dict[str, PhoneBook]:
    """The books of the device itself: its own contacts, the lists of last calls, emergency numbers."""
    emergency = PhoneBook("EN", len(_EMERGENCY), writable=False)
    for index, number in enumerate(_EMERGENCY, start=1):
        emergency.write(index, Contact.of(number, ""))
    books = [PhoneBook("ME", 500, tlength=40), *(PhoneBook(name, 20) for name in CALLS), emergency]
    return {book.name: book for book in books}
