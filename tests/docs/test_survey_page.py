"""docs/survey.md is true: its files are read, its commands are run, its conversations are held, its replies are read.

In output `…` stands for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.config import load
from gateway.model import ReplyClass
from gateway.replies import Context, interpret
from gateway.script import Question, Script, Texts
from gateway.scriptfiles import packaged
from gateway.settings import SurveySection
from tests.gateway.conftest import Centre

PAGE = (Path(__file__).parents[2] / "docs" / "survey.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CLASSES = {
    "rating": {ReplyClass.RATING},
    "partial": {ReplyClass.PARTIAL},
    "unclear": {ReplyClass.AMBIGUOUS, ReplyClass.OUT_OF_RANGE},
    "comment": {ReplyClass.COMMENT},
    "help": {ReplyClass.HELP},
    "wrong": {ReplyClass.WRONG_RECIPIENT},
    "noise": {ReplyClass.NOISE},
}


def blocks(kind: str) -> list[str]:
    return [block for found, block in _BLOCK.findall(PAGE) if found == kind]


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of a table by the first cell of its heading."""
    table = PAGE.split(f"\n| {heading} |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.split("|")[1:-1]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the page, and the one that is said to be misspelt, in the current folder."""
    for block in blocks("yaml"):
        name = block.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(block, encoding="utf-8")
    sound = (tmp_path / "our-survey.yaml").read_text(encoding="utf-8")
    (tmp_path / "misspelt.yaml").write_text(sound.replace("{office}", "{ofice}", 1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_print_what_the_page_shows(folder: Path) -> None:
    commands = [piece.partition("\n") for block in blocks("console") for piece in block.split("$ ")[1:]]
    assert len(commands) == 3
    for command, _, expected in commands:
        output = CliRunner().invoke(main, command.split()[1:]).stdout
        pattern = ".*".join(re.escape(piece) for piece in expected.split("…"))
        assert re.fullmatch(pattern, output, re.DOTALL), f"$ {command}\n{output}"


def test_configuration_of_the_page_is_one_and_names_every_key(folder: Path) -> None:
    survey = load(folder / "config.yaml").survey
    assert survey.script == str(folder / "our-survey.yaml")
    assert {key for key in SurveySection.model_fields if f"`{key}`" not in PAGE and f"\n  {key}: " not in PAGE} == set()


def test_every_key_of_a_survey_is_described() -> None:
    described = [row[0].strip("`") for row in rows("key")]
    keys = {*Script.model_fields, *Question.model_fields, *Texts.model_fields}
    assert (set(described), len(described)) == (keys, len(keys))


def test_packaged_surveys_are_named() -> None:
    assert all(f"`{name}`" in PAGE for name in packaged())


@pytest.mark.parametrize("transcript", blocks("text"))
def test_conversation_goes_as_the_page_shows(folder: Path, transcript: str) -> None:
    centre = Centre(folder / "otklik.db", script=str(folder / "our-survey.yaml"))
    centre.visit()
    centre.invite()
    said = "".join(centre.send())
    for line in transcript.splitlines():
        who, text = line.split(maxsplit=1)
        if who == "centre":
            assert (said, text) == (text, text)
            said = ""
        elif who == "citizen":
            assert said == "", "the page leaves something out"
            centre.later(minutes=5)
            centre.hear(text)
            said = "".join(centre.send())
        else:
            assert who == "rating"
            rated = centre.db.execute("SELECT * FROM ratings ORDER BY cursor DESC LIMIT 1")
            values = dict(zip([column[0] for column in rated.description], rated.fetchone(), strict=True))
            found = ", ".join(f"{key} {values[key]}" for key in ("queue", "staff", "info") if values[key] is not None)
            assert (found, values["overall"], values["time"], values["comfort"]) == (text, None, None, None)
    assert said == ""
    centre.db.conn.commit()
    centre.db.close()


@pytest.mark.parametrize(
    ("reply", "kind"), [(reply, row[1]) for row in rows("a reply like") for reply in row[0].split("`")[1::2]]
)
def test_reply_is_what_the_page_says_it_is(reply: str, kind: str) -> None:
    asked = () if kind == "rating" else ("queue", "staff")
    meaning = interpret(reply, Context(asked=asked))
    if kind == "out":
        assert meaning.opt_out
    else:
        assert meaning.cls in _CLASSES[kind]
        assert kind != "rating" or meaning.rating == 5
