"""Phone books of 27.007 §7.1 and §8.11 to §8.14: CPBS chooses one, CPBR and CPBF read, CPBW writes, CNUM reads ON."""

from collections.abc import Iterable

from modem.emulator.codec.octets import FieldError
from modem.emulator.device.charset import number_from_terminal, text_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.phonebook import CALLS, DIALLED, Contact, PhoneBook, stored_length
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, accepts, incorrect


def _chosen(modem: Device) -> PhoneBook:
    return modem.books[modem.cpbs]


def _choose(modem: Device, values: Parameters) -> Answer:
    """+CPBS=<storage>[,<password>] (27.007 §8.11); FD takes PIN2 as its password."""
    name = number_from_terminal(str(values[0]), modem.settings.cscs)
    if len(values) > 2 or name not in modem.books:
        raise CmeError(50)
    if len(values) == 2 and (name != "FD" or not modem.sim.pin2.verify(str(values[1]))):
        raise CmeError(18 if modem.sim.pin2.blocked else 16)
    modem.cpbs = name
    return None


def _read_choice(modem: Device, values: Parameters) -> Answer:
    book = _chosen(modem)
    return f'+CPBS: "{book.name}",{book.used},{book.capacity}'


def _test_choice(modem: Device, values: Parameters) -> Answer:
    return "+CPBS: (" + ",".join(f'"{name}"' for name in modem.books) + ")"


def _listed(modem: Device, name: str, entries: Iterable[tuple[int, Contact]]) -> str:
    cscs = modem.settings.cscs
    return "\r\n".join(
        f'{name}: {index},"{to_terminal(entry.number, cscs)}",{entry.toa},"{to_terminal(entry.text, cscs)}"'
        for index, entry in entries
    )


def _read(modem: Device, values: Parameters) -> Answer:
    """+CPBR=<index1>[,<index2>] (27.007 §8.12): entries that are there; empty ones are passed over."""
    book = _chosen(modem)
    first, last = values[0], values[-1]
    if len(values) > 2 or not isinstance(first, int) or not isinstance(last, int):
        raise CmeError(50)
    if not 1 <= first <= last <= book.capacity:
        raise CmeError(21)
    return _listed(modem, "+CPBR", ((index, entry) for index, entry in book.items() if first <= index <= last)) or None


def _find(modem: Device, values: Parameters) -> Answer:
    """+CPBF=<findtext> (27.007 §8.13)."""
    if len(values) != 1:
        raise CmeError(50)
    found = _listed(modem, "+CPBF", _chosen(modem).find(_text(modem, values[0])))
    if not found:
        raise CmeError(22)
    return found


def _write(modem: Device, values: Parameters) -> Answer:
    """+CPBW=[<index>][,<number>[,<type>[,<text>]]] (27.007 §8.14): without a number the entry is erased."""
    book = _chosen(modem)
    index, number, toa, text = [*values, None, None, None][:4]
    erases = len(values) == 1
    if len(values) > 4 or (index is not None and not isinstance(index, int)) or (erases and index is None):
        raise CmeError(50)
    if index is not None and not 1 <= index <= book.capacity:
        raise CmeError(21)
    if not book.writable or (modem.cpbs in CALLS and not erases):
        raise CmeError(3)
    if book is modem.sim.fixed and not modem.sim.pin2.verified:
        modem.slot.pin2_asked = True
        raise CmeError(18 if modem.sim.pin2.blocked else 17)
    if erases:
        book.erase(index or 0)
        return None
    contact = _contact(modem, book, number, toa, text)
    place = book.first_free() if index is None else index
    if place is None:
        raise CmeError(20)
    book.write(place, contact)
    return None


def _contact(
    modem: Device, book: PhoneBook, number: int | str | None, toa: int | str | None, text: int | str | None
) -> Contact:
    """Check an entry before it is written: 24 and 25 are about the name, 26 and 27 about the number."""
    digits = number_from_terminal("" if number is None else str(number), modem.settings.cscs)
    name = _text(modem, text)
    if toa is not None and (not isinstance(toa, int) or not 128 <= toa <= 255):
        raise CmeError(50)
    if len(digits) > book.nlength:
        raise CmeError(26)
    if not set(digits) <= DIALLED:
        raise CmeError(27)
    if stored_length(name) > book.tlength:
        raise CmeError(24)
    return Contact.of(digits, name, toa)


def _text(modem: Device, value: int | str | None) -> str:
    try:
        return text_from_terminal(value, modem.settings.cscs)
    except FieldError:
        raise CmeError(25) from None


def _test_read(modem: Device, values: Parameters) -> Answer:
    book = _chosen(modem)
    return f"+CPBR: (1-{book.capacity}),{book.nlength},{book.tlength}"


def _test_find(modem: Device, values: Parameters) -> Answer:
    book = _chosen(modem)
    return f"+CPBF: {book.nlength},{book.tlength}"


def _test_write(modem: Device, values: Parameters) -> Answer:
    book = _chosen(modem)
    return f"+CPBW: (1-{book.capacity}),{book.nlength},(128-255),{book.tlength}"


def _own_numbers(modem: Device, values: Parameters) -> Answer:
    """+CNUM (27.007 §7.1): the book ON, a line for each number."""
    cscs = modem.settings.cscs
    lines = [
        f'+CNUM: "{to_terminal(entry.text, cscs)}","{to_terminal(entry.number, cscs)}",{entry.toa}'
        for _, entry in modem.sim.own.items()
    ]
    return "\r\n".join(lines) or None


COMMANDS: CommandTable = {
    "+CPBS": Verb(set=_choose, read=_read_choice, test=_test_choice, refusal=incorrect),
    "+CPBR": Verb(set=_read, test=_test_read, refusal=incorrect),
    "+CPBF": Verb(set=_find, test=_test_find, refusal=incorrect),
    "+CPBW": Verb(set=_write, test=_test_write, refusal=incorrect),
    "+CNUM": Verb(execute=_own_numbers, test=accepts),
}
