"""Finds and reads scenario files, and knows what their paths are relative to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from gateway import directory, scriptfiles
from gateway.errors import ConfigError, ScenarioError
from gateway.section import Section
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.writing import as_document
from modem import documents
from modem.emulator.errors import UnknownProfile
from modem.emulator.profiles import catalogue

S = TypeVar("S", bound=Section)
_YAML = (".yaml", ".yml")


def packaged() -> dict[str, Path]:
    """The scenarios that come with the program, by name."""
    return {path.stem: path for path in sorted(_examples().glob("*.yaml"))}


def load(name_or_path: str | Path) -> Scenario:
    """The scenario of this name, or in this file.

    Relative paths in a file are relative to it; offices and services that it does not name are those of the Altai
    example. Raises ScenarioError with every fault, a line each.
    """
    path = find(name_or_path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ScenarioError(f"The scenario file {path} cannot be read: {problem}.") from problem
    try:
        scenario = _resolved(documents.parse(text, str(path), Scenario), path.absolute().parent)
        _check(scenario, text, str(path))
    except (documents.DocumentError, ConfigError) as problem:
        raise ScenarioError(str(problem)) from problem
    return scenario


def text_of(scenario: Scenario) -> str:
    """A scenario as a file that `load` reads as the same, wherever it lies and wherever the program is installed."""
    document = as_document(scenario)
    for key in ("offices", "services"):
        if getattr(scenario, key) == _examples() / Scenario.model_fields[key].default:
            del document[key]
    return documents.dump(document)


def find(name_or_path: str | Path) -> Path:
    """The file of the scenario that is named so, or that is this file. Raises ScenarioError."""
    path, known = Path(name_or_path), packaged()
    if path.suffix not in _YAML:
        if str(name_or_path) in known:
            return known[str(name_or_path)]
        raise ScenarioError(
            f"There is no scenario {name_or_path}; choose {', '.join(known)}, or name a file that ends in .yaml."
        )
    if path.exists():
        return path
    if path.stem in known and path.parent.name in ("", "examples"):
        return known[path.stem]
    raise ScenarioError(f"There is no scenario file {path}; check its name, or choose one of {', '.join(known)}.")


def _examples() -> Path:
    return Path(str(files("gateway") / "packaged" / "examples"))


def _resolved(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with full paths; what it leaves out stays left out."""
    named = scenario.model_fields_set
    found: dict[tuple[str, ...], object] = {
        ("offices",): (folder if "offices" in named else _examples()) / scenario.offices,
        ("services",): (folder if "services" in named else _examples()) / scenario.services,
    }
    if scenario.visits.replay is not None:
        found["visits", "replay"] = folder / scenario.visits.replay
    if scenario.modems.profile.endswith(_YAML):
        found["modems", "profile"] = str(folder / scenario.modems.profile)
    if scenario.box.survey.script.endswith(_YAML):
        found["box", "survey", "script"] = str(folder / scenario.box.survey.script)
    if scenario.box.survey.number_zones is not None:
        found["box", "survey", "number_zones"] = folder / scenario.box.survey.number_zones
    for way, value in found.items():
        scenario = _with(scenario, way, value)
    return scenario


def _with(section: S, way: tuple[str, ...], value: object) -> S:
    """A section with another value for one key of it, or of a section in it."""
    inner = value if len(way) == 1 else _with(getattr(section, way[0]), way[1:], value)
    return section.model_copy(update={way[0]: inner})


def _check(scenario: Scenario, text: str, name: str) -> None:
    """What only other files can tell. Raises ScenarioError, and ConfigError for faults of offices and services."""
    offices = directory.load(scenario.offices, scenario.services).offices
    faults = [
        f"{documents.place(text, name, way)}: {'.'.join(way)}: {fault}" for way, fault in _faults(scenario, offices)
    ]
    if faults:
        raise ScenarioError("\n".join(faults))


def _faults(scenario: Scenario, offices: Collection[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What does not fit, by key. `offices` are the codes there are."""
    if scenario.boxes > len(offices):
        yield ("boxes",), f"there are only {len(offices)} offices; write so many or fewer"
    by_office = {("visits", "weights"): scenario.visits.weights, ("citizens", "quality"): scenario.citizens.quality}
    for way, codes in by_office.items():
        for code in codes:
            if code not in offices:
                yield (*way, code), f"there is no office {code} in {scenario.offices}"
    for key, path in (
        (("visits", "replay"), scenario.visits.replay),
        (("box", "survey", "number_zones"), scenario.box.survey.number_zones),
    ):
        if path is not None and not path.is_file():
            yield key, f"there is no file {path}"
    try:
        catalogue.load(scenario.modems.profile)
    except (UnknownProfile, documents.DocumentError) as problem:
        yield ("modems", "profile"), str(problem)
    try:
        scriptfiles.load(scenario.box.survey.script)
    except ConfigError as problem:
        yield ("box", "survey", "script"), str(problem)
