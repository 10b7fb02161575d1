"""What a profile can say of a modem: the vocabulary of the YAML files beside this module, as a typed value.

Pure. Every check that needs no modem is made here: forms of commands, placeholders, names of memories and quirks. The
defaults are the generic modem. What the words do is in `shaping` (command table), `behaviour` (the rest) and `quirks`.
"""

import re
from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from modem.emulator.device.commandline import Form
from modem.emulator.device.memory import Layout
from modem.emulator.device.results import AtError, CmeError, CmsError
from modem.emulator.device.state import Manner, Settings, UssdForm
from modem.emulator.profiles.quirks import QUIRKS
from modem.tables import CME_CAUSES

PLACEHOLDERS = ("imei", "iccid", "imsi", "number", "smsc", "signal", "manufacturer", "model", "revision")
_FORM = re.compile(r"(&?[A-Z]|[+^$*%#][A-Z][A-Z0-9_]*)(\?|=\?|=)?", re.ASCII)
_FORMS = {None: Form.EXECUTE, "?": Form.READ, "=?": Form.TEST, "=": Form.SET}
_ERROR = re.compile(r"ERROR|\+CM([ES]) ERROR: ([0-9]{1,3})")
_RANGES = re.compile(r'\((?:[0-9]+(?:-[0-9]+)?|"[^"]*")?(?:,(?:[0-9]+(?:-[0-9]+)?|"[^"]*"))*\)')


class CommandForm(NamedTuple):
    """One form of one command, as the files write it: `+CSQ`, `+CSQ?`, `+CSQ=?`, `+CSQ=` (with any parameters)."""

    name: str
    form: Form


def command_form(text: str) -> CommandForm:
    """Read one form; ValueError if it is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("a command is written as in AT+NAME, with ?, =? or = behind it for those forms")
    return CommandForm(match[1], _FORMS[match[2]])


def refusal(text: str) -> AtError | None:
    """The error a text stands for (`ERROR`, `+CME ERROR: n`, `+CMS ERROR: n`); None if it is something else."""
    match = _ERROR.fullmatch(text)
    if match is None:
        return None
    if match[1] is None:
        return AtError()
    return (CmeError if match[1] == "E" else CmsError)(int(match[2]))


Values = tuple[frozenset[int | str] | None, ...]
"""What each parameter may be; None where the file does not say."""


def ranges(text: str) -> Values:
    """The parameters that a test form's ranges allow (V.250 §5.4.1): `(0-2),("SM","ME"),,(1,3)`."""
    found: list[frozenset[int | str] | None] = []
    rest = text
    while True:
        match = _RANGES.match(rest)
        group = match[0] if match else ""
        found.append(frozenset(_members(group)) if match else None)
        rest = rest[len(group) :]
        if not rest:
            return tuple(found)
        if not rest.startswith(","):
            raise ValueError('ranges are written as a modem does: (0-2),("SM","ME"),(1,3)')
        rest = rest[1:]


def _members(group: str) -> Iterator[int | str]:
    for item in group[1:-1].split(","):
        if item.startswith('"'):
            yield item.strip('"')
        elif item:
            low, _, high = item.partition("-")
            yield from range(int(low), int(high or low) + 1)


def _checked_form(text: str) -> str:
    command_form(text)
    return text


def _checked_ranges(text: str) -> str:
    ranges(text)
    return text


def _text_with(*placeholders: str) -> AfterValidator:
    """A text with these placeholders at most; its lines become lines of the modem."""

    def check(text: str) -> str:
        try:
            names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        except ValueError as problem:
            raise ValueError(f"{problem}; a brace that is meant is written twice") from None
        unknown = [name for name in names if name not in placeholders]
        if unknown:
            raise ValueError(f"{{{unknown[0]}}} is no placeholder; known are {', '.join(placeholders)}")
        return text.rstrip("\n").replace("\n", "\r\n")

    return AfterValidator(check)


def _checked_refusal(text: str) -> str:
    error = refusal(text)
    if error is None:
        raise ValueError("an error is ERROR, +CME ERROR: number or +CMS ERROR: number")
    if isinstance(error, CmeError) and error.code not in CME_CAUSES:
        raise ValueError(f"27.007 §9.2 has no error {error.code}")
    return text


def _numbers(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=r"^(&?[A-Z]|[+^$*%#][A-Z][A-Z0-9_]*)$")]
FormText = Annotated[str, AfterValidator(_checked_form)]
Text = Annotated[str, _text_with(*PLACEHOLDERS)]
CallText = Annotated[str, _text_with("id", "seconds", "cause")]
Ranges = Annotated[str, AfterValidator(_checked_ranges)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Milliseconds = Annotated[float, Field(ge=0, le=600_000)]
Flag = Annotated[int, Field(ge=0, le=1)]
MakersCommand = Literal["^DTMF", "+QTONEDET", "+RST", "+SPIC", "+QPINC", "^CPIN", "+ZPINPUK", "+CPINC", "^SPIC"]
MemoryName = Literal["SM", "ME", "SR", "BM"]
_OWN: tuple[MemoryName, ...] = ("ME", "SR", "BM")
ReadableName = Literal["SM", "ME", "MT", "SR", "BM"]


class Part(BaseModel):
    """A mapping of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Maker(Part):
    """What +CGMI, +CGMM and +CGMR answer."""

    manufacturer: str = "Otklik"
    model: str = "Emulated GSM modem"
    revision: str = "1.0"


class Memories(Part):
    """The message memories: slots of each, the lowest index, and <mem1>, <mem2>, <mem3> of a new modem.

    The card's own slots are SM. MT is there if ME is, and is both together. `all_writable`: SR and BM may be chosen for
    writing and receiving too.
    """

    slots: dict[MemoryName, Annotated[int, Field(ge=1, le=10_000)]] = {"SM": 30, "ME": 100, "SR": 100, "BM": 20}
    first_index: Flag = 1
    all_writable: bool = False
    chosen: Annotated[tuple[ReadableName, ReadableName, ReadableName], BeforeValidator(_numbers)] = ("SM", "SM", "SM")

    @model_validator(mode="after")
    def _exists(self) -> "Memories":
        for name in self.chosen:
            if name not in self.names:
                raise ValueError(f"{name} is chosen and has no slots")
        return self

    @property
    def names(self) -> frozenset[str]:
        """Every memory that can be chosen."""
        return frozenset(self.slots) | ({"MT"} if "ME" in self.slots else set())

    def layout(self) -> Layout:
        """What a device of this profile has beside the card."""
        me, sr, bm = (self.slots.get(name, 0) for name in _OWN)
        return Layout(
            me, sr, bm, mt=me > 0, first_index=self.first_index, all_writable=self.all_writable, chosen=self.chosen
        )


class Kept(Part):
    """A command of the maker's own that is a number: kept, and told when asked. `lasting`: it outlives a restart."""

    values: Ranges
    default: int = 0
    lasting: bool = False


class Notice(Part):
    """Something said unasked. `when` names commands of `kept`: it is said only while they have one of these bits."""

    text: Text
    when: dict[Name, int] = {}


class StartNotice(Notice):
    """A notice after power-up."""

    after_s: Seconds = 0


class PeriodicNotice(Notice):
    """A notice every so many seconds, give or take `spread_s`, while a terminal is there."""

    every_s: Annotated[float, Field(ge=0.1, le=86_400)]
    spread_s: Seconds = 0


class FullNotice(Part):
    """Said when reception fills `{memory}`, while `when` holds as in `Notice`."""

    text: Annotated[str, _text_with("memory")]
    when: dict[Name, int] = {}


def _full_notice(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Notices(Part):
    """What the modem says unasked, besides what the standards have."""

    start: tuple[StartNotice, ...] = ()
    periodic: tuple[PeriodicNotice, ...] = ()
    memory_full: Annotated[FullNotice | None, BeforeValidator(_full_notice)] = None

    def conditions(self) -> tuple[dict[Name, int], ...]:
        """The `when` of each."""
        full = () if self.memory_full is None else (self.memory_full.when,)
        return (*(notice.when for notice in (*self.start, *self.periodic)), *full)


class Calls(Part):
    """Outgoing calls: when ATD says OK, what each step is told with while `when` holds, and how a tone is told."""

    dial_waits: bool = False
    steps: dict[Literal["dialling", "alerting", "answered", "ended"], CallText] = {}
    when: dict[Name, int] = {}
    tone: Annotated[str, _text_with("key", "code")] = "+DTMF: {key}"


class Delay(Part):
    """How long a command takes before it is answered: `ms`, give or take `spread_ms`."""

    ms: Milliseconds
    spread_ms: Milliseconds = 0


class Starting(Part):
    """Commands that are refused until so long after power-up."""

    until_s: Seconds
    commands: tuple[Name, ...]
    error: Annotated[str, AfterValidator(_checked_refusal)]


class Defaults(Part):
    """Settings as the modem leaves the factory, where they are not the generic modem's."""

    echo: Flag | None = None
    cmee: Annotated[int, Field(ge=0, le=2)] | None = None
    cscs: str | None = None
    csms: Flag | None = None
    csdh: Flag | None = None
    cnmi: Annotated[tuple[int, int, int, int, int], BeforeValidator(_numbers)] | None = None
    creg: Annotated[int, Field(ge=0, le=2)] | None = None
    cgreg: Annotated[int, Field(ge=0, le=2)] | None = None
    cereg: Annotated[int, Field(ge=0, le=2)] | None = None
    crc: Flag | None = None


class Quirk(Part):
    """Where the behaviour behind a quirk's name was reported, and in one sentence what it is."""

    source: Url
    says: str


class Profile(Part):
    """One kind of modem."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")] = "generic"
    title: str = "Generic 3GPP modem"
    sources: tuple[Url, ...] = ()
    maker: Maker = Maker()
    memories: Memories = Memories()
    defaults: Defaults = Defaults()
    clac: Literal["lines", "prefixed", "at-lines", "none"] = "lines"
    removed: tuple[Name, ...] = ()
    added: tuple[MakersCommand, ...] = ()
    values: dict[Name, Ranges] = {}
    answers: dict[FormText, Text | None] = {}
    kept: dict[Name, Kept] = {}
    notices: Notices = Notices()
    calls: Calls = Calls()
    ussd: UssdForm = "text"
    delays: dict[FormText, Delay] = {}
    starting: tuple[Starting, ...] = ()
    quirks: dict[str, Quirk] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> "Profile":
        unknown = [name for name in self.quirks if name not in QUIRKS]
        if unknown:
            raise ValueError(f"there is no quirk {unknown[0]}; there are {', '.join(QUIRKS)}")
        for group in ranges(self.values.get("+CPMS", "")):
            missing = sorted(map(str, (group or frozenset()) - self.memories.names))
            if missing:
                raise ValueError(f"+CPMS offers {missing[0]}, which has no slots")
        for when in (self.calls.when, *self.notices.conditions()):
            strange = [name for name in when if name not in self.kept]
            if strange:
                raise ValueError(f"a notice depends on {strange[0]}, which is not kept")
        return self

    def settings(self) -> Settings:
        """The settings of a modem as it leaves the factory."""
        return Settings(**self.defaults.model_dump(exclude_none=True))

    @property
    def lte(self) -> bool:
        """Whether the modem is served by E-UTRAN, and says so behind the place in +CREG and the like."""
        return any(QUIRKS[name].lte for name in self.quirks)

    def manner(self) -> Manner:
        """What the standards leave open about calls and USSD."""
        steps = {str(step): text for step, text in self.calls.steps.items()}
        return Manner(self.calls.dial_waits, steps, self.calls.tone, self.ussd)


GENERIC_PROFILE = Profile()
