"""Finds and reads the files that forms are in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from gateway.errors import ConfigError
from gateway.exchange.form import Form
from modem import documents


def packaged() -> dict[str, Path]:
    """The forms that come with the program, by name."""
    folder = Path(str(files("gateway") / "packaged" / "forms"))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load(form: str) -> Form:
    """The form that an upstream's `form` names: one that comes with the program, or a file. Raises ConfigError."""
    known = packaged()
    if form not in known and not form.endswith((".yaml", ".yml")):
        raise ConfigError(f"There is no form {form}; choose {', '.join(known)}, or name a file that ends in .yaml.")
    try:
        return documents.load(known.get(form, Path(form)), Form)
    except documents.DocumentError as problem:
        raise ConfigError(str(problem)) from problem
