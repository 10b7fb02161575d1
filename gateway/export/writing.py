"""Writes ratings in one of the formats."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import IO, Any

from sqlite_utils import Database

from gateway.exchange.legacy import write_legacy
from gateway.exchange.rates import CannotBeSent, write_rates
from gateway.export.columnar import write_parquet
from gateway.export.dialect import Dialect
from gateway.export.files import ExportError
from gateway.store import ratinglines, ratings

FORMATS = ("jsonl", "csv", "rates-xml", "legacy-xml", "parquet")
XML = ("rates-xml", "legacy-xml")
"""The formats that say in whose name they are written."""
MOST_SIGNED = 50_000
"""Ratings in an envelope that is signed, for it is in memory as a whole."""

_LINES = 500
_HEADING = f'<?otklik schema_version="{ratings.SCHEMA_VERSION}"?>\n'


def write(db: Database, form: str, cursor: int, until: int, file: IO[bytes], dialect: Dialect | None = None) -> int:
    """Write the ratings behind `cursor` up to and including `until`; how many there were.

    `dialect` is for the formats in `XML`, which cannot do without. Raises ExportError, also where the format has no
    way to say what there is.
    """
    if form == "jsonl":
        return _write_lines(ratinglines.json_lines(db, cursor, until), file)
    if form == "csv":
        file.write((",".join(ratings.COLUMNS) + "\n").encode("ascii"))
        return _write_lines(ratinglines.csv_lines(db, cursor, until), file)
    if form == "parquet":
        return write_parquet(ratings.rows(db, cursor, until), file)
    if dialect is None:
        raise ExportError(f"{form} is written in somebody's name: give --vendor.")
    found = (rating for rating in ratings.wire(db, cursor, until) if dialect.has(rating["office"]))
    try:
        return _write_xml(form, found, file, dialect)
    except CannotBeSent as problem:
        raise ExportError(f"Nothing is exported as {form}: {problem}.") from problem


def _write_lines(lines: Generator[bytes, None, None], file: IO[bytes]) -> int:
    count = 0
    with closing(lines):  # a disk that is full must not leave its snapshot open
        while some := list(islice(lines, _LINES)):
            file.write(b"".join(some))
            count += len(some)
    return count


def _write_xml(form: str, found: Iterable[Mapping[str, Any]], file: IO[bytes], dialect: Dialect) -> int:
    if form == "rates-xml":
        return write_rates(found, file, dialect.vendor, dialect.form, dialect.date, _HEADING)
    if dialect.sign is None:
        return write_legacy(found, file, dialect.vendor, dialect.form, dialect.date, _HEADING)
    envelope = io.BytesIO()
    few = _not_too_many(found)
    count = write_legacy(few, envelope, dialect.vendor, dialect.form, dialect.date, _HEADING)
    from gateway.exchange.signing import sign  # here: it takes 40 ms, and few sign

    file.write(sign(envelope.getvalue(), dialect.sign))
    return count


def _not_too_many(found: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for number, rating in enumerate(found):
        if number == MOST_SIGNED:
            raise ExportError(
                f"An envelope is signed as a whole, with at most {MOST_SIGNED} ratings: end before cursor"
                f" {rating['cursor']} with --until {rating['cursor'] - 1}."
            )
        yield rating
