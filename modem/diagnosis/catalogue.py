"""The diagnoses there are: what is wrong and what to do, in words for whoever runs the box, the most serious first.

`shown_by` names the fault of the emulated network (`docs/emulator.md`) that shows it; docs/diagnoses.md is made of this
table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """One diagnosis. One that is not `grave` costs nothing: the program copes with it, and it is told as a remark."""

    what: str
    cure: str
    shown_by: str = ""
    grave: bool = True


HEALTHY = "healthy"
_WIRE = "Try another cable, another USB port and a hub with its own power; set baud lower, or flow: rtscts."
_REPLUG = "Unplug the modem and plug it in again; if that happens often, look at its power supply and cable."
_OLD = "Nothing: the program copes with it."

CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        "port-held": Entry(
            "Another program has the port.",
            "Stop that program, or take its hands off this port (ModemManager: packaging/udev/77-otklik.rules).",
        ),
        "port-renamed": Entry(
            "The modem is plugged in, and its port has another name than the configuration says.",
            "Write its imei into the configuration, or as its port a name under /dev/serial/by-id.",
            "`unplug` with `rename`",
        ),
        "port-missing": Entry(
            "There is nothing under the name of the port.",
            "Plug the modem in; look at cable and hub; correct port in the configuration.",
            "`unplug`",
        ),
        "port-closed": Entry("The port is there and cannot be opened.", "Do what the reason says: otklik check."),
        "port-lost": Entry(
            "The port went away during the examination.",
            "Look at cable, hub and power supply: a modem that sends needs up to 2 A for a moment.",
        ),
        "silent": Entry(
            "Nothing answers on the port, and no modem was ever seen there.",
            "Look whether this is the modem's command port (a modem has several), whether it has power, and baud.",
            "`freeze` of a modem that was not seen before",
        ),
        "frozen": Entry("The modem was there before and answers nothing now.", _REPLUG, "`freeze`"),
        "hangs-at-command": Entry(
            "The modem answered until one command, and nothing after it.",
            "Unplug the modem and plug it in again; if it hangs at the same command again, its firmware is at fault:"
            " update it or replace the modem.",
            "`hang`",
        ),
        "line-garbled": Entry("Octets arrive as other ones.", _WIRE, "`garble`"),
        "octets-lost": Entry("Octets get lost on the line.", _WIRE, "`drop`"),
        "line-noise": Entry("Octets arrive that nobody sent.", _WIRE, "`noise`"),
        "restarted": Entry(
            "The modem starts anew by itself and loses its settings.",
            "Look at its power supply first: under-voltage at sending does that. Then at its temperature.",
            "`reset`",
        ),
        "modem-swapped": Entry(
            "Another modem than before is at this port.",
            "If that is not meant, give each modem its imei in the configuration; then it is found wherever it is.",
            "`swap`",
        ),
        "sim-missing": Entry(
            "There is no SIM in the modem, or it has no contact.",
            "Put the card in; clean its contacts.",
            "`sim`: `remove`",
        ),
        "sim-puk": Entry(
            "The SIM is blocked after wrong PINs and wants its PUK.",
            "Unblock it with its PUK in a telephone, or put another one in.",
            "`sim`: `puk`",
        ),
        "sim-pin": Entry(
            "The SIM wants its PIN.",
            "Set pin_file for this modem, or switch off the SIM's PIN in a telephone.",
            "`sim`: `pin`",
        ),
        "sim-failed": Entry(
            "The SIM does not work.",
            "Take it out and put it in again; else let the operator replace it.",
            "`sim`: `failed`",
        ),
        "sim-refused": Entry(
            "The modem does not accept this SIM, or is locked to another one.",
            "Let the seller unlock the modem, or use a SIM of his.",
        ),
        "sim-busy": Entry(
            "The SIM is not ready yet.",
            "Wait a minute and probe again; if it stays so, take the card out and put it in again.",
            "`sim`: `busy`",
        ),
        "sim-changed": Entry(
            "Another SIM than before is in the modem.",
            "If that is not meant, put the old one back: limits, balance and open conversations are the card's.",
            "`sim`: `change`",
        ),
        "sim-loose": Entry(
            "The SIM is ready now, and was not on the last day.",
            "If nobody took it out, it sits loose: clean its contacts, or use another holder.",
            "`sim`: `insert`, after `remove`",
        ),
        "not-registered": Entry(
            "The modem has no network.",
            "Look at the antenna and at where it stands; try the SIM in a telephone.",
            "`registration`",
        ),
        "centre-missing": Entry(
            "The number of the service centre is empty; nothing can be sent.", "Set smsc for this modem."
        ),
        "memory-full": Entry(
            "The memory for messages is full; nothing more can come in.",
            "Otklik empties it while it runs; if it stays full, another program keeps messages there.",
            "`fill`",
        ),
        "prompt-missing": Entry(
            "The modem does not ask for the text of a message.",
            "Unplug the modem and plug it in again; if it stays so, update its firmware or replace it.",
            "`no_prompt`",
        ),
        "refuses-sim-trouble": Entry(
            "Commands are refused because of the SIM.",
            "See to the SIM: its lock, its credit, its contract; the reason stands beside this.",
            "`error` of the class sim trouble",
        ),
        "refuses-reset-modem": Entry(
            "Commands are refused because the modem itself has failed.", _REPLUG, "`error` of the class reset modem"
        ),
        "refuses-permanent": Entry(
            "Commands are refused for good.",
            "The reason stands beside this: what is asked for, the modem or the contract does not have.",
            "`error` of the class permanent",
        ),
        "refuses-retry-later": Entry(
            "Commands are refused because network or memory is not there for now.",
            "Wait; if it lasts for hours, look at antenna, network and operator.",
            "`error` of the class retry later",
        ),
        "refuses-retry-soon": Entry(
            "Commands are refused because the modem is busy, or without a reason.",
            "Probe again in a minute; if it stays so, unplug the modem and plug it in again.",
            "`error` of the class retry soon",
        ),
        "answer-lost": Entry(
            "Commands are carried out, and their answers do not come.",
            "Messages may then be sent and not known to be: see on_unknown. Update the firmware or replace the modem.",
            "`lost_answer`",
        ),
        "answer-late": Entry(
            "The modem takes seconds to answer what it knows by itself.",
            "Unplug the modem and plug it in again; look at its temperature; update its firmware.",
            "`late_answer`",
        ),
        "prompt-late": Entry(
            "The modem takes seconds until it asks for the text of a message.",
            "Unplug the modem and plug it in again; if it stays so, it sends slowly and safely.",
            "`late_prompt`",
        ),
        "line-late": Entry(
            "Everything the modem says comes late, its echo too: the line is slow, not the modem.",
            "Look at the serial server, the network or the USB hub between; take the modem off a shared hub.",
            "`late`",
        ),
        "port-unsteady": Entry(
            "The port went away and came back on the last day.",
            "Look at cable, hub and power supply: a modem that sends needs up to 2 A for a moment.",
            "`unplug`, back",
        ),
        "delivered-twice": Entry(
            "Messages come in a second time.",
            "Nothing is counted twice. If it goes on, ask the operator: the modem's acknowledgements do not arrive.",
            "`duplicate`",
        ),
        "notice-flood": Entry(
            "The modem talks by itself without end, and answers come through late.",
            "Switch its chatter off (Huawei: AT^CURC=0), or replace it.",
            "`flood`",
        ),
        "signal-weak": Entry(
            "The signal is weak or not known.", "Move the modem or its antenna; use an outdoor antenna.", "`signal`"
        ),
        "echo-stuck": Entry("The modem echoes although it was told not to.", _OLD, "`echo`", grave=False),
        "notice-in-answer": Entry("The modem says other things within its answers.", _OLD, "`notice`", grave=False),
        "answer-split": Entry("Answers come in pieces, with pauses within a line.", _OLD, "`split`", grave=False),
        "prompt-bare": Entry("The prompt comes without its blank.", _OLD, "`bare_prompt`", grave=False),
        "blanks-odd": Entry("Blanks in answers are not where 27.007 has them.", _OLD, "`blanks`", grave=False),
        HEALTHY: Entry("Everything asked was answered as it should be.", "Nothing.", grave=False),
    }
)
RANK = {name: rank for rank, name in enumerate(CATALOGUE)}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing found. `seen` is what it was told by."""

    name: str
    seen: str = ""

    @property
    def what(self) -> str:
        return CATALOGUE[self.name].what

    @property
    def cure(self) -> str:
        return CATALOGUE[self.name].cure

    @property
    def is_grave(self) -> bool:
        return CATALOGUE[self.name].grave

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "what": self.what, "seen": self.seen, "cure": self.cure, "remark": not self.is_grave}
