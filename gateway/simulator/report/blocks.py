"""What a page of the simulator is made of: sections of sentences, tiles, tables, pictures and sources.

Pure, and plain text throughout: `page` escapes all of it but the SVG of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or two. `weight` is plain, soft (said besides) or warning."""

    text: str
    weight: str = "plain"
    kind: str = field(default="text", init=False)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that is seen first, what it is, and what is to be known of it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: Sequence[Tile]
    kind: str = field(default="tiles", init=False)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under columns; those columns named in `words` stand to the left, numbers to the right. `grey` are
    the indices of rows that stand back; a `folded` table is opened by the reader."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[str] = frozenset()
    grey: frozenset[int] = frozenset()
    folded: bool = False
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as inline SVG, as `drawing` makes it: `name` is its id on the page, `says` tells it to those who cannot
    see it."""

    name: str
    title: str
    says: str
    svg: str
    kind: str = field(default="picture", init=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it is, opened by the reader."""

    caption: str
    text: str
    kind: str = field(default="source", init=False)


Block = Text | Tiles | Table | Picture | Source


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under its heading; `key` is its address on the page."""

    key: str
    title: str
    blocks: Sequence[Block]
