"""How pictures are drawn here: one look, and SVG that can stand inside a page.

The home of matplotlib, which comes with the extra `report` and is imported when the first picture is drawn. Equal data
makes equal octets, whatever the style sheets of the user: no date, no random id, the font that matplotlib brings. What
comes out has no style of its own, only attributes of its shapes, so that the page may forbid foreign styles and turn
colours for dark ground; text stays text; shapes that stand for data carry an id, and what they say as their title.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lxml import etree

from gateway.simulator.report import colours
from gateway.simulator.report.blocks import Picture

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 720
"""Of every picture, in its own units; text has 11 of them."""
_UNITS_PER_INCH = 72
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DATA = "of-"
"""How ids of shapes that stand for data begin; others are matplotlib's, and go."""
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LEVEL = re.compile(r"^rotate\(-?0 ")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_GEOMETRY = ("d", "x", "y", "width", "height", "transform")

_LOOK: dict[Any, Any] = {
    "text.parse_math": False,
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "otklik",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": colours.SOFT,
    "axes.labelcolor": colours.INK,
    "axes.titlecolor": colours.INK,
    "axes.axisbelow": True,
    "figure.dpi": _UNITS_PER_INCH,
    "grid.color": colours.LINE,
    "grid.linewidth": 0.8,
    "hatch.color": colours.PAPER,
    "hatch.linewidth": 1.2,
    "legend.frameon": False,
    "legend.fontsize": 10.5,
    "lines.linewidth": 2,
    "text.color": colours.INK,
    "xtick.color": colours.SOFT,
    "ytick.color": colours.SOFT,
    "xtick.labelcolor": colours.INK,
    "ytick.labelcolor": colours.INK,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
}


def available() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def versions() -> dict[str, str]:
    """What the octets of pictures depend on besides their data."""
    return {"matplotlib": version("matplotlib")}


class Drawing:
    """A picture that is being drawn: its panels, one above the other, and what its shapes say."""

    def __init__(self, figure: Figure, panels: Sequence[Axes]) -> None:
        self.panels = panels
        self._figure = figure
        self._tips: dict[str, str] = {}

    @property
    def panel(self) -> Axes:
        """The first panel."""
        return self.panels[0]

    def mark(self, shape: Artist, key: str, tip: str = "") -> None:
        """Give a shape that stands for data its id, of letters, digits and dashes, and what it says."""
        shape.set_gid(f"{_DATA}{key}")
        self._tips[f"{_DATA}{key}"] = tip

    def finish(self, name: str, title: str, says: str) -> Picture:
        """The picture; `name` begins all of its ids."""
        out = io.BytesIO()
        self._figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return Picture(name, title, says, _for_page(out.getvalue(), name, title, says, self._tips))


@contextmanager
def drawing(height: float, panels: int = 1, *, ratios: Sequence[float] | None = None) -> Iterator[Drawing]:
    """A drawing of some height, in the look of all. It is to be finished before the end."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_LOOK)
        figure = Figure((WIDTH / _UNITS_PER_INCH, height / _UNITS_PER_INCH), layout="constrained")
        axes = figure.subplots(panels, 1, sharex=panels > 1, squeeze=False, height_ratios=ratios)
        panels_down = [row[0] for row in axes]
        for ground in (figure.patch, *(panel.patch for panel in panels_down)):
            ground.set_visible(False)
        yield Drawing(figure, panels_down)


def standing_alone(picture: Picture) -> str:
    """The picture as a file of its own, on white ground."""
    ground = f'<rect width="100%" height="100%" fill="{colours.PAPER}"/>'
    opening, closing, rest = picture.svg.partition("</desc>")
    return opening.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + closing + ground + rest


def _for_page(svg: bytes, name: str, title: str, says: str, tips: Mapping[str, str]) -> str:
    """matplotlib's file as an element of a page."""
    root = etree.fromstring(svg, etree.XMLParser(remove_comments=True, remove_blank_text=True, resolve_entities=False))
    for useless in [*root.iter(f"{_SVG}metadata"), *root.iter(f"{_SVG}style")]:
        parent = useless.getparent()
        assert parent is not None, "neither is the root"
        parent.remove(useless)
    used = _references(root)
    for element in root.iter():
        _style_as_attributes(element)
        _rename(element, name, used)
        tip = tips.get(str(element.get("id", "")).removeprefix(f"{name}-"))
        if tip:
            said = etree.Element("title")
            said.text = tip
            element.insert(0, said)
    _describe(root, name, title, says)
    return _written(root)


def _references(root: etree._Element) -> frozenset[str]:
    found: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == _HREF:
                found.add(str(value).removeprefix("#"))
            found.update(_REFERENCE.findall(str(value)))
    return frozenset(found)


def _style_as_attributes(element: etree._Element) -> None:
    """A style attribute would need a policy that allows foreign styles; the same words as attributes do not."""
    for rule in str(element.attrib.pop("style", "")).split(";"):
        key, _, value = (part.strip() for part in rule.partition(":"))
        if key and key != "font-family":
            element.set(key, value)
    if _LEVEL.match(str(element.get("transform", ""))):
        del element.attrib["transform"]
    for key in _GEOMETRY:
        if key in element.attrib:
            exact = str(element.attrib[key])
            element.set(key, " ".join(_LONG.sub(lambda long: f"{float(long[0]):.2f}", exact).split()))


def _rename(element: etree._Element, name: str, used: frozenset[str]) -> None:
    """Ids begin with the picture's name, for there are other pictures on the page; those that nobody needs go."""
    own = element.attrib.pop("id", None)
    if own is not None and (own in used or str(own).startswith(_DATA)):
        element.set("id", f"{name}-{own}")
    target = element.attrib.pop(_HREF, None)
    if target is not None:
        element.set("href", f"#{name}-{str(target).removeprefix('#')}")
    for key, value in element.attrib.items():
        if "url(#" in str(value):
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", str(value)))


def _describe(root: etree._Element, name: str, title: str, says: str) -> None:
    for place, (tag, text) in enumerate((("title", title), ("desc", says))):
        told = etree.Element(tag, id=f"{name}-{tag}")
        told.text = text
        root.insert(place, told)
    for key in ("version", "width", "height"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    root.set("font-family", "sans-serif")
    root.set("stroke-linejoin", "round")


def _written(root: etree._Element) -> str:
    """Without namespaces, which a page gives by itself."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")
