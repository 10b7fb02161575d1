"""How the network's conditions are written and changed: one form for control port, scenario files and tests.

Owns the keys, their units (milliseconds, quarter-hours) and the sentence that says what is wrong with a value. A
change names only what it changes: a key that is missing leaves its condition alone, tables (`handsets`, `accounts`)
are changed entry by entry. A change is checked whole before any of it is carried out.
"""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from modem.emulator.network.delays import DelayMs, Milliseconds, from_ms, to_ms
from modem.emulator.network.handsets import Handset

if TYPE_CHECKING:
    from modem.emulator.network.centre import ServiceCentre


class AccountChange(BaseModel):
    """One subscriber's account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    balance: Decimal = Field(description="What is left, in the operator's currency.")


class NetworkChange(BaseModel):
    """What a change of the network may say. Every key may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_ms: DelayMs = Field(0, description="Time from a submit to its +CMGS answer.")
    report_latency_ms: DelayMs = Field(0, description="Time from that answer to the delivery, and so to its report.")
    validity_ms: Milliseconds = Field(0, description="How long a message without TP-VP is kept.")
    retry_ms: tuple[Milliseconds, ...] = Field((), description="Pauses between tries at a handset out of reach.")
    report_trying: bool = Field(False, strict=True, description="Report the first failed try with a status of 0x2X.")
    zone_quarters: int = Field(0, strict=True, ge=-48, le=56, description="The centre's time zone in quarter-hours.")
    handsets: dict[str, Handset] = Field({}, description="Phones of outside subscribers by number.")
    accounts: dict[str, AccountChange] = Field({}, description="Prepaid accounts by number.")


_TABLES = {"handsets", "accounts"}


def apply(centre: "ServiceCentre", body: Mapping[str, object] | NetworkChange, now: float) -> None:
    """Change the network as `body` says; ValueError with one sentence, and nothing changed, if it is wrong."""
    try:
        change = NetworkChange.model_validate(body)
    except ValidationError as wrong:
        raise ValueError(_sentence(wrong.errors()[0])) from None
    for key in change.model_fields_set - _TABLES:
        name, value = _as_kept(key, getattr(change, key))
        setattr(centre.conditions, name, value)
    for number, handset in change.handsets.items():
        centre.set_handset(number, handset, now)
    for number, account in change.accounts.items():
        centre.accounts.of(number).balance = account.balance


def describe(centre: "ServiceCentre") -> dict[str, object]:
    """The conditions as they are written, ready for JSON; `apply` takes it back."""
    conditions = centre.conditions
    return {
        "latency_ms": to_ms(conditions.latency_s),
        "report_latency_ms": to_ms(conditions.report_latency_s),
        "validity_ms": to_ms(conditions.validity_s),
        "retry_ms": [to_ms(pause) for pause in conditions.retry_s],
        "report_trying": conditions.report_trying,
        "zone_quarters": conditions.zone_quarters,
        "handsets": {
            number: handset.model_dump(mode="json", exclude_defaults=True)
            for number, handset in conditions.handsets.items()
        },
        "accounts": {number: {"balance": float(balance)} for number, balance in centre.accounts.balances().items()},
    }


def _as_kept(key: str, value: Any) -> tuple[str, object]:
    """A condition's own name and value: milliseconds become seconds."""
    if not key.endswith("_ms"):
        return key, value
    kept = tuple(map(from_ms, value)) if isinstance(value, tuple) else from_ms(value)
    return key.removesuffix("_ms") + "_s", kept


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
