"""How the network's conditions are written and changed: one form for control port, scenario files and tests.

Owns the keys, their units (milliseconds, quarter-hours) and the sentence that says what is wrong with a value. A
change names only what it changes: a key that is missing leaves its condition alone, tables (`handsets`, `accounts`,
`short_codes`, `called`) are changed entry by entry. A change is checked whole before any of it is carried out.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from modem.emulator.network.accounts import Money
from modem.emulator.network.delays import DelayMs, Milliseconds, from_ms, to_ms
from modem.emulator.network.handsets import Handset
from modem.emulator.network.numbers import canonical
from modem.emulator.network.policies import Credit, DailyCap, SpamFilter, Throttle
from modem.emulator.network.shortcodes import Service
from modem.emulator.network.subscribers import Called, Number
from modem.emulator.network.ussd import SERVICES, Services

if TYPE_CHECKING:
    from modem.emulator.network.centre import ServiceCentre

Rate = Annotated[float, Field(strict=True, ge=0, le=1)]
Zone = Annotated[int, Field(strict=True, ge=-48, le=56)]
Name = Annotated[str, Field(strict=True, min_length=1)]


class AccountChange(BaseModel):
    """One subscriber's account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    balance: Money = Field(description="What is left, in the operator's currency.")


ShortCode = Annotated[
    Annotated[Name, Tag("modem")] | Annotated[Service, Tag("service")],
    Discriminator(lambda value: "modem" if isinstance(value, str) else "service"),
]


class NetworkChange(BaseModel):
    """What a change of the network may say. Every key may be missing; null takes a policy or a table's entry away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_ms: DelayMs = Field(0, description="Time from a submit to its +CMGS answer.")
    report_latency_ms: DelayMs = Field(0, description="Time from that answer to the delivery, and so to its report.")
    validity_ms: Milliseconds = Field(0, description="Milliseconds a message without TP-VP is kept.")
    retry_ms: tuple[Milliseconds, ...] = Field((), description="Pauses between tries at a handset out of reach.")
    zone_quarters: Zone = Field(0, description="The centre's time zone in quarter-hours.")
    handsets: dict[Name, Handset | None] = Field(
        {}, description="Phones by number; with a star at its end, of all numbers that begin so."
    )
    accounts: dict[Name, AccountChange] = Field({}, description="Prepaid accounts by number.")
    short_codes: dict[Name, ShortCode | None] = Field(
        {}, description="The network's own numbers: the name of a modem that also has this one, or a service."
    )
    called: dict[Number, Called | None] = Field(
        {}, description="What outside numbers do when a modem calls them; null: answer after 3 s."
    )
    ussd: Services = Field(SERVICES, description="All USSD codes and what they answer.")
    loss_rate: Rate = Field(0, description="Messages that vanish on the way without a trace.")
    duplicate_rate: Rate = Field(0, description="Messages that a modem gets twice, octet by octet.")
    reorder_rate: Rate = Field(0, description="Messages to a modem that are held back, so that later ones overtake.")
    reorder_ms: DelayMs = Field(0, description="How long those are held back.")
    report_trying: bool = Field(False, strict=True, description="Report the first failed try with a status of 0x2X.")
    report_late_ms: DelayMs = Field(0, description="Time from a delivery to its report.")
    report_early_rate: Rate = Field(0, description="Submits that are delivered and reported before they are answered.")
    report_loss_rate: Rate = Field(0, description="Reports that never come.")
    report_duplicate_rate: Rate = Field(0, description="Reports that come twice.")
    report_zone_quarters: Zone | None = Field(None, description="Time zone in reports; the centre's if null.")
    report_modem: Name | None = Field(None, description="The modem that gets all reports; the sender's if null.")
    daily_cap: DailyCap | None = Field(None, description="So many parts a day from one SIM.")
    throttle: Throttle | None = Field(None, description="So many parts a minute from one SIM.")
    spam: SpamFilter | None = Field(None, description="No text to too many, and none that looks wrong.")
    credit: Credit | None = Field(None, description="What a part costs.")


_TABLES = {"handsets", "accounts", "short_codes", "called"}


def apply(centre: "ServiceCentre", body: Mapping[str, object] | NetworkChange, now: float) -> None:
    """Change the network as `body` says; ValueError with one sentence, and nothing changed, if it is wrong."""
    try:
        change = NetworkChange.model_validate(body)
    except ValidationError as wrong:
        raise ValueError(_sentence(wrong.errors()[0])) from None
    _check_names(centre, change)
    for key in change.model_fields_set - _TABLES:
        setattr(centre.conditions, _kept_name(key), _kept_value(key, getattr(change, key)))
    for number, handset in change.handsets.items():
        centre.set_handset(number, handset, now)
    for number, account in change.accounts.items():
        centre.accounts.of(number).balance = account.balance
    for code, owner in change.short_codes.items():
        centre.set_short_code(code, owner)
    for number, telephone in change.called.items():
        if telephone is None:
            centre.conditions.called.pop(canonical(number), None)
        else:
            centre.conditions.called[canonical(number)] = telephone


def describe(centre: "ServiceCentre") -> dict[str, object]:
    """The conditions as they are written, ready for JSON; `apply` takes it back."""
    conditions, balances = centre.conditions, centre.accounts.balances()
    plain = {
        key: _written_value(key, getattr(conditions, _kept_name(key)))
        for key in NetworkChange.model_fields
        if key not in _TABLES
    }
    return {
        **plain,
        "handsets": {number: _written_model(handset) for number, handset in conditions.handsets.items()},
        "short_codes": {code: _written_model(owner) for code, owner in conditions.short_codes.items()},
        "called": {number: _written_model(telephone) for number, telephone in conditions.called.items()},
        "accounts": {number: {"balance": float(balance)} for number, balance in balances.items()},
    }


def _check_names(centre: "ServiceCentre", change: NetworkChange) -> None:
    named = {f"short_codes.{code}": owner for code, owner in change.short_codes.items()}
    for key, name in (named | {"report_modem": change.report_modem}).items():
        if isinstance(name, str) and not centre.has_modem(name):
            raise ValueError(f"{key}: there is no modem called {name}.")


def _kept_name(key: str) -> str:
    return key.removesuffix("_ms") + "_s" if key.endswith("_ms") else key


def _kept_value(key: str, written: Any) -> object:
    if not key.endswith("_ms"):
        return written
    return tuple(map(from_ms, written)) if isinstance(written, tuple) else from_ms(written)


def _written_value(key: str, kept: Any) -> object:
    if not key.endswith("_ms"):
        return _written_model(kept)
    return list(map(to_ms, kept)) if isinstance(kept, tuple) else to_ms(kept)


def _written_model(value: object) -> object:
    return value.model_dump(mode="json", exclude_defaults=True) if isinstance(value, BaseModel) else value


def _sentence(error: Any) -> str:
    """One error of pydantic as one sentence that names the key."""
    path = [str(step) for step in error["loc"] if step != "ms"]
    key = ".".join(path)
    if error["type"] == "extra_forbidden":
        known = sorted(NetworkChange.model_fields) if len(path) == 1 else []
        meant = get_close_matches(path[-1], known, n=1)
        return f"{key} is not a known key" + (f"; did you mean {meant[0]}?" if meant else ".")
    if error["type"] == "missing":
        return f"{key} is missing."
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{key}: {text[:1].lower()}{text[1:]}."
