"""A profile at work in a modem: table, notices, delays, refusals at the start, quirks."""

import pytest

from modem.documents import parse
from modem.emulator.network.conditions import Conditions
from modem.emulator.profiles.profile import Profile
from modem.emulator.profiles.quirks import QUIRKS
from tests.modem.emulator.conftest import Bench

SUBMIT = "0001000B919731214365F700000461F1980C"


def bench_of(text: str) -> Bench:
    bench = Bench(1, Conditions(), parse(text, "p", Profile))
    bench.raw(b"ATE0\r")
    return bench


def quirk(name: str, more: str = "") -> Bench:
    return bench_of(f"{more}\nquirks: {{{name}: {{source: 'https://a.example', says: x}}}}")


def restart(bench: Bench) -> None:
    bench.modem.device.now = bench.now
    bench.modem.device.restart()


# Commands.


def test_removed_command_is_unknown() -> None:
    bench = bench_of("removed: [+CLIP]")
    assert bench.say("AT+CLIP?") == ["ERROR"]
    assert "+CLIP" not in bench.say("AT+CLAC")


def test_ranges_are_both_the_test_form_and_what_is_taken() -> None:
    bench = bench_of('values: {+CNMI: \'(1,2),(0,1),(0),(0),(1)\', +CPMS: \'("SM"),("SM","ME")\'}')
    assert bench.say("AT+CNMI=?") == ["+CNMI: (1,2),(0,1),(0),(0),(1)", "OK"]
    assert bench.say("AT+CNMI=2,1") == ["OK"]
    assert bench.say("AT+CNMI=2,2") == ["+CMS ERROR: 303"]
    assert bench.say("AT+CNMI=3,1") == ["+CMS ERROR: 303"]
    assert bench.say('AT+CPMS="SM","ME"')[-1] == "OK"
    assert bench.say('AT+CPMS="ME"')[-1] != "OK"
    assert bench.say('AT+CPMS="SM","SM","SM"')[-1] != "OK"


def test_fixed_answer_takes_one_form_and_leaves_the_others() -> None:
    bench = bench_of(
        'answers: {"+CGSN": "{imei}0", "+GSN=?": "+CME ERROR: 4", "^X": "a\\nb", "^X=": ~, "+CSQ=?": "+CSQ: x"}'
    )
    imei = bench.modem.device.identity.imei
    assert bench.say("AT+CGSN") == [imei + "0", "OK"]
    assert bench.say("AT+GSN") == [imei, "OK"]
    assert bench.say("AT+GSN=?") == ["ERROR"]
    assert bench.raw(b"AT^X\r") == b"\r\na\r\nb\r\n\r\nOK\r\n"
    assert bench.say("AT^X=1,2") == ["OK"]
    assert bench.say("AT^X?") == ["ERROR"]
    assert bench.say("AT+CSQ=?") == ["+CSQ: x", "OK"]


def test_kept_number_is_told_within_its_ranges_and_forgotten_at_a_restart() -> None:
    bench = bench_of("kept: {^CURC: {values: '(0,1)', default: 1}}")
    assert bench.say("AT^CURC?;^CURC=0;^CURC?") == ["^CURC: 1", "^CURC: 0", "OK"]
    assert bench.say("AT^CURC=2") == ["ERROR"]
    assert bench.say("AT^CURC=?") == ["^CURC: (0,1)", "OK"]
    restart(bench)
    bench.raw(b"ATE0\r")
    assert bench.say("AT^CURC?") == ["^CURC: 1", "OK"]


def test_parameter_that_can_be_only_one_thing_may_be_left_out() -> None:
    bench = bench_of("values: {+CNMI: '(0-3),(0,1),(0,2,3),(0,2),(1)'}")
    assert bench.say("AT+CNMI=2,1,0,2;+CNMI?") == ["+CNMI: 2,1,0,2,1", "OK"]
    assert bench.say("AT+CNMI=2,1,0,2,0") == ["+CMS ERROR: 303"]


def test_lasting_number_outlives_a_restart() -> None:
    bench = bench_of("kept: {+WIND: {values: '(0-8191)', lasting: true}}")
    bench.say("AT+WIND=50")
    restart(bench)
    bench.raw(b"ATE0\r")
    assert bench.say("AT+WIND?") == ["+WIND: 50", "OK"]


@pytest.mark.parametrize(("style", "first"), [("prefixed", "+CLAC:&C,"), ("at-lines", "AT&C")])
def test_list_of_commands_has_the_style_of_the_maker(style: str, first: str) -> None:
    assert bench_of(f"clac: {style}").say("AT+CLAC")[0].startswith(first)


def test_modem_without_clac_does_not_know_it() -> None:
    assert bench_of("clac: none").say("AT+CLAC") == ["ERROR"]


def test_memories_have_their_slots_and_first_index() -> None:
    bench = bench_of("memories: {slots: {SM: 20, ME: 5}, first_index: 0, chosen: 'ME,SM,ME'}")
    assert bench.say("AT+CPMS?") == ['+CPMS: "ME",0,5,"SM",0,20,"ME",0,5', "OK"]
    bench.say("AT+CNMI=2,1")
    assert bench.deliver("a") == b'\r\n+CMTI: "ME",0\r\n'
    assert bench.say("AT+CMGD=0") == ["OK"]
    restart(bench)
    bench.raw(b"ATE0\r")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "ME",0,5')


def test_factory_settings_are_what_a_reset_restores() -> None:
    bench = bench_of("defaults: {cnmi: '2,1,0,0,0', cmee: 1}")
    assert bench.say("AT+CNMI?;+CMEE?") == ["+CNMI: 2,1,0,0,0", "+CMEE: 1", "OK"]
    bench.say("AT+CMEE=0")
    bench.say("ATZ")
    assert bench.say("AT+CMEE?")[0] == "+CMEE: 1"


def test_report_memory_is_for_writing_only_where_the_maker_says_so() -> None:
    assert bench_of("{}").say('AT+CPMS="SR","SR"') == ["+CMS ERROR: 303"]
    bench = bench_of("memories: {all_writable: true}")
    assert bench.say('AT+CPMS="SR","SR","SR"')[-1] == "OK"
    assert bench.say("AT+CPMS=?")[0].count('"SR"') == 3


# Notices.


def test_power_up_is_told_to_a_terminal_that_is_there() -> None:
    bench = bench_of("notices: {start: [{text: RDY, after_s: 1}, {text: '+CPIN: READY', after_s: 3}]}")
    assert bench.wait(0.5) == b""
    assert bench.wait(1) == b"\r\nRDY\r\n"
    assert bench.wait(2) == b"\r\n+CPIN: READY\r\n"
    assert bench.wait(60) == b""


def test_restart_begins_the_notices_anew_and_ends_the_old_ones() -> None:
    bench = bench_of("notices: {start: [{text: RDY, after_s: 10}]}")
    bench.wait(6)
    restart(bench)
    assert bench.wait(6) == b""
    assert bench.wait(6) == b"\r\nRDY\r\n"


def test_periodic_notice_comes_only_while_somebody_listens() -> None:
    bench = bench_of("notices: {periodic: [{text: '^RSSI:{signal}', every_s: 10}]}")
    signal = bench.modem.device.identity.signal
    assert bench.wait(11) == b"\r\n^RSSI:%d\r\n" % signal
    bench.world.set_link(bench.modem, False, bench.now)
    bench.wait(60)
    assert bench.world.next_due() is None
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.wait(11) == b"\r\n^RSSI:%d\r\n" % signal


def test_periodic_notice_can_be_switched_off_by_the_command_for_it() -> None:
    bench = bench_of(
        "kept: {^CURC: {values: '(0,1)', default: 1}}\nnotices: {periodic: [{text: x, every_s: 10, when: {^CURC: 1}}]}"
    )
    assert bench.wait(10.1) == b"\r\nx\r\n"
    bench.say("AT^CURC=0")
    assert bench.wait(30) == b""


def test_full_memory_is_told_and_nothing_more_comes() -> None:
    bench = bench_of("memories: {slots: {SM: 2}}\nnotices: {memory_full: '^SMMEMFULL: \"{memory}\"'}")
    bench.say("AT+CNMI=2,1")
    assert bench.deliver("a") == b'\r\n+CMTI: "SM",1\r\n'
    assert b'\r\n^SMMEMFULL: "SM"\r\n' in bench.deliver("b")
    assert b"+CMTI" not in bench.deliver("c")


# Time.


def test_delay_holds_the_answer_and_the_rest_of_the_line() -> None:
    bench = bench_of("delays: {+COPS=?: {ms: 3000}}")
    assert bench.raw(b"AT+COPS=?;+CSQ\r") == b""
    assert bench.wait(2.9) == b""
    out = bench.wait(0.2)
    assert out.startswith(b"\r\n+COPS: (")
    assert b"+CSQ: " in out
    assert out.endswith(b"\r\nOK\r\n")


def test_delay_of_a_submit_comes_after_the_prompt_and_behind_the_network() -> None:
    bench = bench_of("delays: {+CMGS=: {ms: 2000, spread_ms: 500}}")
    assert bench.raw(b"AT+CMGS=17\r") == b"\r\n> "
    assert bench.raw(SUBMIT.encode() + b"\x1a") == b""
    assert bench.wait(1.4) == b""
    assert bench.wait(1.2) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_error_is_not_delayed() -> None:
    bench = bench_of("delays: {+CMGD=: {ms: 2000}}")
    assert bench.say("AT+CMGD=7") == ["+CMS ERROR: 321"]


def test_command_is_refused_until_the_modem_is_ready() -> None:
    bench = bench_of(
        "starting:\n"
        "  - {until_s: 3, commands: [+CPIN], error: '+CME ERROR: 14'}\n"
        "  - {until_s: 6, commands: [+CPMS], error: '+CMS ERROR: 515'}"
    )
    bench.say("AT+CMEE=1")
    assert bench.say("AT+CPIN?;+CPMS?") == ["+CME ERROR: 14"]
    bench.wait(4)
    assert bench.say("AT+CPIN?;+CPMS?") == ["+CPIN: READY", "+CMS ERROR: 515"]
    bench.wait(3)
    assert bench.say("AT+CPMS?")[-1] == "OK"
    restart(bench)
    assert "+CMS ERROR: 515" in bench.say("AT+CPMS?")


# Quirks.


def test_quirk_blank_line_before_cmgs() -> None:
    bench = quirk("blank-line-before-cmgs")
    bench.raw(b"AT+CMGS=17\r")
    assert bench.raw(SUBMIT.encode() + b"\x1a") == b"\r\n\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_quirk_clac_lines_end_twice() -> None:
    out = quirk("clac-lines-end-twice").raw(b"AT+CLAC\r")
    assert out.startswith(b"\r\n&C\r\r\n&D\r\r\n")
    assert out.endswith(b"\r\r\n\r\nOK\r\n")


def test_quirk_clcc_with_empty_name() -> None:
    bench = quirk("clcc-with-empty-name", 'answers: {"+CLCC": "+CLCC: 1,0,0,0,0,\\"+7913\\",145"}')
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,0,0,0,"+7913",145,""', "OK"]


def test_quirk_cmgl_in_text_mode_only() -> None:
    bench = quirk("cmgl-in-text-mode-only")
    assert bench.say("AT+CMGL=4") == ["+CMS ERROR: 303"]
    assert bench.say("AT+CMGL=?")[0].startswith('+CMGL: ("REC UNREAD"')
    bench.deliver("a")
    assert bench.say('AT+CMGF=1;+CMGL="ALL"')[-2:] == ["a", "OK"]


def test_quirk_cpms_tells_two_memories() -> None:
    bench = quirk("cpms-tells-two-memories")
    assert bench.say("AT+CPMS?") == ['+CPMS: "SM",0,30,"SM",0,30', "OK"]
    assert bench.say('AT+CPMS="ME"') == ["+CPMS: 0,100,0,30", "OK"]


def test_quirk_access_is_lte() -> None:
    bench = quirk("access-is-lte")
    assert bench.say("AT+CREG=2;+CREG?") == ['+CREG: 2,1,"1F40","00A1B2C3",7', "OK"]
    assert bench.say("AT+COPS?") == ['+COPS: 0,0,"Otklik Mobile",7', "OK"]
    assert bench.say("AT+CEREG?") == ["+CEREG: 0,1", "OK"]


def test_quirk_csmp_forgets_csca() -> None:
    bench = quirk("csmp-forgets-csca")
    assert bench.say("AT+CSCA?")[-1] == "OK"
    assert bench.say("AT+CSMP=49,167,0,0") == ["OK"]
    assert bench.say("AT+CSCA?") == ["+CMS ERROR: 330"]
    assert bench.say('AT+CSCA="+79000000001"') == ["OK"]


def test_quirk_errors_without_blank() -> None:
    bench = quirk("errors-without-blank")
    assert bench.say("AT+CMGD=7") == ["+CMS ERROR:321"]


def test_quirk_unknown_is_cme_100() -> None:
    bench = quirk("unknown-is-cme-100")
    assert bench.say("AT+NOPE") == ["ERROR"]
    bench.say("AT+CMEE=1")
    assert bench.say("AT+NOPE") == ["+CME ERROR: 100"]


def test_quirk_unknown_is_command_not_support() -> None:
    assert quirk("unknown-is-command-not-support").say("AT+NOPE") == ["COMMAND NOT SUPPORT"]


def test_every_quirk_has_a_test_of_its_own() -> None:
    tested = {name.removeprefix("test_quirk_").replace("_", "-") for name in globals() if name.startswith("test_quirk")}
    assert tested == set(QUIRKS)
