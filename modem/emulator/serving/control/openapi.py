"""The OpenAPI 3.1 document, made from the table of routes and the models of its bodies."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from modem.emulator.serving.control.models import Problem
from modem.emulator.serving.control.operation import Route

VERSION = "1"
_REF = "#/components/schemas/{model}"
_NUMBER_OR_NAME = {
    "name": "k",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
    "description": "A modem: its number, counted from 0, or its name.",
    "examples": {"number": {"value": "0"}, "name": {"value": "modem0"}},
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """Describe every route; the schemas are those that requests are checked against."""
    routes = list(routes)
    used = {Problem} | {route.answer for route in routes} | {route.body for route in routes if route.body is not None}
    ordered = sorted(used, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Otklik emulator: control port",
            "version": VERSION,
            "description": "An emulated mobile network: what its subscribers do, what became of what modems sent.",
        },
        "paths": paths,
        "components": {"schemas": _exact(schemas["$defs"])},
    }


def _exact(schemas: dict[str, Any]) -> dict[str, Any]:
    """Say what pydantic checks and its schemas leave out: no other keys than the pattern's, and which kind it is."""
    for found in list(_within(schemas)):
        if "patternProperties" in found:
            found.setdefault("additionalProperties", False)
        if "discriminator" in found:
            for reference in found["discriminator"]["mapping"].values():
                schema = schemas[reference.rpartition("/")[2]]
                key = found["discriminator"]["propertyName"]
                schema["required"] = sorted({key, *schema.get("required", ())})
    return schemas


def _within(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a document, from outside to inside."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _within(inner)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()} {route.path}").strip("_"),
        "summary": route.summary,
        "responses": {
            "200": _content("Done.", "application/json", route.answer.__name__),
            "default": _content("Refused: why, in one sentence.", "application/problem+json", Problem.__name__),
        },
    }
    parameters = [_NUMBER_OR_NAME] if "{k}" in route.path else []
    parameters += _query(route)
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        schema = {"$ref": _REF.format(model=route.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _content(description: str, kind: str, model: str) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": {"$ref": _REF.format(model=model)}}}}


def _query(route: Route) -> list[dict[str, Any]]:
    found = []
    for name, schema in route.query.model_json_schema().get("properties", {}).items():
        text = schema.pop("description", "")
        found.append({"name": name, "in": "query", "required": False, "schema": schema, "description": text})
    return found
