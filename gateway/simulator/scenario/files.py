"""Finds and reads scenario files, and knows what their paths are relative to."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from gateway import directory
from gateway.errors import ConfigError, ScenarioError
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.writing import as_document
from modem import documents


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
    if path.suffix not in (".yaml", ".yml"):
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
    visits, box, survey = scenario.visits, scenario.box, scenario.box.survey
    if visits.replay is not None:
        visits = visits.model_copy(update={"replay": folder / visits.replay})
    found: dict[str, object] = {}
    if survey.script.endswith((".yaml", ".yml")):
        found["script"] = str(folder / survey.script)
    if survey.number_zones is not None:
        found["number_zones"] = folder / survey.number_zones
    if found:
        box = box.model_copy(update={"survey": survey.model_copy(update=found)})
    changed = {"visits": visits, "box": box}
    named = scenario.model_fields_set
    return scenario.model_copy(
        update={
            "offices": (folder if "offices" in named else _examples()) / scenario.offices,
            "services": (folder if "services" in named else _examples()) / scenario.services,
            **{key: section for key, section in changed.items() if section is not getattr(scenario, key)},
        }
    )


def _check(scenario: Scenario, text: str, name: str) -> None:
    """What only the offices can tell. Raises ScenarioError, and ConfigError for faults of their files."""
    known = directory.load(scenario.offices, scenario.services).offices
    faults = []
    if scenario.boxes > len(known):
        place = documents.place(text, name, ("boxes",))
        faults.append(f"{place}: boxes: there are only {len(known)} offices; write so many or fewer")
    for code in scenario.visits.weights:
        if code not in known:
            place = documents.place(text, name, ("visits", "weights", code))
            faults.append(f"{place}: visits.weights.{code}: there is no office {code} in {scenario.offices}")
    if faults:
        raise ScenarioError("\n".join(faults))
