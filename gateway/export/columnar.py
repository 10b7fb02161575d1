"""Ratings as Parquet, for whoever analyses them: typed columns, compressed, in groups of rows.

pyarrow is an extra (`otklik[parquet]`) and is imported when a file is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import ModuleType
from typing import IO, Any

from gateway.export.files import ExportError
from gateway.model import CRITERIA, OVERALL
from gateway.store.ratings import COLUMNS, SCHEMA_VERSION

_GROUP = 16_384
_SLICE = 1_024
"""Rows that are Python objects at one time; a group is of these, packed."""

_UNIQUE = (
    "cursor",
    "foreign_id",
    "visit_id",
    "received_at",
    "invited_at",
    "rated_at",
    "comment",
    "person",
    "rating_id",
)
"""Columns in which a value seldom comes again, so that a dictionary of values would not make them smaller."""


def write_parquet(rows: Iterator[tuple[Any, ...]], file: IO[bytes]) -> int:
    """Write rows of the exported columns; how many there were.

    Times are UTC timestamps of milliseconds, marks are numbers of eight bits. The metadata of the file has
    `schema_version`, as the column of this name. Raises ExportError without pyarrow.
    """
    arrow, parquet = _arrow()
    schema = _schema(arrow)
    count = 0
    repeated = [column for column in COLUMNS if column not in _UNIQUE]
    with parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeated) as writer:
        while batches := list(islice(_packed(arrow, schema, rows), _GROUP // _SLICE)):
            table = arrow.Table.from_batches(batches, schema)
            writer.write_table(table, row_group_size=_GROUP)
            count += table.num_rows
    return count


def _packed(arrow: ModuleType, schema: Any, rows: Iterator[tuple[Any, ...]]) -> Iterator[Any]:
    while some := list(islice(rows, _SLICE)):
        columns = zip(*some, strict=True)
        packed = [_column(arrow, values, wanted.type) for values, wanted in zip(columns, schema, strict=True)]
        yield arrow.RecordBatch.from_arrays(packed, schema=schema)


def _column(arrow: ModuleType, values: tuple[Any, ...], kind: Any) -> Any:
    if arrow.types.is_timestamp(kind):
        return arrow.array(values, arrow.string()).cast(kind)
    if arrow.types.is_boolean(kind):
        return arrow.array(values, arrow.int8()).cast(kind)
    return arrow.array(values, kind)


def _schema(arrow: ModuleType) -> Any:
    kinds = {
        **dict.fromkeys(("cursor", "visit_id"), arrow.int64()),
        **dict.fromkeys(("received_at", "invited_at", "rated_at"), arrow.timestamp("ms", "UTC")),
        **dict.fromkeys((OVERALL, *CRITERIA), arrow.int8()),
        **dict.fromkeys(("expanded", "corrected"), arrow.bool_()),
        "schema_version": arrow.int16(),
    }
    fields = [arrow.field(column, kinds.get(column, arrow.string())) for column in COLUMNS]
    return arrow.schema(fields, metadata={"schema_version": str(SCHEMA_VERSION)})


def _arrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as missing:
        raise ExportError("Parquet needs pyarrow, which is not installed: pip install 'otklik[parquet]'.") from missing
    return pyarrow, pyarrow.parquet
