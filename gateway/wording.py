"""How a text of a survey is filled in.

Pure. A text is a template with named variables in braces; what a template may name is listed in `VARIABLES`, and
`check` finds a misspelt one when the configuration is read, not when the first citizen is written to. The texts are
offers to rate and nothing else: no advertising and no links (genuine messages from 0919 carry none). How many parts a
text costs is the modem codec's business.
"""

from __future__ import annotations

import difflib
import string
import unicodedata
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.model import Office

VARIABLES = ("date", "office", "asked")
"""What a text may name: the day of the visit (DD.MM.YYYY where the office is), the office's short name, and what the
question at hand asks for, in words."""


LONGEST = 670
"""Letters of a template: ten parts of UCS-2, of which nobody reads the last."""


class BadText(ValueError):
    """A template cannot be filled in; the message is one sentence that names the variable that was meant."""


def check(template: str) -> None:
    """Raises BadText unless the template can be sent and names only known variables, without format specifiers."""
    if not template.strip():
        raise BadText("The text is empty.")
    if len(template) > LONGEST:
        raise BadText(f"The text has {len(template)} letters; an SMS that is read has a few parts, at most {LONGEST}.")
    for char in template:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cs"):
            raise BadText(f"The text has a character that no telephone shows (U+{ord(char):04X}); take it out.")
    variables(template)


def render(template: str, received_at: datetime, office: Office, asked: str = "") -> str:
    """The text for one visit. `received_at` is UTC-aware; its date is taken in the office's time zone.

    Raises BadText for a template that `check` refuses.
    """
    names = variables(template)
    values = {"office": office.short_name, "asked": asked}
    if "date" in names:
        values["date"] = received_at.astimezone(ZoneInfo(office.time_zone)).strftime("%d.%m.%Y")
    return template.format_map(values)


@lru_cache(maxsize=1000)
def variables(template: str) -> frozenset[str]:
    """The variables a template names; the templates are few, and filled in for everybody.

    Raises BadText for one that there is not, and for a lone brace.
    """
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        raise BadText(f"A brace is not closed or not opened in «{template}»; write {{{{ for a brace itself.") from None
    names = set()
    for _, name, spec, conversion in fields:
        if name is None:
            continue
        if name not in VARIABLES:
            raise BadText(_unknown(name))
        if spec or conversion:
            raise BadText(f"The variable {{{name}}} takes no format, write just {{{name}}}.")
        names.add(name)
    return frozenset(names)


def _unknown(name: str) -> str:
    known = ", ".join(f"{{{v}}}" for v in VARIABLES)
    close = difflib.get_close_matches(name, VARIABLES, n=1)
    meant = f"; {{{close[0]}}} was probably meant" if close else ""
    return f"There is no variable {{{name}}} (a text may use {known}){meant}."
