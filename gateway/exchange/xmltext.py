"""Text inside XML: what may not stand there is taken out, what means something else there is written otherwise.

Pure. A citizen's text may hold a form feed or half of a surrogate pair; with it a file would be no XML at all, for
whoever reads it, and all the other ratings in it would be lost too.
"""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile('[&<>"\t\n\r]')
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_VALUE = {**_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}


def legal(text: str) -> str:
    """The text without the characters that XML 1.0 has no way to write."""
    return text if text.isascii() and text.isprintable() else _ILLEGAL.sub("", text)


def text(value: str) -> str:
    """A value as the text of an element; line ends survive a parser."""
    return _SPECIAL.sub(lambda found: _TEXT.get(found[0], found[0]), legal(value))


def attribute(value: str) -> str:
    """A value as an attribute, in its quotes; line ends and tabs survive a parser."""
    return '"' + _SPECIAL.sub(lambda found: _VALUE[found[0]], legal(value)) + '"'
