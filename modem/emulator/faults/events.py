"""Faults that happen at once, and arming of those that wait: the one entrance for control port, scenarios and tests.

What concerns the port (unplugged, swapped) is a wish that the world keeps for whoever has ports; the modem itself
loses its power here.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, encode_deliver
from modem.emulator.device.memory import Entry, State
from modem.emulator.faults.kinds import (
    AnyArmed,
    AnyEvent,
    Armed,
    Fill,
    Flood,
    Freeze,
    Registration,
    Reset,
    Signal,
    Sim,
    Swap,
    Unplug,
)
from modem.emulator.journal import Faulted

if TYPE_CHECKING:
    from modem.emulator.modem import Modem
    from modem.emulator.world import World

_FILLER = "+79000000001"


@dataclass(frozen=True, slots=True)
class PortGone:
    """The port of a modem is unplugged."""

    modem: "Modem"


@dataclass(frozen=True, slots=True)
class PortBack:
    """The port of a modem is there again; with `rename` under a name it did not have."""

    modem: "Modem"
    rename: bool = False


@dataclass(frozen=True, slots=True)
class PortsSwapped:
    """Two unplugged modems change ports."""

    one: "Modem"
    other: "Modem"


PortChange = PortGone | PortBack | PortsSwapped


def inflict(world: "World", modem: "Modem", fault: AnyArmed | AnyEvent, now: float) -> int | None:
    """Let a fault happen, or wait; the number of one that waits. ValueError if it cannot be."""
    modem.device.now = now
    world.touch(modem)
    if isinstance(fault, Armed):
        return modem.device.faults.arm(fault, now)
    _happen(world, modem, fault, now)
    what = {"kind": fault.kind} | fault.model_dump(mode="json", exclude_defaults=True)
    world.journal.add(Faulted(now, modem.name, what))
    return None


def _happen(world: "World", modem: "Modem", fault: AnyEvent, now: float) -> None:
    device = modem.device
    match fault:
        case Freeze():
            device.dialogue.hang(fault.for_s, fault.deaf, fault.echo)
        case Flood():
            _flood(modem, fault, fault.count)
        case Reset():
            device.restart()
        case Sim():
            _change_sim(world, modem, fault)
        case Fill():
            _fill(modem, fault, now)
        case Registration():
            _change_registration(modem, fault)
        case Signal():
            device.identity = replace(device.identity, signal=fault.rssi)
        case Unplug():
            _unplug(world, modem, fault.for_s, fault.rename, now)
        case Swap():
            _swap(world, modem, world.modem(fault.other), fault.for_s, now)


def _flood(modem: "Modem", fault: Flood, left: int) -> None:
    device = modem.device
    if not fault.every_s:
        for _ in range(left):
            device.notify(fault.text)
        return
    device.notify(fault.text)
    if left > 1:
        device.later(fault.every_s, lambda now: _flood(modem, fault, left - 1))


def _change_sim(world: "World", modem: "Modem", fault: Sim) -> None:
    slot = modem.device.slot
    match fault.what:
        case "remove":
            slot.remove()
        case "insert":
            slot.insert()
        case "change":
            world.change_card(modem)
        case "pin":
            slot.lock()
        case "puk":
            slot.require_puk()
        case "busy":
            slot.set_busy()
            modem.device.later(fault.for_s, lambda now: slot.set_busy(False))
        case "failed":
            slot.fail()


def _change_registration(modem: "Modem", fault: Registration) -> None:
    device, registration = modem.device, modem.device.registration
    device.set_registration(fault.stat)
    registration.offers += 1
    if fault.for_s is None:
        registration.lasting = registration.offered
        return
    this = registration.offers

    def over(now: float) -> None:
        if registration.offers == this:
            device.set_registration(registration.lasting)

    device.later(fault.for_s, over)


def _fill(modem: "Modem", fault: Fill, now: float) -> None:
    """Store messages of an old correspondence, already read, so that none of them is news."""
    memory = modem.device.memories[fault.memory]
    (ud,) = compose("An old message", 0)
    pdu = encode_deliver(Deliver(Address.of(_FILLER), encode_timestamp(now, 0), ud, smsc=modem.device.sim.smsc))
    while memory.capacity - memory.used > fault.leave:
        memory.put(Entry(State.REC_READ, pdu))


def _unplug(world: "World", modem: "Modem", for_s: float | None, rename: bool, now: float) -> None:
    _cut(world, modem)
    if for_s is not None:
        world.agenda.at(now + for_s, lambda then: _plug(world, modem, rename))


def _swap(world: "World", one: "Modem", other: "Modem", for_s: float, now: float) -> None:
    if one is other:
        raise ValueError(f"{one.name} cannot be swapped with itself")
    _cut(world, one)
    _cut(world, other)

    def back(then: float) -> None:
        world.port_changes.append(PortsSwapped(one, other))
        _plug(world, one, rename=False)
        _plug(world, other, rename=False)

    world.agenda.at(now + for_s, back)


def _cut(world: "World", modem: "Modem") -> None:
    world.set_link(modem, False, modem.device.now)
    modem.device.leave_network()
    modem.device.powered = False
    world.port_changes.append(PortGone(modem))


def _plug(world: "World", modem: "Modem", rename: bool) -> None:
    modem.device.powered = True
    modem.device.restart()
    world.touch(modem)
    world.port_changes.append(PortBack(modem, rename))
