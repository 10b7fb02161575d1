"""docs/replies.md: every rule is explained there, and every example is what happens."""

import ast
import re
from pathlib import Path

import pytest

import gateway.replies
from gateway.replies import interpret
from tests.gateway.replies.test_reply_corpus import label

PAGE = (Path(__file__).parents[3] / "docs" / "replies.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (.*?) \|(?: (.*) \|)?$", PAGE, re.MULTILINE)
EXAMPLES = [
    (rule, text, expected)
    for rule, _, examples in ROWS
    for text, expected in re.findall(r"`([^`]+)` → ([\w:=,]+)", examples)
]
NAMED_BY_CALL = ("Meaning", "_marks", "vector", "_rated", "_in_range")


def _rules_in_the_code() -> set[str]:
    """The names that calls which make a meaning are given."""
    names = set()
    for path in Path(gateway.replies.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if called in NAMED_BY_CALL:
                    names.update(texts)
    return names


def test_page_names_every_rule_of_the_code_and_no_other() -> None:
    explained = {rule for rule, _, _ in ROWS} | set(re.findall(r"\(`(\w+)`\)", PAGE))
    assert explained == _rules_in_the_code()


@pytest.mark.parametrize(("rule", "text", "expected"), EXAMPLES)
def test_example_is_read_as_the_page_says(rule: str, text: str, expected: str) -> None:
    meaning = interpret(text)
    assert (meaning.rule, label(meaning)) == (rule, expected)
