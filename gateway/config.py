"""Reads `config.yaml` and says exactly where it is wrong.

YAML is loaded as strings, for YAML turns `0919` into 919 and `22:30` into 1350; pydantic makes the types. All faults
are reported at once, each as `file:line:column: key: what is wrong`, with the key that was probably meant.
"""

from __future__ import annotations

import difflib
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from gateway.errors import ConfigError
from gateway.settings import ModemSettings, Settings

_NULLS = ("", "~", "null", "Null", "NULL")
_Path = tuple[str | int, ...]


def packaged_config() -> Path:
    """The configuration that needs nothing: emulated modems, the Altai offices, a database in the current folder."""
    return Path(str(files("gateway") / "packaged" / "config.yaml"))


def load(path: Path | None = None) -> Settings:
    """The settings of `path`; without one, of ./config.yaml, else of the packaged file. Raises ConfigError.

    Relative paths in a file are relative to the file. What the packaged file names to be written goes to the current
    folder instead: nobody wants a database among the program's own files.
    """
    if path is None:
        local = Path("config.yaml")
        path = local if local.exists() else packaged_config()
    inputs = path.absolute().parent
    outputs = Path.cwd() if path == packaged_config() else inputs
    return _resolved(parse(_read(path), str(path)), inputs, outputs)


def parse(text: str, name: str) -> Settings:
    """The settings in a YAML text; `name` stands for the file in errors. Paths are left as they are."""
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as problem:
        raise ConfigError(_yaml_fault(name, problem)) from problem
    faults: list[str] = []
    value = {} if root is None else _plain(root, name, faults)
    if not isinstance(value, dict):
        raise ConfigError(f"{name}:1:1: the file must be keys and values, as in the README")
    settings = None
    try:
        settings = Settings.model_validate(value)
    except ValidationError as problem:
        faults += [_fault(name, root, error) for error in problem.errors()]
    if faults or settings is None:
        raise ConfigError("\n".join(faults))
    return settings


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {path}; check the path after --config.") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"The configuration file {path} cannot be read: {problem}.") from problem


def _plain(node: yaml.Node, name: str, faults: list[str]) -> Any:
    """A node as dicts, lists, strings and None; a key given twice is a fault."""
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            if str(key.value) in mapping:
                faults.append(f"{_place(name, key)}: {key.value}: given twice; keep one")
            mapping[str(key.value)] = _plain(value, name, faults)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, name, faults) for item in node.value]
    quoted = getattr(node, "style", None) in ("'", '"', "|", ">")
    return None if node.value in _NULLS and not quoted else node.value


def _fault(name: str, root: yaml.Node | None, error: Any) -> str:
    """One pydantic error as a person's sentence."""
    path: _Path = tuple(error["loc"])
    node = _find(root, path)
    key = ".".join(map(str, path)) or "file"
    if error["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        meant = difflib.get_close_matches(str(path[-1]), known, n=1)
        hint = f", did you mean '{meant[0]}'?" if meant else f"; known here: {', '.join(known)}"
        return f"{_place(name, node)}: {key}: unknown key{hint}"
    if error["type"] == "missing":
        return f"{_place(name, node)}: {key}: is missing"
    if path[:1] == ("upstream",):
        return f"{_place(name, node)}: {key}: this version has no upstream yet; leave the list empty"
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{_place(name, node)}: {key}: {text[:1].lower()}{text[1:]}"


def _known_keys(path: _Path) -> list[str]:
    """The keys that are allowed at `path`."""
    model: Any = Settings
    for step in path:
        if isinstance(step, int):
            continue
        annotation = model.model_fields[step].annotation
        choices = [annotation, *getattr(annotation, "__args__", ())]
        model = next(c for c in choices if isinstance(c, type) and issubclass(c, BaseModel))
    return list(model.model_fields)


def _find(node: yaml.Node | None, path: _Path) -> yaml.Node | None:
    """The key node at `path`, or the deepest one there is."""
    here = node
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
            if found is None:
                break
            here, node = found
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            here = node = node.value[step]
        else:
            break
    return here


def _place(name: str, node: yaml.Node | None) -> str:
    if node is None:
        return f"{name}:1:1"
    return f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _yaml_fault(name: str, problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or "is not YAML"
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    return f"{where}: not readable as YAML: {what}"


def _resolved(settings: Settings, inputs: Path, outputs: Path) -> Settings:
    modems = tuple(
        modem.model_copy(
            update={
                "pin_file": modem.pin_file and inputs / modem.pin_file,
                "port": _port(modem, inputs),
            }
        )
        for modem in settings.modems
    )
    return settings.model_copy(
        update={
            "database": outputs / settings.database,
            "offices": _directory_file(settings, "offices", inputs),
            "services": _directory_file(settings, "services", inputs),
            "modems": modems,
            "log": settings.log.model_copy(update={"file": settings.log.file and outputs / settings.log.file}),
        }
    )


def _directory_file(settings: Settings, key: str, inputs: Path) -> Path:
    """A file that is named lies beside the configuration; one that is not is the packaged example."""
    base = inputs if key in settings.model_fields_set else packaged_config().parent
    path: Path = getattr(settings, key)
    return base / path


def _port(modem: ModemSettings, inputs: Path) -> str:
    """A device's full path, or the URL; a modem of the in-process network goes by its own name, so that reopening
    it finds the same SIM."""
    if modem.port == "emu://":
        return f"emu://{modem.name}"
    return modem.port if "://" in modem.port else str(inputs / modem.port)
