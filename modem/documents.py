"""YAML documents as typed values, with every fault named by file, line and column.

Owns the way from a YAML text to a pydantic model, for configurations, profiles and scenarios alike. Scalars are
loaded as strings, for YAML turns `0919` into 919 and `22:30` into 1350; pydantic makes the types. All faults of a
document are told at once, each as `file:line:column: key: what is wrong`, with the key that was probably meant.
Aliases are refused: a document that names itself has no end. Knows no single key of any document.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
_NULLS = ("", "~", "null", "Null", "NULL")
_DEEPEST = 40
_CONVERSIONS: dict[str, Callable[[str], object]] = {
    "int_type": int,
    "float_type": float,
    "bool_type": {"true": True, "false": False}.__getitem__,
}
_Path = tuple[str | int, ...]


class DocumentError(Exception):
    """A document is not what it should be; the message lists every fault, one a line."""


def load(path: Path, model: type[M]) -> M:
    """The `model` in a file. Raises DocumentError, also if the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DocumentError(f"{path}: cannot be read: {problem}") from problem
    return parse(text, str(path), model)


def parse(text: str, name: str, model: type[M], explain: Mapping[str, str] | None = None) -> M:
    """The `model` in a YAML text; an empty text is an empty mapping. `name` stands for the file in faults.

    `explain` maps a top-level key to the sentence that says what is wrong with it, where pydantic's own says less.
    Raises DocumentError.
    """
    try:
        _check_shape(text, name)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as problem:
        raise DocumentError(_yaml_fault(text, name, problem)) from problem
    reader = _Reader(name)
    value = {} if root is None else reader.plain(root)
    if not isinstance(value, dict):
        raise DocumentError(f"{name}:1:1: the file must be keys and values")
    document = None
    faults = reader.faults
    try:
        document = _validated(value, root, model)
    except ValidationError as problem:
        faults += [_fault(name, root, error, model, explain or {}) for error in problem.errors()]
    if faults or document is None:
        raise DocumentError("\n".join(faults))
    return document


def value(text: str, name: str) -> Any:
    """What a YAML text means where a value stands: a word, a list, a mapping or None. Raises DocumentError."""
    try:
        _check_shape(text, name)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as problem:
        raise DocumentError(_yaml_fault(text, name, problem)) from problem
    reader = _Reader(name)
    found = None if root is None else reader.plain(root)
    if reader.faults:
        raise DocumentError("\n".join(reader.faults))
    return found


def dump(value: Mapping[str, Any]) -> str:
    """Plain values as a YAML text, in their order: the other way of `parse`."""
    return yaml.safe_dump(dict(value), allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)


def place(text: str, name: str, path: tuple[str | int, ...]) -> str:
    """`file:line:column` of a key of a document that has been read, for a fault that its model could not see."""
    return _place(name, _find(yaml.compose(text, Loader=yaml.CBaseLoader), path)[0])


def _validated(value: dict[str, Any], root: yaml.Node | None, model: type[M]) -> M:
    """The model of a value, where a field that takes nothing but a number or a truth value gets its word as one."""
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        converted = [_convert(value, root, error) for error in problem.errors()]
        if not any(converted):
            raise
    return _validated(value, root, model)


def _convert(value: Any, root: yaml.Node | None, error: Any) -> bool:
    """Put the number or truth value a strict field wants in the place of the word that means it; whether it could."""
    convert = _CONVERSIONS.get(error["type"])
    word = error["input"]
    _, path = _find(root, tuple(error["loc"]))
    if convert is None or not isinstance(word, str) or not path:
        return False
    for step in path[:-1]:
        value = value[step]
    try:
        value[path[-1]] = convert(word)
    except (ValueError, KeyError):
        return False
    return True


def _check_shape(text: str, name: str) -> None:
    """Refuse what composing a tree would not survive: nesting without end, and aliases, which can make it so."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise DocumentError(f"{_place(name, event)}: file: nested deeper than {_DEEPEST}")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            raise DocumentError(f"{_place(name, event)}: file: *{event.anchor} is an alias; write it out")


class _Reader:
    """Turns nodes into dicts, lists, strings and None, and keeps the faults that only the nodes show."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.faults: list[str] = []

    def plain(self, node: yaml.Node) -> Any:
        """The value of a node."""
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item) for item in node.value]
        quoted = getattr(node, "style", None) in ("'", '"', "|", ">")
        return None if node.value in _NULLS and not quoted else node.value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._blame(key, "file: a key must be one word")
                continue
            if key.value in mapping:
                self._blame(key, f"{key.value}: given twice; keep one")
            mapping[key.value] = self.plain(value)
        return mapping

    def _blame(self, node: yaml.Node, fault: str) -> None:
        self.faults.append(f"{_place(self._name, node)}: {fault}")


def _fault(name: str, root: yaml.Node | None, error: Any, model: type[BaseModel], explain: Mapping[str, str]) -> str:
    """One pydantic error as a person's sentence."""
    path: _Path = tuple(error["loc"])
    node, found = _find(root, path)
    missing = error["type"] == "missing"
    key = ".".join(map(str, (*found, path[-1]) if missing else found)) or "file"
    place = _place(name, node)
    if error["type"] == "extra_forbidden":
        return f"{place}: {key}: unknown key{_hint(str(path[-1]), _known_keys(model, path[:-1]))}"
    if error["type"] == "union_tag_invalid":
        choice = error["ctx"]
        field = choice["discriminator"].strip("'")
        known = re.findall(r"'(.*?)'", choice["expected_tags"])
        return f"{place}: {key}: unknown {field} {choice['tag']}{_hint(choice['tag'], known)}"
    if missing:
        return f"{place}: {key}: is missing"
    if path and str(path[0]) in explain:
        return f"{place}: {key}: {explain[str(path[0])]}"
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "literal_error":
        text += _meant(str(error["input"]), re.findall(r"'(.*?)'", error["ctx"]["expected"]))
    small = text[:1] if text[1:2].isupper() else text[:1].lower()  # a sentence begins small, a name like SM does not
    return f"{place}: {key}: {small}{text[1:]}"


def _hint(word: str, known: list[str]) -> str:
    return _meant(word, known) or f"; known here: {', '.join(known)}"


def _meant(word: str, known: list[str]) -> str:
    meant = difflib.get_close_matches(word, known, n=1)
    return f", did you mean '{meant[0]}'?" if meant else ""


def _known_keys(model: type[BaseModel], path: _Path) -> list[str]:
    """The keys that are allowed at `path`; of a choice of models, those of each."""
    here: list[Any] = [model]
    for step in path:
        here = [inner for outer in here for inner in _inside(outer, step)] or here
    models = [choice for annotation in here for choice in _choices(annotation) if _is_model(choice)]
    return list(dict.fromkeys(key for choice in models for key in choice.model_fields))


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    """What one step of pydantic's path leads to: a field, an item, a key's value, or one choice of a union."""
    for choice in _choices(annotation):
        items = get_args(choice)
        if _is_model(choice):
            if step in choice.model_fields:
                yield choice.model_fields[step].annotation
            elif step == choice.__name__ or step in _tags(choice):
                yield choice
        elif items and isinstance(step, int) and get_origin(choice) in (tuple, list):
            yield items[0] if items[-1] is Ellipsis else items[min(step, len(items) - 1)]
        elif len(items) == 2 and get_origin(choice) in (dict, Mapping):
            yield items[1]


def _choices(annotation: Any) -> Iterator[Any]:
    """The members of a union, however it is written; anything else is its own only choice."""
    if get_origin(annotation) is Annotated:
        yield from _choices(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from _choices(choice)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _tags(model: type[BaseModel]) -> set[Any]:
    """The values of literal fields: one of them may be what a tagged union goes by."""
    fields = model.model_fields.values()
    return {tag for field in fields if get_origin(field.annotation) is Literal for tag in get_args(field.annotation)}


def _find(node: yaml.Node | None, path: _Path) -> tuple[yaml.Node | None, _Path]:
    """The key node at `path`, or the deepest one there is, and the steps that lead there.

    Steps that are no key of the document (pydantic names the choice of a union so) are passed over.
    """
    here = node
    found: list[str | int] = []
    for step in path:
        if isinstance(node, yaml.MappingNode):
            entry = next(((key, value) for key, value in node.value if key.value == step), None)
            if entry is None:
                continue
            here, node = entry
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            here = node = node.value[step]
        else:
            continue
        found.append(step)
    return here, tuple(found)


def _place(name: str, node: yaml.Node | yaml.Event | None) -> str:
    mark = None if node is None else node.start_mark
    return f"{name}:1:1" if mark is None else f"{name}:{mark.line + 1}:{mark.column + 1}"


def _yaml_fault(text: str, name: str, problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
    else:  # the reader found a character that YAML does not allow
        before = text.encode()[: getattr(problem, "position", 0)].decode(errors="ignore")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "is not YAML"
    return f"{name}:{line}:{column}: not readable as YAML: {what}"
