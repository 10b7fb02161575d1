"""What can be configured about those ratings go up to, and about those who are told what happened.

Pure: nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from gateway.section import Seconds, Section

Format = Literal["json", "rates-xml", "legacy-xml"]
FORMATS: tuple[Format, ...] = get_args(Format)
Source = Literal["sms", "voice", "portal", "terminal", "paper", "phone"]
EventKind = Literal["rating.created", "callback.opened", "modem.quarantined"]

_NAME = r"^[a-z0-9][a-z0-9_-]{0,31}$"


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # it has a port that is none
        fits = False
    if not fits or not value.isprintable() or " " in value or "#" in value:
        raise ValueError(f"{value!r} is no address; write it as https://vashkontrol.ru/hershel")
    return value.rstrip("/")


def _vendor(value: str) -> str:
    """The number before the dash is what upstream knows: offices write 1417-13 for 1417."""
    number = re.fullmatch(r"0*([1-9][0-9]{0,17})(-[0-9]+)?", value)
    if number is None:
        raise ValueError(f"{value!r} is no vendor id; it is a number such as 9901, or 1417-13")
    return number[1]


Url = Annotated[str, AfterValidator(_url)]
Vendor = Annotated[str, AfterValidator(_vendor)]


class TlsSettings(Section):
    """Whom to trust, and who we are: certificates instead of the system's, and our certificate with its key."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @model_validator(mode="after")
    def _both(self) -> TlsSettings:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("a client certificate has two files: give cert_file and key_file, or neither")
        return self


class SignSettings(Section):
    """How a legacy envelope is signed: by a key with its certificate (PEM), or by a program that reads the XML on its
    standard input and writes it signed."""

    key_file: Path | None = None
    cert_file: Path | None = None
    command: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> SignSettings:
        if bool(self.command) == (self.key_file is not None):
            raise ValueError("give key_file (and cert_file), or command")
        return self


class StatusCodes(Section):
    """What the numbers mean by which upstream tells how far a packet is; any other is waited on.

    It is asked for the first time `after_s` after the packet was taken.
    """

    accepted: tuple[int, ...] = (2,)
    rejected: tuple[int, ...] = (3,)
    after_s: Seconds = 60


class UpstreamSettings(Section):
    """One place ratings go to: an address, or a folder (`spool`).

    `vendors` has the ids of offices that send under another than `vendor`. `sources` are the channels whose ratings
    are sent. `date` is what the exchange format's field of that name holds: senders differ. With `corrections: wait` a
    rating goes up when it cannot be corrected any more; with `send` at once, and each correction after it. `on_unknown`
    is what becomes of a batch whose answer was lost: `resend` posts the same again under the same key, `hold` waits for
    a person.
    """

    name: str = Field(pattern=_NAME)
    url: Url | None = None
    spool: Path | None = None
    format: Format = "rates-xml"
    vendor: Vendor
    vendors: Mapping[str, Vendor] = Field(default_factory=dict)
    form: str = "direct-0.0.4"
    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = ("sms", "voice", "terminal", "paper", "phone")
    date: Literal["visit", "rating"] = "visit"
    corrections: Literal["wait", "send"] = "wait"
    on_unknown: Literal["resend", "hold"] = "resend"
    batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    every_s: Annotated[float, Field(ge=1, le=86_400)] = 60
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 30
    status_codes: StatusCodes | None = StatusCodes()
    """None: an answer with a packet id is the last word, nobody is asked later."""
    secret_file: Path | None = None
    tls: TlsSettings = TlsSettings()
    sign: SignSettings | None = None

    @model_validator(mode="after")
    def _one_place(self) -> UpstreamSettings:
        if (self.url is None) == (self.spool is None):
            raise ValueError("give url (where to post) or spool (a folder to put files into)")
        if self.url is not None and "?" in self.url:
            raise ValueError(f"{self.url!r} has a question mark; url is what paths such as /rates are written behind")
        if self.sign is not None and self.format != "legacy-xml":
            raise ValueError(f"only legacy-xml is signed; the format is {self.format}")
        return self


class WebhookSettings(Section):
    """Somebody who is told what happened: to `url`, signed with the secret in `secret_file`."""

    name: str = Field(pattern=_NAME)
    url: Url
    secret_file: Path
    events: Annotated[tuple[EventKind, ...], Field(min_length=1)] = (
        "rating.created",
        "callback.opened",
        "modem.quarantined",
    )
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10
    tls: TlsSettings = TlsSettings()
