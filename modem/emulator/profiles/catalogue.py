"""Finds profiles: the packaged ones by name, anybody's by path.

Owns where the files are. What may stand in them is `profile`'s, how a wrong one is told about `modem.documents`'.
"""

import difflib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from modem import documents
from modem.emulator.errors import UnknownProfile
from modem.emulator.profiles.profile import Profile


@cache
def names() -> tuple[str, ...]:
    """The packaged profiles, generic first."""
    found = sorted(entry.name.removesuffix(".yaml") for entry in _folder().iterdir() if entry.name.endswith(".yaml"))
    return ("generic", *(name for name in found if name != "generic"))


@cache
def packaged(name: str) -> Profile:
    """A packaged profile. Raises UnknownProfile."""
    if name not in names():
        meant = difflib.get_close_matches(name, names(), n=1)
        hint = f" Did you mean {meant[0]}?" if meant else ""
        raise UnknownProfile(f"There is no profile {name}.{hint} There are: {', '.join(names())}; or give a file.")
    text = (_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    return documents.parse(text, f"{name}.yaml", Profile)


def load(name_or_path: str) -> Profile:
    """A packaged profile by its name, or any by the path of its file, which ends in .yaml or has a slash in it.

    Raises UnknownProfile, or DocumentError for a file that is not one.
    """
    if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml")):
        return documents.load(Path(name_or_path), Profile)
    return packaged(name_or_path)


def _folder() -> Traversable:
    return files("modem.emulator.profiles")
