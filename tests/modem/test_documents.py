"""YAML documents: the value, or every fault with its place."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from modem.documents import DocumentError, dump, load, parse, value


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Delay(Section):
    kind: Literal["delay"]
    seconds: float


class Error(Section):
    kind: Literal["error"]
    code: int


class Fault(Section):
    name: str
    rate: float = 0


class Document(Section):
    title: str = ""
    code: str = ""
    note: str | None = "-"
    modems: dict[str, Fault] = {}
    steps: tuple[Annotated[Delay | Error, Field(discriminator="kind")], ...] = ()
    loose: tuple[Delay | Error, ...] = ()


def faults(text: str) -> list[str]:
    with pytest.raises(DocumentError) as problem:
        parse(text, "d", Document)
    return str(problem.value).splitlines()


def test_values_stay_the_strings_they_were_written_as() -> None:
    document = parse("code: 0919\ntitle: 22:30\nnote: ~\nmodems: {a: {name: no, rate: 0.5}}", "d", Document)
    assert (document.code, document.title, document.note) == ("0919", "22:30", None)
    assert document.modems == {"a": Fault(name="no", rate=0.5)}


def test_quoted_null_is_a_string() -> None:
    assert parse('note: "~"', "d", Document).note == "~"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tilte: x", "d:1:1: tilte: unknown key, did you mean 'title'?"),
        ("modems: {a: {name: b, rat: 1}}", "d:1:23: modems.a.rat: unknown key, did you mean 'rate'?"),
        ("modems: {rate: {name: b, nmae: 1}}", "d:1:26: modems.rate.nmae: unknown key, did you mean 'name'?"),
        ("modems: {a: {name: b, zzz: 1}}", "d:1:23: modems.a.zzz: unknown key; known here: name, rate"),
        ("modems: {a: {rate: 1}}", "d:1:10: modems.a.name: is missing"),
        ("steps: [{kind: delay, secs: 1, seconds: 1}]", "d:1:23: steps.0.secs: unknown key, did you mean 'seconds'?"),
        ("steps: [{kind: error, secs: 1, code: 1}]", "d:1:23: steps.0.secs: unknown key; known here: kind, code"),
        ("steps: [{kind: error}]", "d:1:9: steps.0.code: is missing"),
        ("steps: [{kind: x}]", "d:1:9: steps.0: unknown kind x; known here: delay, error"),
        ("title: [x]", "d:1:1: title: input should be a valid string"),
        ("title: a\ntitle: b", "d:2:1: title: given twice; keep one"),
        ("{[a]: b}", "d:1:2: file: a key must be one word"),
        ("- 1", "d:1:1: the file must be keys and values"),
        ("a: b: c", "d:1:5: not readable as YAML: "),
        ("title: x\nnote: ä\x01", "d:2:8: not readable as YAML: control characters are not allowed"),
        ("title: &a x\nnote: *a", "d:2:7: file: *a is an alias; write it out"),
        ("modems: &a {a: *a}", "d:1:16: file: *a is an alias; write it out"),
    ],
)
def test_fault_is_named_with_its_place(text: str, fault: str) -> None:
    assert any(line.startswith(fault) for line in faults(text)), faults(text)


def test_all_faults_are_told_at_once() -> None:
    assert len(faults("a: 1\ntitle: x\ntitle: y\nmodems: {a: {}}\nsteps: [{kind: delay, seconds: x}]")) == 4


def test_faults_of_an_untagged_choice_have_the_place_of_the_key() -> None:
    assert "d:1:23: loose.0.secs: unknown key; known here: kind, code" in faults("loose: [{kind: error, secs: 1}]")


def test_explained_key_is_told_in_its_own_words() -> None:
    with pytest.raises(DocumentError, match=r"^d:2:1: title: write one word$"):
        parse("code: 1\ntitle: [x]", "d", Document, {"title": "write one word"})


def test_empty_text_is_an_empty_mapping() -> None:
    assert parse("", "d", Document) == Document()


def test_deep_nesting_is_a_fault_and_no_crash() -> None:
    assert faults("a: " + "[" * 100_000) == ["d:1:43: file: nested deeper than 40"]


def test_file_is_read_as_utf8_and_named_when_it_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: \xd0\x94\xd0\xb0")
    assert load(path, Document).title == "Да"
    path.write_bytes(b"title: \xff")
    with pytest.raises(DocumentError, match=r"d\.yaml: cannot be read: "):
        load(path, Document)
    with pytest.raises(DocumentError, match=r"nope\.yaml: cannot be read: "):
        load(tmp_path / "nope.yaml", Document)


@given(st.text(max_size=60) | st.text(alphabet="{}[]:,-&*!|>'\"?# \nab", max_size=60))
def test_any_text_is_a_document_or_a_fault_with_its_place(text: str) -> None:
    try:
        parse(text, "d", Document)
    except DocumentError as problem:
        for line in str(problem).splitlines():
            assert line.startswith("d:")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3", "3"),
        ("null", None),
        ("", None),
        ('"null"', "null"),
        ("[1, a]", ["1", "a"]),
        ("{from: 09:00}", {"from": "09:00"}),
    ],
)
def test_value_stands_where_it_would_in_a_file(text: str, meant: object) -> None:
    assert value(text, "v") == meant


@pytest.mark.parametrize("text", ["[1", "{a: 1, a: 2}", "*a", "\x07"])
def test_value_that_is_none_is_told(text: str) -> None:
    with pytest.raises(DocumentError, match=r"^v:\d+:\d+: "):
        value(text, "v")


def test_dumped_values_are_read_back() -> None:
    values = {"a": {"b": [1, "2", None, "да: нет"]}, "c": "null"}
    assert value(dump(values), "v") == {"a": {"b": ["1", "2", None, "да: нет"]}, "c": "null"}
