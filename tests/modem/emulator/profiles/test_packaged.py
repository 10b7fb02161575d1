"""Every packaged profile: what it says of itself is true of the modem, and it names its sources."""

from collections.abc import Iterator
from itertools import product
from typing import get_args

import pytest

from modem.emulator.device.commandline import Form
from modem.emulator.device.commands.makers import MAKERS
from modem.emulator.device.commands.table import GENERIC
from modem.emulator.network.conditions import Conditions
from modem.emulator.profiles.catalogue import load, names
from modem.emulator.profiles.profile import MakersCommand, Profile, command_form, ranges
from modem.emulator.profiles.quirks import QUIRKS
from tests.modem.emulator.conftest import Bench
from tests.modem.emulator.profiles.page import BEGIN, END, PAGE, table

SUBMIT = "0001000B919731214365F700000461F1980C"
ready = pytest.mark.parametrize("name", names())


def bench_of(name: str, started: bool = True) -> Bench:
    bench = Bench(1, Conditions(), load(name))
    bench.raw(b"ATE0\r")
    if started:
        for command in ("^CURC", "+WIND"):
            bench.say(f"AT{command}=0")
        bench.wait(60)
    return bench


def answer(bench: Bench, line: str) -> list[str]:
    """What a line comes to, however long the modem takes."""
    said = bench.say(line)
    while not said:
        said = [text for text in bench.wait(60).decode().split("\r\n") if text and "ZPASR" not in text]
    return said


@ready
def test_profile_names_its_sources_and_each_quirk_its_report(name: str) -> None:
    profile = load(name)
    assert profile.name == name
    assert profile.sources
    for quirk in profile.quirks.values():
        assert quirk.source.startswith("https://")
        assert quirk.says.endswith(".")


def test_every_quirk_is_some_modems() -> None:
    assert {quirk for name in names() for quirk in load(name).quirks} == set(QUIRKS)


def test_commands_that_can_be_added_are_those_that_the_emulator_knows() -> None:
    assert set(get_args(MakersCommand)) == set(MAKERS)


@ready
def test_profile_speaks_of_commands_that_there_are(name: str) -> None:
    profile = load(name)
    own = {command_form(text).name for text in profile.answers} | set(profile.kept) | set(profile.added)
    assert set(profile.removed) <= set(GENERIC)
    assert set(profile.values) <= set(GENERIC) - set(profile.removed)
    assert not own & set(profile.removed)
    spoken_of = {command_form(text).name for text in profile.delays}
    spoken_of |= {command for entry in profile.starting for command in entry.commands}
    assert spoken_of <= (set(GENERIC) - set(profile.removed)) | own


@ready
def test_modem_says_who_it_is(name: str) -> None:
    bench, maker = bench_of(name), load(name).maker
    assert bench.say("AT") == ["OK"]
    assert bench.say("AT+CGMI") == [maker.manufacturer, "OK"]
    assert bench.say("AT+CGMM") == [maker.model, "OK"]
    assert bench.say("AT+CGMR") == [maker.revision, "OK"]
    assert bench.say("ATI")[-1] == "OK"


@ready
def test_each_command_of_its_list_has_the_forms_it_claims(name: str) -> None:
    bench, commands = bench_of(name), bench_of(name).modem.device.commands
    profile = load(name)
    if profile.clac == "none":
        assert bench.say("AT+CLAC")[-1] != "OK"
    else:
        listed = bench.raw(b"AT+CLAC\r").decode().removesuffix("\r\n\r\nOK\r\n").strip("\r\n").removeprefix("+CLAC:")
        split = "," if profile.clac == "prefixed" else "\r\n"
        found = {
            entry.strip("\r").removeprefix("AT" if profile.clac == "at-lines" else "") for entry in listed.split(split)
        }
        assert found == set(commands)
    for command, verb in commands.items():
        if verb.form(Form.TEST):
            assert answer(bench, f"AT{command}=?")[-1] == "OK", command
        if verb.form(Form.READ) and command != "S":
            assert answer(bench, f"AT{command}?")[-1] in {"OK", "+CMS ERROR: 330", "+CMS ERROR:330"}, command


def _settings(profile: Profile) -> Iterator[tuple[str, str]]:
    for command in ("+CNMI", "+CPMS", "+CSCS"):
        groups = [group for group in ranges(profile.values.get(command, "")) if group]
        for values in product(*groups) if groups else ():
            yield command, ",".join(str(value) if isinstance(value, int) else f'"{value}"' for value in values)


@ready
def test_what_a_test_form_offers_is_taken(name: str) -> None:
    bench = bench_of(name)
    for command, values in _settings(load(name)):
        assert bench.say(f"AT{command}={values}")[-1] == "OK", (command, values)
        if command == "+CNMI":
            assert bench.say("AT+CNMI?") == [f"+CNMI: {values}", "OK"]


@ready
def test_what_a_test_form_does_not_offer_is_refused(name: str) -> None:
    bench = bench_of(name)
    for command in load(name).values:
        for wrong in ("99", '"XX"', ",,,,,,,1"):
            assert bench.say(f"AT{command}={wrong}")[-1] != "OK", (command, wrong)


@ready
def test_message_goes_out_and_one_comes_in(name: str) -> None:
    bench, profile = bench_of(name), load(name)
    assert bench.raw(b"AT+CMGS=17\r") == b"\r\n> "
    sent = (bench.raw(SUBMIT.encode() + b"\x1a") or bench.wait(10)).decode().split()
    assert [text for text in sent if "+ZPASR" not in text and "UMTS" not in text] == ["+CMGS:", "0", "OK"]
    assert bench.say("AT+CNMI=2,1")[-1] == "OK"
    first, memory = profile.memories.first_index, profile.memories.chosen[2]
    assert bench.deliver("Da") == f'\r\n+CMTI: "{memory}",{first}\r\n'.encode()
    head, pdu, result = answer(bench, f"AT+CMGR={first}")
    assert head == "+CMGR: 0,,21"
    assert pdu.endswith("02C430")
    assert result == "OK"
    assert answer(bench, f"AT+CMGD={first}") == ["OK"]
    assert "ERROR" in answer(bench, f"AT+CMGR={first}")[0]


@ready
def test_modem_that_starts_says_so_and_refuses_until_it_is_ready(name: str) -> None:
    bench, profile = bench_of(name, started=False), load(name)
    bench.say("AT+CMEE=1")
    for entry in profile.starting:
        for command in entry.commands:
            assert bench.say(f"AT{command}?") == [entry.error], command
    said = bench.wait(30).decode()
    for notice in profile.notices.start:
        assert (f"\r\n{notice.text}\r\n" in said) is not bool(notice.when)
    for entry in profile.starting:
        for command in entry.commands:
            assert answer(bench, f"AT{command}?") != [entry.error], command


def test_table_of_the_page_is_the_data() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0] == table()


def test_siemens_tells_of_a_full_memory_only_when_it_is_asked_to() -> None:
    bench = bench_of("siemens-tc35")
    for number in range(20):
        assert b"^SMGO" not in bench.deliver(str(number))
    bench.say("AT^SMGO=1")
    assert answer(bench, "AT^SMGO?") == ["^SMGO: 1", "OK"]
    bench.say("AT+CMGD=1")
    assert b"\r\n^SMGO: 1\r\n" in bench.deliver("again")


def test_aithinker_starts_anew_at_its_own_command() -> None:
    bench = bench_of("aithinker-a6")
    bench.say("AT+CMEE=2")
    assert answer(bench, "AT+RST=2") == ["+CME ERROR:Incorrect parameters"]
    assert answer(bench, "AT+RST=1")[0] == "OK"
    bench.wait(1)
    assert b"+CMEE: 0" in bench.raw(b"AT+CMEE?\r")
