"""What goes over the control port: bodies and queries in, answers out.

Requests are strict: a wrong type or a key nobody knows is refused, so that a misspelt test cannot pass by accident.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel
from pydantic_core import PydanticCustomError

from modem.emulator.faults.kinds import AnyFault
from modem.emulator.network.subscribers import Caller

MAX_WAIT_MS = 30_000
MAX_CURSOR = 10**15


class Given(BaseModel):
    """Something a client sends."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Shown(BaseModel):
    """Something the port answers."""

    model_config = ConfigDict(frozen=True)


def _whole(value: object) -> object:
    """A number out of a query string: digits and nothing else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 16:
        return int(value)
    raise PydanticCustomError("whole", "a whole number, 0 or more")


Cursor = Annotated[int, Field(ge=0, le=MAX_CURSOR), BeforeValidator(_whole)]
Wait = Annotated[int, Field(ge=0, le=MAX_WAIT_MS), BeforeValidator(_whole)]


class After(Given):
    """Where to go on, and how long to wait if there is nothing yet."""

    after: Cursor = Field(default=0, description="The `next` of the answer before; 0 for the beginning.")
    wait_ms: Wait = Field(default=0, description="Milliseconds to wait at most if there is nothing yet.")


class NoQuery(Given):
    """No query parameters."""


class Deliver(Given):
    """A message from a subscriber to the modem."""

    sender: str = Field(
        alias="from",
        pattern=r"^(\+[0-9]{1,20}|[0-9*#]{1,20}|[A-Za-z][A-Za-z0-9 ._-]{0,10})$",
        description="A number, a short code, or a name of up to 11 characters.",
        examples=["+79131234567"],
    )
    text: str = Field(max_length=8000, description="Cut into parts as a phone does.", examples=["5"])
    message_class: Annotated[int, Field(ge=0, le=3)] | None = Field(
        default=None, alias="class", description="TS 23.038 §4: 0 is shown at once and not stored (flash)."
    )


class DeliverTpdu(Given):
    """A finished message: what the network would hand over."""

    pdu: str = Field(
        pattern=r"^([0-9A-Fa-f]{2}){1,200}$",
        description="An SMS-DELIVER in hexadecimal digits, without service centre address (TS 23.040 §9.2.2.1).",
        examples=["040B919731214365F70000420150000000210135"],
    )


class DeliverBody(RootModel[Deliver | DeliverTpdu]):
    """A message to the modem, as sender and text or as a TPDU."""


class Parts(Shown):
    """What became of a text."""

    parts: int = Field(ge=1, description="Short messages it was cut into.")


class Broadcast(Given):
    """A cell broadcast, to whichever modems listen (+CSCB)."""

    text: str = Field(max_length=1395, description="Cut into up to 15 pages (TS 23.041).", examples=["Storm warning"])
    mid: int = Field(ge=0, le=0xFFFF, description="Message identifier: the channel.", examples=[50])


class Pages(Shown):
    """What became of a broadcast."""

    pages: int = Field(ge=1, le=15, description="Pages it was cut into.")


class LogLine(Shown):
    """One line of the log: who, when, what. The other fields depend on the event."""

    model_config = ConfigDict(extra="allow", frozen=True)

    t: str = Field(description="UTC, with milliseconds.", examples=["2023-11-14T22:13:20.250Z"])
    modem: str | None = Field(default=None, description="The modem's name.")
    event: str = Field(description="submit, deliver, report, refusal, fault, call, ussd, at.", examples=["submit"])


class Concatenation(Shown):
    """A part's place in a long message (TS 23.040 §9.2.3.24.1)."""

    ref: int = Field(description="The same in all parts.")
    total: int = Field(description="So many parts there are.")
    seq: int = Field(description="Which of them this is, from 1.")


class Submit(LogLine):
    """A part that the network took from a modem."""

    event: Literal["submit"]
    ref: int = Field(description="TP-MR.", ge=0, le=255)
    to: str = Field(description="The receiver's number, as the modem gave it.")
    text: str = Field(description="The text of this part.")
    pdu: str = Field(description="As the modem handed it over, in hexadecimal digits.")
    udh: Concatenation | None = Field(description="Null if it is not part of a longer message.")
    srr: bool = Field(description="Whether a status report was asked for.")


class Submits(Shown):
    """Submits after a cursor."""

    submits: list[Submit] = Field(description="In the order in which the network took them.")
    next: int = Field(description="Give it as `after` to go on from here.")
    missed: int = Field(description="How many after the cursor are no longer kept.")


class Events(Shown):
    """Log lines after a cursor."""

    events: list[LogLine] = Field(description="In the order in which they happened.")
    next: int = Field(description="Give it as `after` to go on from here.")
    missed: int = Field(description="How many after the cursor are no longer kept.")


class Modem(Shown):
    """A modem and where to reach it."""

    name: str
    pty: str | None = Field(description="The device to open; null if there is none.")
    link: str | None = Field(description="A symlink to the pty that keeps its name.")
    tcp: int | None = Field(description="Its port on 127.0.0.1.")
    imei: str = Field(description="What +CGSN says.")
    iccid: str = Field(description="The number of the card.")
    number: str = Field(description="The subscriber number, as others dial it.")


class Modems(Shown):
    """All of them."""

    modems: list[Modem]


class MemoryUse(Shown):
    """How full a memory is."""

    used: int = Field(description="Messages in it.")
    capacity: int = Field(description="Messages it has room for.")


class CallState(Shown):
    """The call a modem is in."""

    number: str | None = Field(description="The other end; null if it withholds its number.")
    outgoing: bool = Field(description="Whether the modem calls.")
    phase: Literal["dialling", "alerting", "active"] = Field(description="How far it has come.")


class ArmedFault(Shown):
    """A fault that waits, with its own fields."""

    model_config = ConfigDict(extra="allow", frozen=True)

    number: int = Field(description="By it the fault can be cleared.")
    kind: str
    struck: int = Field(description="How often it has struck.")


class ModemState(Modem):
    """A modem as it is now."""

    open: bool = Field(description="Whether a terminal has its port open.")
    registered: bool = Field(description="Whether the network serves it.")
    signal: int = Field(description="<rssi> of +CSQ: 0 to 31, 99 unknown.")
    memories: dict[str, MemoryUse] = Field(description="By the name that +CPMS has.")
    profile: str = Field(description="Which modem it is.")
    call: CallState | None = Field(description="Null if there is none.")
    faults: list[ArmedFault] = Field(description="Those that wait.")


class FaultBody(RootModel[AnyFault]):
    """A fault with its fields."""


class FaultAdded(Shown):
    """What became of a fault."""

    number: int | None = Field(description="Of one that waits; null if it has happened.")


class Faults(Shown):
    """The faults that wait at a modem."""

    faults: list[ArmedFault]


class WhichFault(Given):
    """One fault, or without a number all of them."""

    number: Cursor | None = Field(None, description="As the fault was answered with; without it, all.")


class Cleared(Shown):
    """How many faults were cleared."""

    cleared: int = Field(description="So many.")


class CallFrom(Caller):
    """A call from outside, and what the caller does in it."""

    sender: str = Field(
        alias="from",
        pattern=r"^(\+?[0-9*#]{1,20})?$",
        description="The caller's number; empty if it is withheld.",
        examples=["+79131234567"],
    )

    def behaviour(self) -> Caller:
        """What the caller does."""
        return Caller.model_validate(self.model_dump(exclude={"sender"}, exclude_unset=True))


class CallMade(Shown):
    """Whether the modem rings."""

    rings: bool = Field(description="Whether it does.")
    cause: str | None = Field(description="Why not.")


class CallNow(Shown):
    """The call after what was done in it; null if it is over."""

    call: CallState | None = Field(description="As it is now.")


class KeysSent(Given):
    """Tones from the other end."""

    keys: str = Field(pattern=r"^[0-9*#A-D]+$", max_length=100, description="DTMF tones.", examples=["1#"])


class UssdPush(Given):
    """A text from the operator."""

    text: str = Field(
        min_length=1,
        max_length=182,
        description="Up to 182 characters of GSM 7-bit, 80 in UCS2.",
        examples=["Your balance is 5.00"],
    )
    wants_reply: bool = Field(False, description="Whether the session goes on with a reply (<m> 1 of +CUSD).")


class Done(Shown):
    """It is done."""


class Mistake(Shown):
    """One thing wrong with a request."""

    pointer: str = Field(description="Where: a JSON pointer into the body, or the query parameter.")
    detail: str


class Problem(Shown):
    """A refusal (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Mistake] | None = None
