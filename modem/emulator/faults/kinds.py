"""The faults there are, as values: what the control port, a scenario file and a test hand over.

Two families. An *armed* fault waits at a modem for its opportunity (a command, a prompt, a write to the terminal) and
strikes `times` times, each with probability `rate`, after letting `skip` opportunities by. An *event* happens at once.
Fields are checked here; what they do is the business of the dialogue, the weather and `events`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Seconds = Annotated[float, Field(ge=0, le=366 * 86400, description="Seconds.")]
Milliseconds = Annotated[float, Field(ge=0, le=86_400_000, description="Milliseconds.")]


class Fault(BaseModel):
    """Any fault. `kind` tells which."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str


class Armed(Fault):
    """A fault that waits for its opportunity."""

    times: Annotated[int, Field(ge=1)] | None = Field(1, description="How often it strikes; null: until it is cleared.")
    rate: float = Field(1.0, gt=0, le=1, description="Probability of each opportunity.")
    skip: int = Field(0, ge=0, description="Opportunities that pass unharmed first.")
    for_s: Seconds | None = Field(None, description="Seconds after which it is over in any case.")


class OfCommand(Armed):
    """An armed fault whose opportunity is a command."""

    on: str | None = Field(None, description="Name of the command, as `+CMGS`; null: any.", max_length=40)


# The line: what happens to octets between modem and terminal.


class Split(Armed):
    """Output comes in pieces: of `size` octets, or cut once behind octet `at`; `pause_ms` passes between two."""

    kind: Literal["split"] = "split"
    size: int = Field(1, ge=1, le=4096)
    at: Annotated[int, Field(ge=1)] | None = None
    pause_ms: Milliseconds = 5


class Late(Armed):
    """Output comes `by_ms` late."""

    kind: Literal["late"] = "late"
    by_ms: Milliseconds = 1000


class Garble(Armed):
    """So many octets of one write arrive as other ones, of any value, also above 0x7F."""

    kind: Literal["garble"] = "garble"
    octets: int = Field(1, ge=1, le=4096)
    way: Literal["from_modem", "to_modem"] = "from_modem"


class Drop(Armed):
    """So many octets of one write get lost, from octet `at` on (random if null)."""

    kind: Literal["drop"] = "drop"
    octets: int = Field(1, ge=1, le=1 << 20)
    at: Annotated[int, Field(ge=0)] | None = None
    way: Literal["from_modem", "to_modem"] = "from_modem"


class Noise(Armed):
    """Octets appear in the output that nobody sent, before its octet `at`."""

    kind: Literal["noise"] = "noise"
    hex: str = Field("FF80FE", pattern=r"^([0-9A-Fa-f]{2})+$", max_length=8192)
    at: int = Field(0, ge=0)


# The dialogue.


class Echo(Armed):
    """Characters are echoed although ATE0 was said; an opportunity is a piece of input."""

    kind: Literal["echo"] = "echo"


class Blanks(OfCommand):
    """Blanks of an answer: `none` after the colon, `double` there, or `trailing` at the end of the line."""

    kind: Literal["blanks"] = "blanks"
    form: Literal["none", "double", "trailing"] = "none"


class LateAnswer(OfCommand):
    """The final result code comes late; until then the modem takes nothing."""

    kind: Literal["late_answer"] = "late_answer"
    by_s: Seconds = 5


class LostAnswer(OfCommand):
    """The response never comes: with `+CMGS` the network has the message, the terminal does not know.

    With `information` its information text comes, and only the result code is lost.
    """

    kind: Literal["lost_answer"] = "lost_answer"
    on: str | None = "+CMGS"
    information: bool = False


class LatePrompt(OfCommand):
    """The prompt for a text comes late."""

    kind: Literal["late_prompt"] = "late_prompt"
    by_s: Seconds = 5


class BarePrompt(OfCommand):
    """The prompt comes without its blank."""

    kind: Literal["bare_prompt"] = "bare_prompt"


class NoPrompt(OfCommand):
    """The modem waits for a text and shows no prompt."""

    kind: Literal["no_prompt"] = "no_prompt"


class Error(OfCommand):
    """A command is refused: with `+CMS ERROR` or `+CME ERROR` and `code`, or with `text` as it stands.

    `form` overrides +CMEE. A command with a text is refused when the text is in, unless `at_once`. With `taken` the
    network gets the message all the same.
    """

    kind: Literal["error"] = "error"
    on: str | None = "+CMGS"
    family: Literal["cms", "cme"] = "cms"
    code: int = Field(500, ge=0, le=999)
    form: Literal["numeric", "verbose"] | None = None
    text: str | None = Field(None, max_length=200)
    at_once: bool = False
    taken: bool = False


class Notice(OfCommand):
    """A notice where no terminal expects one, relative to the response of a command.

    `text` is written `count` times in one piece; without it, whatever real notices wait. `inside` is behind the first
    line of the information text, `before_final` between it and the result code, `after_prompt` between prompt and
    text, `after` in one write with the result code.
    """

    kind: Literal["notice"] = "notice"
    text: str | None = Field(None, max_length=2000)
    where: Literal["before", "inside", "before_final", "after_prompt", "after"] = "inside"
    count: int = Field(1, ge=1, le=1000)


class Hang(OfCommand):
    """The modem stops: at a command, for `for_s` or, without it, until the port is closed and opened again.

    What the terminal sends meanwhile is kept, or lost with `deaf`; with `echo` it is echoed all the same.
    """

    kind: Literal["hang"] = "hang"
    for_s: Seconds | None = None
    deaf: bool = False
    echo: bool = False


class Duplicate(Armed):
    """The next message from the network to this modem comes a second time, as it is."""

    kind: Literal["duplicate"] = "duplicate"


# Events: they happen at once.


class Freeze(Fault):
    """`hang` without waiting for a command."""

    kind: Literal["freeze"] = "freeze"
    for_s: Seconds | None = None
    deaf: bool = False
    echo: bool = False


class Flood(Fault):
    """Notices by themselves: `count` times `text`, `every_s` seconds apart; 0 writes all (200 at most) in one piece."""

    kind: Literal["flood"] = "flood"
    text: str = Field("^RSSI: 17", max_length=2000)
    count: int = Field(10, ge=1, le=100_000)
    every_s: Seconds = 0

    @model_validator(mode="after")
    def _fits_one_piece(self) -> "Flood":
        if not self.every_s and self.count > 200:
            raise ValueError("more than 200 notices need an every_s above 0")
        return self


class Reset(Fault):
    """The modem starts anew by itself: settings, text entry and waiting output are gone."""

    kind: Literal["reset"] = "reset"


class Sim(Fault):
    """Something happens to the card. `change` puts another one in, with its own number and an empty memory.

    `pin` and `puk` make it ask for them, `failed` makes it dumb, `busy` is over after `for_s`.
    """

    kind: Literal["sim"] = "sim"
    what: Literal["remove", "insert", "change", "pin", "puk", "busy", "failed"]
    for_s: Seconds = 5


class Fill(Fault):
    """A memory fills up with old messages until `leave` slots are free."""

    kind: Literal["fill"] = "fill"
    memory: Literal["SM", "ME", "SR"] = "SM"
    leave: int = Field(0, ge=0)


class Registration(Fault):
    """The network grants `stat` of 27.007 §7.2 (2: searching), for `for_s` or until the next such fault."""

    kind: Literal["registration"] = "registration"
    stat: int = Field(2, ge=0, le=5)
    for_s: Seconds | None = None


class Signal(Fault):
    """The signal changes: `rssi` as `+CSQ` has it."""

    kind: Literal["signal"] = "signal"
    rssi: int = Field(5, ge=0, le=99)

    @model_validator(mode="after")
    def _is_a_level(self) -> "Signal":
        if 31 < self.rssi < 99:
            raise ValueError("rssi is 0 to 31, or 99 for unknown")
        return self


class Unplug(Fault):
    """The port goes away, and comes back after `for_s` (never if null); with `rename` under another name."""

    kind: Literal["unplug"] = "unplug"
    for_s: Seconds | None = 2
    rename: bool = False


class Swap(Fault):
    """Two modems change places: both ports go away and come back, each leading to the other modem."""

    kind: Literal["swap"] = "swap"
    other: str = Field(description="Name or number of the other modem.", pattern=r"^\w+$")
    for_s: Seconds = 1

    @model_validator(mode="before")
    @classmethod
    def _number_as_text(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("other"), int):
            return {**values, "other": str(values["other"])}
        return values


AnyArmed = (
    Split | Late | Garble | Drop | Noise | Echo | Blanks | LateAnswer | LostAnswer | LatePrompt | BarePrompt | NoPrompt
    | Error | Notice | Hang | Duplicate
)  # fmt: skip
AnyEvent = Freeze | Flood | Reset | Sim | Fill | Registration | Signal | Unplug | Swap
AnyFault = Annotated[AnyArmed | AnyEvent, Field(discriminator="kind")]

FAULT: TypeAdapter[AnyArmed | AnyEvent] = TypeAdapter(AnyFault)
"""Reads a fault from a mapping with its `kind`; pydantic.ValidationError says what is wrong."""
