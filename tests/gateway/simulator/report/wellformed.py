"""Whether a page is well formed."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_VOID = frozenset(("meta", "link", "br"))


class Page(HTMLParser):
    """What stands in a page; fails on an element that is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        self._take(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def _take(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.names.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "xlink:href"):
                self.links.append(value or "")


def parsed(page: str) -> Page:
    """The page, if everything is closed, no id comes twice, and every link within the page leads somewhere."""
    parser = Page()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert not [name for name, times in Counter(parser.ids).items() if times > 1]
    assert {link[1:] for link in parser.links if link.startswith("#")} <= set(parser.ids)
    return parser
