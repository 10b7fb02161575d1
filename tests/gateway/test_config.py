"""config.yaml: every fault with its place and the key that was meant."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
import yaml

from gateway.config import load, packaged_config, parse
from gateway.errors import ConfigError
from gateway.ports import ports_of
from gateway.settings import Settings
from scheduler.windows import Window

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("modems:\n  - name: a\n    prot: x\n    port: y\n", "c:3:5: modems.0.prot: unknown key, did you mean 'port'?"),
        ("survy: 1", "c:1:1: survy: unknown key, did you mean 'survey'?"),
        ("log: {levle: info}", "c:1:7: log.levle: unknown key, did you mean 'level'?"),
        ("sweep_s: 5\nsweep_s: 6", "c:2:1: sweep_s: given twice; keep one"),
        ("survey: {window: {from: 20:30, to: 09:00}}", "c:1:10: survey.window: the window must open before it closes"),
        ("a: [", "not readable as YAML"),
        ("- 1", "must be keys and values"),
        ("modems:\n  - {name: a, port: x}\n  - {name: a, port: y}", "two modems are called a"),
        ("modems:\n  - {name: a, port: x}\n  - {name: b, port: x}", "two modems have the port x"),
        ("modems: [{name: a, port: x, on_unknown: ask}]", "write hold, resend or {resend_after_s: 3600}"),
        (
            "modems: [{name: a, port: x, on_unknown: {resend_after_s: 0}}]",
            "on_unknown: input should be greater than 0",
        ),
        ("upstream: [{name: a, url: ftp://x, vendor: 1}]", "is no address; write it as https://"),
        (
            "survey: {texts: {invite: x}}",
            "c:1:1: survey: texts are in the survey's file: copy surveys/overall.yaml",
        ),
        ("short_code: abc", "c:1:1: short_code:"),
        ("sweep_s: 0", "c:1:1: sweep_s: input should be greater than 0"),
    ],
)
def test_fault_is_named_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as problem:
        parse(text, "c")
    assert fault in str(problem.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as problem:
        parse("survy: 1\nsweep_s: x\nlog: {a: 1}", "c")
    assert len(str(problem.value).splitlines()) == 3


def test_short_code_keeps_its_leading_zero_and_a_time_stays_a_time() -> None:
    settings = parse("short_code: 0919\nsurvey: {window: {from: 09:00, to: 20:30}}", "c")
    assert settings.short_code == "0919"
    assert settings.survey.window == Window(time(9), time(20, 30))


@pytest.mark.parametrize(
    ("policy", "after_s"),
    [("hold", None), ("resend", 600), ("{resend_after_s: 3600}", 3600), ("{resend_after_s: 0.5}", 0.5)],
)
def test_policy_for_parts_in_doubt_is_a_word_or_seconds(policy: str, after_s: float | None) -> None:
    settings = parse(f"modems: [{{name: a, port: x, on_unknown: {policy}}}]", "c")
    assert settings.modems[0].on_unknown == after_s


def test_null_and_always_switch_off() -> None:
    settings = parse("http: null\nsurvey: {window: always}", "c")
    assert settings.http is None
    assert settings.survey.window is None


def test_empty_file_is_all_defaults() -> None:
    assert parse("", "c") == Settings()


def test_shipped_file_says_the_defaults_and_names_every_key() -> None:
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    assert parse(text, "c") == Settings()
    shown = yaml.safe_load(text)
    assert set(shown) == set(Settings.model_fields)
    assert set(shown["survey"]) == set(Settings().survey.model_dump())
    assert set(shown["callbacks"]) == set(Settings().callbacks.model_dump())
    assert set(shown["modems"][0]) == set(Settings().modems[0].model_dump())
    assert packaged_config().read_text(encoding="utf-8") == text


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "database: data/x.db\noffices: o.csv\nsurvey: {number_zones: DEF-9xx.csv}\nmodems: [{name: a, port: ports/p0}]",
        encoding="utf-8",
    )
    settings = load(path)
    assert settings.database == tmp_path / "data/x.db"
    assert settings.offices == tmp_path / "o.csv"
    assert settings.survey.number_zones == tmp_path / "DEF-9xx.csv"
    assert settings.services == packaged_config().parent / "examples/altai/services.csv"
    assert settings.modems[0].port == str(tmp_path / "ports/p0")


def test_database_is_the_file_behind_a_link(tmp_path: Path) -> None:
    """Two links to one file have one lock, and one pair of keys."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "otklik.db").symlink_to(tmp_path / "disk" / "real.db")
    (tmp_path / "config.yaml").write_text("database: otklik.db\n", encoding="utf-8")
    assert load(tmp_path / "config.yaml").database == tmp_path / "disk" / "real.db"


def test_without_a_file_the_packaged_one_writes_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load()
    assert settings.database == tmp_path / "otklik.db"
    assert settings.offices.exists()
    assert settings.modems[0].port == "emu://m1"


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no configuration file .*nope\.yaml"):
        load(tmp_path / "nope.yaml")


def test_several_modems_may_be_sought_in_one_place() -> None:
    settings = parse('modems: [{name: a, port: "/dev/ttyUSB*"}, {name: b, port: "/dev/ttyUSB*"}]', "c")
    assert [modem.port for modem in settings.modems] == ["/dev/ttyUSB*"] * 2


@pytest.mark.parametrize(
    ("modems", "told"),
    [
        ("[{name: a, port: /dev/ttyUSB0}, {name: b, port: /dev/ttyUSB0}]", "two modems have the port /dev/ttyUSB0"),
        (
            '[{name: a, port: "x*", imei: 356938035643809}, {name: b, port: "x*", imei: "356938035643809"}]',
            "two modems have the IMEI 356938035643809; a modem has one entry",
        ),
        ("[{name: a, port: x, imei: 35693803564380}]", "'35693803564380' is no IMEI; it has fifteen digits"),
        ("[{name: a, port: x, smsc: 8913}]", "'8913' is no number in international form"),
        ('[{name: a, port: x, smsc: "89130000000"}]', "is no number in international form"),
    ],
)
def test_place_of_a_modem_that_cannot_be_is_refused(modems: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"modems: {modems}", "c")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("init", "told"),
    [
        ("[AT+CNMI=0]", "c:1:36: modems.0.init.0: AT+CNMI is the driver's own business"),
        ("[at^curc=0]", "'at^curc=0' is not one command"),
    ],
)
def test_command_that_may_not_follow_a_start_up_is_refused(init: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"modems: [{{name: a, port: x, init: {init}}}]", "c")
    assert told in str(caught.value)


def test_makes_of_a_file_reach_the_driver_with_the_commands_of_each_modem(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("makes: mine.yaml\nmodems: [{name: a, port: p0, init: [AT^CURC=0]}]", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("makes: [{name: ours, title: x, model: E173}]", encoding="utf-8")
    (port,) = ports_of(load(path))
    assert port.makes is not None
    assert (port.makes[0].name, port.init) == ("ours", ("AT^CURC=0",))
    (tmp_path / "mine.yaml").write_text("makes: [{name: ours, title: x}]", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml:1:9: makes\.0: give maker, model or both"):
        ports_of(load(path))


def test_login_is_read_from_its_files_and_shown_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    steps = '[{expect: "login:", send: box-17}, {expect: "Password:", send_file: secret}, {expect: Connected}]'
    path.write_text(f'modems: [{{name: a, port: "telnet://t:23", login: {steps}}}]', encoding="utf-8")
    settings = load(path)
    with pytest.raises(ConfigError, match=r"The login file .*secret of modem a cannot be read"):
        ports_of(settings)
    (tmp_path / "secret").write_text("пароль 4711\n", encoding="utf-8")
    (port,) = ports_of(settings)
    assert [(step.expect, step.send) for step in port.login] == [
        ("login:", "box-17"),
        ("Password:", "пароль 4711"),
        ("Connected", None),
    ]
    assert not any(secret in f"{port}{settings}" for secret in ("box-17", "4711"))


@pytest.mark.parametrize(
    ("port", "step", "told"),
    [
        ("telnet://t:23", "{expect: a, send: b, send_file: c}", "modems.0.login.0: give send or send_file, not both"),
        ("telnet://t:23", "{expect: a, sent: b}", "unknown key, did you mean 'send'?"),
        ("/dev/ttyUSB0", "{expect: a}", "modems.0: login is for socket:// and telnet://; /dev/ttyUSB0 asks for none"),
    ],
)
def test_login_that_cannot_be_is_refused(port: str, step: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'modems: [{{name: a, port: "{port}", login: [{step}]}}]', "c")
    assert told in str(caught.value)


def test_numbers_without_quotes_are_understood() -> None:
    (modem,) = parse("modems: [{name: a, port: x, imei: 356938035643809, smsc: +79130000099}]", "c").modems
    assert (modem.imei, modem.smsc) == ("356938035643809", "+79130000099")
