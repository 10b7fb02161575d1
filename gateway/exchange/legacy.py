"""Ratings in the envelope of the older exchange: `mkgu:body`, written as a stream, unsigned.

Pure. The forms are those of `rates`, without a namespace of their own, as senders of that time wrote them; the version
of the form stands inside the vendor. Times are `YYYY-MM-DD HH:MM:SS` by the office's clock, without an offset. What
the envelope is signed with is in `signing`, and refers to it by its ID.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import IO, Any

from gateway.exchange.form import Form
from gateway.exchange.rates import Date, Forms, local
from gateway.exchange.xmltext import attribute, text

NAMESPACE = "http://vashkontrol.ru#"
ID = "mkgu"
"""The ID of the envelope, and its prefix."""


def write_legacy(
    ratings: Iterable[Mapping[str, Any]], file: IO[bytes], vendor: str, form: Form, date: Date, heading: str = ""
) -> int:
    """Write one envelope with all ratings, as `rates.write_rates` writes a request; it raises the same."""
    opening = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{heading}'
        f'<{ID}:body xmlns:{ID}="{NAMESPACE}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        f' xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" ID="{ID}">'
        f"<vendor id={attribute(vendor)}><form-version>{text(form.version)}</form-version></vendor><forms>"
    )
    return Forms(form, date, plain_time).write(ratings, file, opening, f"</forms></{ID}:body>\n")


def body(ratings: Iterable[Mapping[str, Any]], vendor: str, form: Form, date: Date) -> bytes:
    """The octets of a batch, unsigned. Raises CannotBeSent as `write_legacy` does."""
    file = io.BytesIO()
    write_legacy(ratings, file, vendor, form, date)
    return file.getvalue()


def plain_time(stored: str, zone: str) -> str:
    """A stored UTC time by the office's clock, to the second."""
    return local(stored, zone).isoformat(sep=" ", timespec="seconds")[:19]
