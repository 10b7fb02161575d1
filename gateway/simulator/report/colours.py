"""The colours of the pictures, each with its counterpart on dark ground.

Pure. A picture is drawn in the colours for light ground, as attributes of its shapes, so that it is whole by itself;
the page's style sheet gives each of them another in the dark. They differ in lightness first and in hue second:
printed in grey, neighbours can still be told apart.
"""

from __future__ import annotations

PAPER = "#ffffff"
INK = "#17212e"
SOFT = "#566375"
LINE = "#dde3ea"
DEEP = "#0b4f9e"
MIDDLE = "#5d93cf"
PALE = "#b5d0ee"
ALARM = "#c4471f"
GOAL = "#7a3e9d"

_IN_THE_DARK = {
    PAPER: "#18202a",
    INK: "#e8edf3",
    SOFT: "#a3b0bf",
    LINE: "#33404f",
    DEEP: "#9cc8ff",
    MIDDLE: "#5a8fcb",
    PALE: "#2d5285",
    ALARM: "#ff9a70",
    GOAL: "#cf9cf0",
}
SERIES = (DEEP, MIDDLE, PALE)
"""Side by side in one picture: three steps of lightness."""


def rules() -> str:
    """The rules of the style sheet that turn the pictures' colours for dark ground."""
    turned = "".join(
        f'\n  svg [{name}="{light}"] {{ {name}: {dark}; }}'
        for light, dark in _IN_THE_DARK.items()
        for name in ("fill", "stroke")
    )
    return f"\n@media screen and (prefers-color-scheme: dark) {{{turned}\n}}\n"


def in_the_dark(colour: str) -> str:
    """What a colour of the pictures becomes on dark ground."""
    return _IN_THE_DARK[colour]


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` by WCAG, 0 (black) to 1 (white): what is left of it in grey."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG, 1 (none) to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
