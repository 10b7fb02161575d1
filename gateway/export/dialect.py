"""In whose name, and under which ids, ratings are written as XML: as the configuration says, or the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from gateway import formfiles
from gateway.errors import ConfigError
from gateway.exchange.form import Form
from gateway.exchange.rates import Date
from gateway.export.files import ExportError
from gateway.upstreamsettings import SignSettings, UpstreamSettings, Vendor

_FORM = "direct-0.0.4"


class DialectError(ExportError, ConfigError):
    """Neither the call nor the configuration tells whose ratings these are."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a file of ratings for upstream says beside the ratings.

    `vendor` is whose file it is; `vendors` are the vendors of the offices that have another one than `common`.
    """

    vendor: str
    form: Form
    date: Date = "visit"
    sign: SignSettings | None = None
    common: str = ""
    vendors: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Whether the ratings of some offices belong into another file."""
        return bool(self.vendors)

    def has(self, office: str) -> bool:
        """Whether the ratings of an office belong into the file."""
        return not self.vendors or self.vendors.get(office, self.common) == self.vendor


def choose(
    upstreams: Sequence[UpstreamSettings],
    *,
    name: str | None = None,
    vendor: str | None = None,
    form: str | None = None,
    date: Date | None = None,
    sign: SignSettings | None = None,
) -> Dialect:
    """The dialect of the upstream of this name, or of the only one; what is given here goes before what it says.

    Raises DialectError where it is not clear whose ratings these are.
    """
    upstream = _upstream(upstreams, name, vendor)
    given = None if vendor is None else _number(vendor)
    if upstream is None:
        if given is None:
            raise DialectError("Nothing says in whose name ratings go up: give --vendor, or configure an upstream.")
        return Dialect(given, formfiles.load(form or _FORM), date or "visit", sign)
    vendors = {office: own for office, own in upstream.vendors.items() if own != upstream.vendor}
    names = sorted({upstream.vendor, *vendors.values()})
    if vendors and given not in names:
        raise DialectError(f"The offices of {upstream.name} send as {', '.join(names)}: choose one with --vendor.")
    return Dialect(
        given or upstream.vendor,
        formfiles.load(form or upstream.form),
        date or upstream.date,
        sign or upstream.sign,
        upstream.vendor,
        vendors,
    )


def _upstream(upstreams: Sequence[UpstreamSettings], name: str | None, vendor: str | None) -> UpstreamSettings | None:
    if name is not None:
        for upstream in upstreams:
            if upstream.name == name:
                return upstream
        known = ", ".join(upstream.name for upstream in upstreams) or "none"
        raise DialectError(f"There is no upstream {name} in the configuration; there are: {known}.")
    if len(upstreams) > 1 and vendor is None:
        names = ", ".join(upstream.name for upstream in upstreams)
        raise DialectError(f"There are several upstreams: choose one of {names} with --upstream, or give --vendor.")
    return upstreams[0] if len(upstreams) == 1 else None


def _number(vendor: str) -> str:
    try:
        return TypeAdapter(Vendor).validate_python(vendor)
    except ValidationError:
        raise DialectError(f"{vendor!r} is no vendor id; it is a number such as 9901, or 1417-13.") from None
