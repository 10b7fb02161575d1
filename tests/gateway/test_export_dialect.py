"""Whose name and which ids an XML export has, and what the command says where that is not clear."""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.export.dialect import choose
from gateway.export.files import ExportError
from gateway.upstreamsettings import SignSettings, UpstreamSettings
from tests.gateway.conftest import Centre
from tests.gateway.test_export import add

KEY = SignSettings(key_file=Path("k.pem"))


def upstream(name: str = "up", **keys: Any) -> UpstreamSettings:
    return UpstreamSettings.model_validate({"name": name, "url": "http://up", "vendor": "9901", **keys})


def test_only_upstream_tells_name_form_date_and_signature() -> None:
    found = choose([upstream(date="rating", format="legacy-xml", sign=KEY, vendor="1417-13")])
    assert (found.vendor, found.form.version, found.date, found.sign) == ("1417", "0.0.4", "rating", KEY)
    assert found.has("any office")
    assert not found.is_partial


def test_what_is_given_goes_before_what_the_upstream_says(tmp_path: Path) -> None:
    other = SignSettings(command=("sign",))
    found = choose([upstream(date="rating", format="legacy-xml", sign=KEY)], vendor="77", date="visit", sign=other)
    assert (found.vendor, found.date, found.sign) == ("77", "visit", other)
    with pytest.raises(Exception, match="There is no form none"):
        choose([upstream()], form="none")


def test_name_chooses_among_several_upstreams() -> None:
    several = [upstream(), upstream("two", vendor="2")]
    assert choose(several, name="two").vendor == "2"
    assert choose(several, vendor="3").vendor == "3"
    with pytest.raises(ExportError, match="choose one of up, two with --upstream"):
        choose(several)
    with pytest.raises(ExportError, match="no upstream three in the configuration; there are: up, two"):
        choose(several, name="three")


def test_nobody_to_write_for_is_told() -> None:
    assert choose([], vendor="1417-13").vendor == "1417"
    with pytest.raises(ExportError, match="give --vendor"):
        choose([])
    with pytest.raises(ExportError, match="'x' is no vendor id"):
        choose([], vendor="x")


def test_offices_of_several_vendors_go_into_a_file_each() -> None:
    split = [upstream(vendors={"BSK1": "9902", "BRN1": "9901"})]
    with pytest.raises(ExportError, match="The offices of up send as 9901, 9902: choose one with --vendor"):
        choose(split)
    first, second = (choose(split, vendor=vendor) for vendor in ("9901", "9902"))
    assert [dialect.has("BSK1") for dialect in (first, second)] == [False, True]
    assert [dialect.has("BRN1") for dialect in (first, second)] == [True, False]
    assert [dialect.has("RBC1") for dialect in (first, second)] == [True, False]


@pytest.fixture
def call(centre: Centre, tmp_path: Path) -> Any:
    add(centre, "v1")
    config = tmp_path / "c.yaml"
    config.write_text(f"database: {centre.path}\n", encoding="utf-8")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["export", "ratings", "-c", str(config), *arguments])

    return run


def test_command_writes_each_format_and_remembers_it(call: Any, centre: Centre, tmp_path: Path) -> None:
    for form in ("jsonl", "csv", "rates-xml", "legacy-xml", "parquet"):
        out = tmp_path / form
        vendor = ["--vendor", "1417-13"] if form.endswith("xml") else []
        done = call("--format", form, *vendor, "-o", str(out), "--json")
        assert done.exit_code == 0, done.output
        assert json.loads(done.output.splitlines()[-1]) == {"exported": 1, "cursor": 1}
        if form.endswith("xml"):
            assert b'<vendor id="1417"' in out.read_bytes()
        assert call("--format", form, *vendor).stdout_bytes
    found = centre.all('SELECT format, "after", until, "rows" FROM exports')
    assert len(found) == 5
    assert ("rates-xml", 0, 1, 2) in found


def test_command_goes_on_after_the_cursor_it_told(call: Any, tmp_path: Path) -> None:
    done = call("--after", "1", "-o", str(tmp_path / "r"), "--json")
    assert json.loads(done.output.splitlines()[-1]) == {"exported": 0, "cursor": 1}
    assert (tmp_path / "r").read_bytes() == b""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--after", "99999999999999999999"], "is not in the range"),
        (["--vendor", "1"], "--vendor is for --format rates-xml or legacy-xml; the format is jsonl."),
        (
            ["--format", "rates-xml", "--vendor", "1", "--sign-key", "k.pem"],
            "--sign-key is for --format legacy-xml; the format is rates-xml.",
        ),
        (["--format", "rates-xml", "--upstream", "nosuch"], "There is no upstream nosuch in the configuration"),
    ],
)
def test_call_that_is_wrong_is_refused_and_writes_nothing(
    call: Any, tmp_path: Path, arguments: list[str], said: str
) -> None:
    result = call(*arguments, "-o", str(tmp_path / "out"))
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_command_that_is_ended_takes_away_what_it_had_written(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_db: object, _form: str, _after: int, _until: int, file: IO[bytes], _dialect: object) -> int:
        file.write(b"half")
        signal.raise_signal(signal.SIGTERM)
        return 1

    handlers = signal.getsignal(signal.SIGTERM), sorted(tmp_path.iterdir())
    monkeypatch.setattr("gateway.cli.export.write", ended)
    result = call("-o", str(tmp_path / "out"))
    assert (result.exit_code, result.stderr) == (
        1,
        "Interrupted: nothing is left half done; the same command may be given again.\n",
    )
    assert (signal.getsignal(signal.SIGTERM), sorted(tmp_path.iterdir())) == handlers


def test_standard_output_that_takes_nothing_is_one_sentence(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("gateway.cli.export.write", full)
    result = call()
    assert (result.exit_code, result.stderr) == (
        1,
        "The export cannot be written to standard output: No space left on device.\n",
    )


def test_command_that_cannot_write_leaves_no_file_and_says_why(call: Any, tmp_path: Path) -> None:
    out = tmp_path / "r.xml"
    for arguments, code, text in (
        (("--format", "rates-xml"), 2, "give --vendor"),
        (("--format", "rates-xml", "--vendor", "1", "--after", "1"), 1, "there is no rating"),
        (("--format", "legacy-xml", "--vendor", "1", "--sign-cert", "c"), 2, "Sign with --sign-key"),
        (("--format", "legacy-xml", "--vendor", "1", "--sign-command", "'"), 2, "Sign with --sign-key"),
        (("--format", "legacy-xml", "--vendor", "1", "--sign-command", "/no/signer -x"), 1, "/no/signer cannot be"),
    ):
        done = call(*arguments, "-o", str(out))
        assert (done.exit_code, text in done.output) == (code, True), done.output
        assert not out.exists()
    assert call("--json").exit_code == 2
