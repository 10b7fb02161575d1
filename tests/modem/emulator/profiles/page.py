"""The table of docs/profiles.md, made from the data: `python -m tests.modem.emulator.profiles.page` writes it there."""

from pathlib import Path

from modem.emulator.profiles.catalogue import load, names
from modem.emulator.profiles.profile import Profile

PAGE = Path(__file__).parents[4] / "docs" / "profiles.md"
BEGIN, END = "<!-- made from the data: begin -->\n", "<!-- made from the data: end -->\n"


def table() -> str:
    """One section for every profile."""
    return "\n".join(_section(load(name)) for name in names())


def _section(profile: Profile) -> str:
    maker, memories = profile.maker, profile.memories
    slots = ", ".join(f"{name} {count}" for name, count in memories.slots.items())
    notices = [notice.text for notice in (*profile.notices.start, *profile.notices.periodic)]
    notices += [profile.notices.memory_full.text] if profile.notices.memory_full else []
    notices += profile.calls.steps.values()
    rows = [
        ("says it is", " · ".join(f"`{text.strip()}`" for text in (maker.manufacturer, maker.model, maker.revision))),
        ("memories", f"{slots}; indices from {memories.first_index}; at first {', '.join(memories.chosen)}"),
        *((f"`{name}=?`", f"`{text}`") for name, text in profile.values.items()),
        ("says unasked", " ".join(f"`{text}`" for text in notices)),
        ("takes its time", ", ".join(f"`{form}` {delay.ms / 1000:g} s" for form, delay in profile.delays.items())),
        ("starts in", f"{max((entry.until_s for entry in profile.starting), default=0):g} s"),
        ("has not", " ".join(f"`{name}`" for name in (*profile.removed, *_without_clac(profile)))),
        ("has besides", " ".join(f"`{name}`" for name in _more(profile))),
    ]
    lines = [f"### {profile.name}", "", profile.title, "", "| | |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in rows if text and text != "0 s"]
    lines += ["", *(f"- [{name}]({quirk.source}): {quirk.says}" for name, quirk in profile.quirks.items())]
    lines += ["", "Sources: " + ", ".join(f"<{source}>" for source in profile.sources), ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def _without_clac(profile: Profile) -> list[str]:
    return ["+CLAC"] if profile.clac == "none" else []


def _more(profile: Profile) -> list[str]:
    own = {form.rstrip("=?") for form in profile.answers} - {"I", "+CSQ", "+CCID", "+CPMS", "+CVHU", "+GCAP"}
    return sorted(own | set(profile.kept) | set(profile.added))


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
