"""A page that is one file: sections of sentences, tiles, tables and pictures, with its style inside and no request to
anywhere.

What a page says is given as plain text and escaped; only pictures are put in as they are. `render` is for every page of
the simulator, whether it shows one run or compares many.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from gateway.simulator.report.blocks import Section
from gateway.simulator.report.colours import rules


def render(title: str, about: Sequence[str], sections: Sequence[Section]) -> str:
    """The whole page: its title, the lines under it, its sections."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = _templates().get_template("page.html")
    return template.render(title=title, about=about, sections=sections, style=style, digest=digest)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("gateway.simulator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    """The style sheet, and what each colour of the pictures becomes in the dark. The policy of the page names
    its octets."""
    return _templates().get_template("style.css").render() + rules()
