"""Finds and reads the files that scripts of surveys are in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from gateway.errors import ConfigError
from gateway.script import Script
from modem import documents


def packaged() -> dict[str, Path]:
    """The surveys that come with the program, by name."""
    folder = Path(str(files("gateway") / "packaged" / "surveys"))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load(script: str) -> Script:
    """The survey that `survey.script` names: one that comes with the program, or a file. Raises ConfigError."""
    try:
        return read(find(script))
    except documents.DocumentError as problem:
        raise ConfigError(str(problem)) from problem


def find(script: str) -> Path:
    """The file of a survey that is named so, or that is this file. Raises ConfigError."""
    known = packaged()
    if script in known:
        return known[script]
    if not script.endswith((".yaml", ".yml")):
        raise ConfigError(f"There is no survey {script}; choose {', '.join(known)}, or name a file that ends in .yaml.")
    path = Path(script)
    if not path.exists():
        raise ConfigError(f"There is no survey file {path}; check its name (in the configuration, survey.script).")
    return path


def read(path: Path) -> Script:
    """The survey in a file. Raises documents.DocumentError with every fault, a line each."""
    return documents.load(path, Script)
