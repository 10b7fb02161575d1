"""How a modem tells of what came in: +CNMI, +CSMS, +CNMA and the full memory's indicator (27.005 §3.4.1, §3.4.4).

Stored and told of (<mt>=1, <ds>=2) is what we ask for: a message then waits in the modem for as long as it takes. A
modem that does not offer it shows messages instead (<mt>=2, <ds>=1); then +CSMS=1 makes the network wait for our
AT+CNMA, which is given when the message is kept. A modem whose +CNMA does not come in time ends the showing and sets
<mt> and <ds> to 0; one that has restarted has its own settings. So what was set is looked at from time to time.
"""

from __future__ import annotations

import re

from modem.link import Link

Choice = tuple[int, int, int, int, int]
"""<mode>, <mt>, <bm>, <ds>, <bfr>."""

# What is best first. <mode> 2 keeps notices while the line is busy; <mt> 3 is 1 but for class 3; <bm> 0 keeps
# broadcasts away; <bfr> 0 hands out what was kept while nobody listened.
_ORDERS = ((2, 1, 3, 0), (1, 3, 2, 0), (0, 2, 1, 3), (2, 1, 0), (0, 1))
# For a modem that does not say what it offers.
_USUAL: tuple[Choice, ...] = ((2, 1, 0, 2, 0), (2, 1, 0, 1, 0), (1, 1, 0, 1, 0), (2, 1, 0, 0, 0), (2, 2, 0, 1, 0))
_SHOWN = 2, 1  # <mt> and <ds> that show a message instead of storing it
_GROUP = re.compile(r"\(([^()]*)\)|(\d+)")
_SPAN = re.compile(r"(\d)(?:\s*-\s*(\d))?")
_CHOSEN = re.compile(r"\+CNMI:\s*(\d)\s*,\s*(\d)\s*,\s*(\d)\s*,\s*(\d)\s*,\s*(\d)")
_INDICATOR = re.compile(r'\(\s*"(\w+)"')
_TOLD = re.compile(r'\+CIEV:\s*(?:"?(?P<name>[A-Za-z]+)"?|(?P<place>\d+))\s*,\s*(?P<value>\d+)')
_OVERFLOW, _SPACE = "^SMGO", "0"  # Siemens: 1 full, 2 full and more waits in the network, 0 there is space again
_FULL = ("^SMMEMFULL", "+SMSFULL", "+SMS FULL")


class Indications:
    """What one modem was asked to tell, and how its messages are acknowledged."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._acknowledgement = "AT+CNMA"
        self._full_place = 0
        self.chosen: Choice | None = None
        self.acknowledges = False

    def choose(self) -> None:
        """Ask for the best this modem offers; where it takes nothing, only sweeps find what came."""
        self.chosen = None
        self._find_full_indicator()
        reply = self._link.exchange("AT+CNMI=?")
        best = best_of("\n".join(reply.lines)) if reply.ok else None
        for choice in (*([best] if best else []), *_USUAL):
            shows = choice[1] == _SHOWN[0] or choice[3] == _SHOWN[1]
            # Before +CNMI: from the first message on, it must be known whether the network waits for us.
            self.acknowledges = self._link.exchange(f"AT+CSMS={int(shows)}").ok and shows
            if self._set(choice):
                self.chosen = choice
                return
        self.acknowledges = False

    def restore(self) -> bool:
        """Set again what the modem has lost or ended by itself; whether it had to be."""
        if self.chosen is None:
            return False
        reply = self._link.exchange("AT+CNMI?")
        found = _CHOSEN.search("\n".join(reply.lines))
        if found is None or tuple(map(int, found.groups())) == self.chosen:
            return False
        if self.acknowledges:
            self._link.exchange("AT+CSMS=1")
        self._set(self.chosen)
        return True

    def acknowledge(self, taken: bool = True) -> bool:
        """Tell the network that the message shown last is kept (or, `taken` false, that it shall come again).

        False for a word that comes too late (+CMS ERROR: 340). The network delivers again then; as the modem has set
        <mt> to 0, the message goes into a memory without a notice until that is set anew, as it is here.
        """
        if not self.acknowledges:
            return True
        command = self._acknowledgement if taken else "AT+CNMA=2"
        if self._link.exchange(command).ok:
            return True
        if not self.restore() and taken:
            # §3.4.4 has both forms; some firmwares know one of them.
            other = "AT+CNMA=0" if command == "AT+CNMA" else "AT+CNMA"
            if self._link.exchange(other).ok:
                self._acknowledgement = other
                return True
        return False

    def tells_full(self, name: str, text: str) -> bool:
        """Whether this notice says that a memory is full: the makers' own ones, and +CIEV of "smsfull"."""
        if name in _FULL:
            return True
        if name == _OVERFLOW:
            return not text.endswith(_SPACE)
        told = _TOLD.match(text) if name == "+CIEV" else None
        if told is None or told["value"] == "0":
            return False
        if told["name"] is not None:
            return told["name"].casefold() == "smsfull"
        return int(told["place"]) == self._full_place

    # -- inside -------------------------------------------------------------------------------------------------

    def _set(self, choice: Choice) -> bool:
        return self._link.exchange("AT+CNMI=" + ",".join(map(str, choice))).ok

    def _find_full_indicator(self) -> None:
        """The place of "smsfull" among the indicators that +CIEV tells of by number (27.007 §8.9)."""
        reply = self._link.exchange("AT+CIND=?")
        names = [name.casefold() for name in _INDICATOR.findall("\n".join(reply.lines))] if reply.ok else []
        self._full_place = names.index("smsfull") + 1 if "smsfull" in names else 0


def best_of(offered: str) -> Choice | None:
    """The best of what the answer to AT+CNMI=? lists: `+CNMI: (0-2),(0,1),…`; None if that cannot be read."""
    groups = [_numbers(listed or single) for listed, single in _GROUP.findall(offered.partition(":")[2])]
    if len(groups) != len(_ORDERS):
        return None
    mode, mt, bm, ds, bfr = (
        next((value for value in order if value in group), None) for order, group in zip(_ORDERS, groups, strict=True)
    )
    if mode is None or mt is None or bm is None or ds is None or bfr is None:
        return None
    return mode, mt, bm, ds, bfr


def _numbers(group: str) -> set[int]:
    """The values of "0-2" or "0,2,3"."""
    values: set[int] = set()
    for first, last in _SPAN.findall(group):
        values.update(range(int(first), int(last or first) + 1))
    return values
