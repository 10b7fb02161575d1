"""A call we make: dialled, waited for, spoken to in tones (27.007 §6, §7.18, annex C; V.250 §6.3.1).

For a voice survey, on a modem that has nothing else to do meanwhile: every step waits, up to a deadline of its own.
Notices that are not about the call stay with the link for whoever reads them.

Tones that the other end sends are no part of 27.007. SIMCom tells them by +DTMF after AT+DDET=1, Quectel by +QTONEDET,
with the key's code, after AT+QTONEDET=1.
"""

from __future__ import annotations

import re
from enum import StrEnum

from modem.causes import refusal
from modem.errors import Silent
from modem.link import Link

_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_KEYS = re.compile(r"[0-9*#A-D]*")
# A name in the phone book may stand behind the number, or an empty one: what follows <mode> is not looked at.
_CLCC = re.compile(r"\+CLCC:\s*\d+\s*,\s*0\s*,\s*(\d+)\s*,\s*\d+")
_ACTIVE = 0
_TONE = re.compile(r"\+(?:RX)?DTMF:\s*([0-9*#A-D])|\+QTONEDET:\s*(\d+)")
_SEND = ("AT+VTS={}", 'AT+VTS="{}"', "AT^DTMF=1,{}")  # 27.007 annex C.2.11; with quotes, as makers have it; Huawei
_TONES_ON = ("AT+DDET=1", "AT+QTONEDET=1")
_POLL_S = 0.5
_SETS_UP_S = 5.0
"""How long a call may be missing from AT+CLCC after ATD before it is taken for over."""


class End(StrEnum):
    """How a call ended."""

    BUSY = "busy"  # or rejected: many networks do not tell the two apart
    NO_ANSWER = "no answer"
    NO_CARRIER = "no carrier"
    HUNG_UP = "hung up"  # by us


_RESULTS = {
    "BUSY": End.BUSY,
    "NO ANSWER": End.NO_ANSWER,
    "NO CARRIER": End.NO_CARRIER,
    "NO DIALTONE": End.NO_CARRIER,
    "NO DIAL TONE": End.NO_CARRIER,
}


class VoiceCall:
    """One outgoing call. `end` is None while it goes on; `heard` is every tone so far, in order."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._clock = link.clock
        self.end: End | None = None
        self.heard = ""
        self._tone_forms: tuple[str, ...] = _SEND

    def dial(self, number: str, within_s: float) -> bool:
        """Call `number` and wait until it is answered; False if that did not come about, then `end` says why.

        Raises ValueError for what is no number, CommandRefused where the modem does not dial, Silent or PortLost.
        """
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"{number!r} is no telephone number")
        for command in _TONES_ON:
            if self._link.exchange(command).ok:
                break
        began = self._clock.monotonic()
        command = f"ATD{number};"
        try:
            # Some modems give their OK when the call is set up, others when it is answered.
            reply = self._link.exchange(command, within_s)
        except Silent:
            self.hang_up()
            self.end = End.NO_ANSWER
            return False
        if not reply.ok:
            self.end = _RESULTS.get(reply.final)
            if self.end is None:
                raise refusal(command, reply)
            return False
        return self._wait_for_answer(began, began + within_s)

    def send(self, keys: str) -> None:
        """Send tones to the other end. Raises ValueError for what is no key, CommandRefused if there is no call."""
        if not _KEYS.fullmatch(keys):
            raise ValueError(f"{keys!r} has characters that are no keys of a telephone")
        for key in keys:
            replies = []
            for form in self._tone_forms:
                replies.append(self._link.exchange(form.format(key)))
                if replies[-1].ok:
                    self._tone_forms = (form,)
                    break
            else:
                raise refusal(self._tone_forms[0].format(key), replies[0])

    def hear(self, most: int, within_s: float, *, until: str = "") -> str:
        """The next tones from the other end: `most` of them, or up to the key `until`, or as many as come in time.

        The call may end meanwhile; then `end` says so.
        """
        start, deadline = len(self.heard), self._clock.monotonic() + within_s
        while True:
            self._listen()
            tones = self.heard[start:]
            if until and until in tones:
                return tones[: tones.index(until) + 1]
            if len(tones) >= most or self.end is not None or self._clock.monotonic() >= deadline:
                return tones[:most]
            self._clock.wait((self._link,), deadline)

    def hang_up(self) -> None:
        """End the call, if it has not ended: AT+CHUP (27.007 §6.5), or ATH where that is unknown."""
        if self.end is None:
            self.end = End.HUNG_UP
            if not self._link.exchange("AT+CHUP", 20.0).ok:
                self._link.exchange("ATH", 20.0)

    # -- inside -------------------------------------------------------------------------------------------------

    def _wait_for_answer(self, began: float, deadline: float) -> bool:
        """Ask AT+CLCC until the call is active; firmwares do not agree on a notice for that."""
        while True:
            lines = self._link.ask("AT+CLCC")
            self._listen()
            states = [int(found[1]) for line in lines if (found := _CLCC.match(line))]
            now = self._clock.monotonic()
            if self.end is None and not states and now >= began + _SETS_UP_S:
                self.end = End.NO_CARRIER
            if self.end is not None or _ACTIVE in states:
                return self.end is None
            if now >= deadline:
                self.hang_up()
                self.end = End.NO_ANSWER
                return False
            self._clock.wait((), min(now + _POLL_S, deadline))

    def _listen(self) -> None:
        """Take what was said about the call out of the link's notices."""
        self._link.poll()
        others = []
        for notice in self._link.notices:
            tone = _TONE.match(notice.text)
            if tone is not None:
                self.heard += tone[1] or chr(int(tone[2]))
            elif notice.text in _RESULTS:
                self.end = self.end or _RESULTS[notice.text]
            else:
                others.append(notice)
        self._link.notices.clear()
        self._link.notices.extend(others)
