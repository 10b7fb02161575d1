"""The commands as people call them: output, exit codes, one sentence per error."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import stamina
import structlog
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import main
from gateway.logs import mask_phones, set_up
from gateway.settings import LogSettings
from gateway.upstream.transport import Transport
from scheduler.clock import SystemClock
from tests.gateway.upstream.wire import replied

VISITS = """foreign_id,office,service,received_at,phone,consent
v1,BRN1,REG,2017-09-12T15:40,+79130200001,1
v2,BRN1,REG,2017-09-12T15:40,,0
v3,NOPE,REG,2017-09-12T15:40,+79130200003,1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("modems: []\nsurvey: {delay_s: 0}\n", encoding="utf-8")
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str, stdin: str | None = None) -> Result:
    config = () if arguments[0] in ("interpret", "emulate") else ("-c", str(folder / "config.yaml"))
    return CliRunner().invoke(main, [*arguments, *config], input=stdin)


def test_import_prints_counts_and_writes_the_refused_rows(folder: Path) -> None:
    done = _call(folder, "visits", "import", str(folder / "visits.csv"), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout.splitlines()[-1]) == {"accepted": 2, "duplicates": 0, "refused": 1}
    assert "office «NOPE»" in (folder / "visits.csv.refused.csv").read_text(encoding="utf-8-sig")
    again = _call(folder, "visits", "import", str(folder / "visits.csv"), "--json")
    assert json.loads(again.stdout.splitlines()[-1]) == {"accepted": 0, "duplicates": 2, "refused": 1}


def test_ledger_and_status_and_export_of_a_waiting_box(folder: Path) -> None:
    _call(folder, "visits", "import", str(folder / "visits.csv"))
    ledger = json.loads(_call(folder, "ledger", "--json").stdout.splitlines()[-1])
    assert (ledger["visits"], ledger["refused"], ledger["balanced"]) == (2, 1, True)
    assert {"invited", "delivered", "replied", "rated", "exported", "unknown", "lost", "duplicated", "seed"} <= set(
        ledger
    )
    status = _call(folder, "status", "--json")
    assert json.loads(status.stdout.splitlines()[-1])["invitations"] == {"due": 1}
    out = folder / "r.jsonl"
    export = _call(folder, "export", "ratings", "-o", str(out), "--json")
    assert json.loads(export.stdout.splitlines()[-1]) == {"exported": 0, "cursor": 0}
    assert out.read_text(encoding="utf-8") == ""


def test_ledger_that_does_not_balance_ends_with_one(folder: Path) -> None:
    _call(folder, "visits", "import", str(folder / "visits.csv"))
    log = folder / "network.log"
    log.write_text('{"event": "deliver", "from": "+79130200001", "t": "now", "pdu": "00"}\n', encoding="utf-8")
    done = _call(folder, "ledger", "--network-log", str(log))
    assert done.exit_code == 1
    assert "was never kept" in done.stderr


def test_interpret_reads_arguments_or_lines(folder: Path) -> None:
    one = json.loads(_call(folder, "interpret", "не 5, а 3").stdout)
    assert (one["class"], one["rating"], one["opt_out"]) == ("rating", 3, False)
    assert list(one) == ["text", "class", "rating", "criteria", "opt_out", "rule", "confidence", "opt_in"]
    lines = _call(folder, "interpret", stdin="5\nстоп\n\n").stdout.splitlines()
    assert [json.loads(line)["class"] for line in lines] == ["rating", "optout", "noise"]


def test_check_names_a_fault_with_its_cure(folder: Path) -> None:
    (folder / "config.yaml").write_text("modems: [{name: m1, port: /dev/ttyNOPE}]\n", encoding="utf-8")
    done = _call(folder, "check", "--json")
    assert done.exit_code == 1
    (fault,) = json.loads(done.stdout.splitlines()[-1])["faults"]
    assert fault["text"] == "Port /dev/ttyNOPE does not exist; is the modem plugged in and the name right?"
    (folder / "config.yaml").write_text("modems: []\n", encoding="utf-8")
    fine = _call(folder, "check")
    assert fine.exit_code == 0
    assert "70 characters of ucs2, parts: 1; one more letter costs another part" in fine.stdout


@pytest.mark.parametrize(
    ("config", "arguments", "code", "sentence"),
    [
        ("survy: 1", ["status"], 2, "survy: unknown key, did you mean 'survey'?"),
        ("", ["status"], 1, "There is no database"),
        ("", ["visits", "import", "/no/such/file"], 1, "/no/such/file cannot be read: No such file"),
        ("offices: none.csv", ["run"], 2, "none.csv cannot be read"),
        ("log: {file: /no/such/folder/x.log}", ["run"], 2, "The log file"),
    ],
)
def test_error_a_person_can_cause_is_one_sentence(
    folder: Path, config: str, arguments: list[str], code: int, sentence: str
) -> None:
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    done = _call(folder, *arguments)
    assert done.exit_code == code
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_unknown_command_is_a_wrong_call(folder: Path) -> None:
    assert CliRunner().invoke(main, ["exprot"]).exit_code == 2


def test_log_is_json_and_masks_phones_of_every_logger(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    set_up(LogSettings(file=path))
    structlog.get_logger("a").info("to +79131234567", phone="+79131234567")
    logging.getLogger("gsmmodem").warning("89131234567")
    set_up(LogSettings())
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["to +7913***4567", "8913***4567"]
    assert lines[0]["phone"] == "+7913***4567"


def test_log_has_no_address_with_its_keys_and_no_answer_of_others(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    set_up(LogSettings(file=path))
    wire = httpx2.MockTransport(lambda request: replied(503, b"you sent Ivanova"))
    with (
        stamina.set_testing(True, attempts=2),
        Transport("http://hook.example/?key=s3cret", SystemClock(), wire=wire) as transport,
    ):
        transport.post("", b"{}", "application/json")
    set_up(LogSettings())
    assert path.read_text(encoding="utf-8") == ""


@given(st.text(), st.from_regex(r"\+79[0-9]{9}", fullmatch=True), st.text())
def test_no_phone_passes_the_mask(before: str, phone: str, after: str) -> None:
    event = mask_phones(None, "info", {"event": f"{before} {phone} {after}"})
    assert phone not in event["event"]


def test_daemon_and_status_load_nothing_that_they_may_never_need() -> None:
    program = (
        "import sys; import gateway.cli.status; print('structlog' in sys.modules);"
        " import gateway.daemon, gateway.cli.export, gateway.cli.visits;"
        " rare = {'cryptography', 'httpx2', 'lxml', 'pyarrow', 'signxml', 'stamina', 'starlette'};"
        " print(sorted(rare & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.splitlines() == ["False", "[]"]
