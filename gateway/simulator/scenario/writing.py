"""A scenario as a document: what `files` reads back as the same scenario.

Pure. What the file left out is left out again, so that a scenario is written as somebody would write it.
"""

from __future__ import annotations

from typing import Any

from gateway.simulator.scenario.model import Scenario


def as_document(scenario: Scenario) -> dict[str, Any]:
    """The keys that a scenario gives, with plain values: numbers, strings, lists and mappings."""
    return scenario.model_dump(mode="json", exclude_unset=True)
