"""The packaged survey and ones like it, for tests that need its words or other ones."""

from __future__ import annotations

from pathlib import Path

from gateway import scriptfiles
from gateway.model import MessageKind
from gateway.script import Script

OVERALL = scriptfiles.load("overall")


def template(kind: MessageKind, language: str = "ru") -> str:
    """What the packaged survey says at this place."""
    return OVERALL.template(kind, OVERALL.asks[0], language)


def saying(invite: str) -> Script:
    """The packaged survey with another invitation."""
    [question] = OVERALL.questions
    other = question.model_copy(update={"text": {**question.text, "ru": invite}})
    return OVERALL.model_copy(update={"questions": (other,)})


def script_file(folder: Path, invite: str) -> str:
    """A file of the packaged survey with another invitation."""
    path = folder / "survey.yaml"
    path.write_text(saying(invite).body, encoding="utf-8")
    return str(path)
