import pytest

from modem import documents
from modem.emulator.network.changes import describe
from modem.emulator.scenario.model import Scenario
from modem.emulator.scenario.player import Player
from tests.modem.emulator.conftest import Bench

PDU = "0001000B919731214365F700000135"


def _play(bench: Bench, text: str) -> None:
    Player(documents.parse(text, "s.yaml", Scenario), bench.world, bench.now)


def _delivered(bench: Bench) -> list[object]:
    return [line["text"] for line in bench.world.journal.events_after(0)[0] if line["event"] == "deliver"]


def test_step_happens_at_its_time(bench: Bench) -> None:
    _play(bench, "steps:\n - {at_s: 5, deliver: {from: '+79130000001', text: '5'}}\n")
    bench.wait(4.9)
    assert _delivered(bench) == []
    bench.wait(0.2)
    assert _delivered(bench) == ["5"]


def test_repeated_step_ends_after_its_times_or_its_time(bench: Bench) -> None:
    _play(bench, "steps:\n - {every_s: 10, times: 3, deliver: {from: '0919', text: a}}\n")
    _play(bench, "steps:\n - {every_s: 10, until_s: 20, deliver: {from: '0919', text: b}}\n")
    bench.wait(1000)
    assert sorted(map(str, _delivered(bench))) == ["a", "a", "a", "b", "b"]


def test_step_follows_the_nth_submit(bench: Bench) -> None:
    _play(
        bench,
        "steps:\n"
        " - when: {event: submit, modem: modem0, nth: 2}\n"
        "   after_s: 3\n"
        "   fault: {kind: error, on: +CMGS, code: 38}\n",
    )
    assert bench.send(14, PDU)[-1] == "OK"
    assert bench.send(14, PDU)[-1] == "OK"
    bench.wait(2.9)
    assert bench.send(14, PDU)[-1] == "OK"
    bench.wait(0.2)
    assert bench.send(14, PDU) == ["+CMS", "ERROR:", "38"]


def test_faults_come_together_and_are_cleared(bench: Bench) -> None:
    _play(
        bench,
        "steps:\n - {at_s: 1, fault: [{kind: echo, times: null}, {kind: blanks}]}\n - {at_s: 2, clear_faults: true}\n",
    )
    bench.wait(1)
    assert bench.modem.device.faults.any
    bench.wait(1)
    assert not bench.modem.device.faults.any


def test_network_is_set_from_the_start_and_by_steps(bench: Bench) -> None:
    _play(
        bench,
        "network: {latency_ms: 2000}\n"
        "steps:\n - {at_s: 9, network: {handsets: {'+79130000001': {state: 'off'}}, zone_quarters: 12}}\n",
    )
    assert bench.conditions.latency_s == 2.0
    bench.wait(9)
    assert bench.conditions.zone_quarters == 12
    assert list(bench.conditions.handsets) == ["+79130000001"]


EVERYTHING = """
network:
  latency_ms: {kind: lognormal, median_ms: 800, sigma: 0.5}
  report_latency_ms: {kind: exponential, mean_ms: 2000}
  validity_ms: 86400000
  retry_ms: [60000, 300000]
  zone_quarters: 12
  handsets:
    "+79130000002": {state: "off", for_ms: 5000, then: {state: busy, trying: 33}}
    "+7914*": {state: slow, takes_ms: 100, status: 2, cms_error: 38}
  accounts: {"+79009260000": {balance: 100.50}}
  short_codes: {"0919": modem0, "900": {answers: {balance: "{balance}"}, otherwise: "?", delay_ms: 5}}
  called: {"+79130000006": {outcome: answers, after_s: 2, keys: "12#", replies: {"5": "6"}, hangs_up_after_s: 10}}
  ussd: {codes: {"*102*{reply}#": {text: paid, pays_in: true, pause_s: 1}}, reply_within_s: 9}
  loss_rate: 0.01
  duplicate_rate: 0.02
  reorder_rate: 0.03
  reorder_ms: {kind: normal, mean_ms: 900, sd_ms: 100}
  report_trying: true
  report_late_ms: {kind: uniform, min_ms: 10, max_ms: 900}
  report_early_rate: 0.04
  report_loss_rate: 0.05
  report_duplicate_rate: 0.06
  report_zone_quarters: 28
  report_modem: modem0
  daily_cap: {limit: 200, answer: 8}
  throttle: {per_minute: 20, answer: 42}
  spam: {receivers: 30, within_ms: 1000, patterns: ["(?i)casino"], answer: 38}
  credit: {price: 1.5, answer: silent}
"""


def test_every_condition_can_be_written_in_a_scenario(bench: Bench) -> None:
    _play(bench, EVERYTHING)
    network = describe(bench.world.centre)
    assert set(documents.parse(EVERYTHING, "s.yaml", Scenario).network.model_fields_set) == set(network)
    assert network["accounts"] == {"+79009260000": {"balance": 100.5}}
    assert network["credit"] == {"price": 1.5, "answer": "silent"}
    assert network["spam"]["answer"] == 38
    assert network["throttle"]["per_minute"] == 20


def test_scenario_may_start_with_the_first_terminal(bench: Bench) -> None:
    bench.world.set_link(bench.modem, False, bench.now)
    _play(bench, "starts: terminal\nsteps:\n - {at_s: 1, deliver: {from: '0919', text: '5'}}\n")
    bench.wait(100)
    assert _delivered(bench) == []
    bench.world.set_link(bench.modem, True, bench.now)
    bench.wait(1)
    assert _delivered(bench) == ["5"]


def test_modem_that_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="there is no modem 7"):
        _play(bench, "steps:\n - {at_s: 1, modem: 7, deliver: {from: '0919', text: '5'}}\n")
    with pytest.raises(ValueError, match="there is no modem 8"):
        _play(bench, "steps:\n - {at_s: 1, fault: {kind: swap, other: 8}}\n")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("steps:\n - {at_s: 1, falt: {kind: echo}}\n", "s.yaml:2:14: steps.0.falt: unknown key, did you mean 'fault'?"),
        (
            "steps:\n - {at_s: 1, fault: {kind: ecko}}\n",
            "s.yaml:2:14: steps.0.fault: unknown kind ecko, did you mean",
        ),
        ("steps:\n - {at_s: 1, fault: {kind: late, by_ms: soon}}\n", "s.yaml:2:34: steps.0.fault"),
        ("steps:\n - {at_s: 1}\n", "s.yaml:2:4: steps.0: nothing happens in this step"),
        ("steps:\n - {at_s: 1, every_s: 2, clear_faults: true}\n", "s.yaml:2:4: steps.0: a step has exactly one of"),
        ("steps:\n - {at_s: 1, deliver: {text: '5'}}\n", "s.yaml:2:14: steps.0.deliver.from: is missing"),
        ("steps:\n - {every_s: 0.0001, clear_faults: true}\n", "s.yaml:2:5: steps.0.every_s: input should be greater"),
        ("steps:\n - {every_s: .inf, clear_faults: true}\n", "s.yaml:2:5: steps.0.every_s: input should be"),
        ("network: {credit: {price: much}}\n", "s.yaml:1:20: network.credit.price: an amount is a number"),
        ("network: {daily_cap: {limit: 5, answer: 1000}}\n", "s.yaml:1:33: network.daily_cap.answer: an answer is the"),
        ("steps: [\n", "s.yaml:2:1: not readable as YAML"),
    ],
)
def test_malformed_scenario_is_refused_with_file_and_line(text: str, fault: str) -> None:
    with pytest.raises(documents.DocumentError) as error:
        documents.parse(text, "s.yaml", Scenario)
    assert str(error.value).startswith(fault)


def test_subscriber_calls_and_gives_up(bench: Bench) -> None:
    bench.say("AT+CLIP=1")
    _play(bench, "steps:\n - {at_s: 1, call: {from: '+79130000001', gives_up_after_s: 4}}\n")
    assert bench.wait(1) == b'\r\nRING\r\n\r\n+CLIP: "+79130000001",145,,,,0\r\n'
    assert bench.wait(4) == b"\r\nNO CARRIER\r\n"
    assert [line["what"] for line in bench.journal.events_after(0)[0] if line["event"] == "call"][-1] == "end"


def test_subscribers_are_busy_when_called(bench: Bench) -> None:
    _play(bench, "network: {called: {'+79130000001': {outcome: busy}}}\n")
    assert bench.say("ATD+79130000001;") == ["OK"]
    assert bench.wait(10) == b"\r\nBUSY\r\n"


def test_operator_pushes_and_has_codes_of_its_own(bench: Bench) -> None:
    _play(
        bench,
        "network: {ussd: {codes: {'*7#': {text: seven, pause_s: 0}}}}\nsteps:\n - {at_s: 1, ussd: {text: hello}}\n",
    )
    bench.say("AT+CUSD=1")
    assert bench.wait(1) == b'\r\n+CUSD: 0,"hello",15\r\n'
    assert b'+CUSD: 0,"seven",15' in bench.raw(b'AT+CUSD=1,"*7#"\r') + bench.wait(0)


def test_broadcast_reaches_a_modem_that_listens(bench: Bench) -> None:
    bench.say('AT+CSCB=0,"50"')
    bench.say("AT+CNMI=2,1,2")
    _play(bench, "steps:\n - {at_s: 1, broadcast: {text: storm}}\n")
    assert bench.wait(1).startswith(b"\r\n+CBM: 88\r\n")


def test_step_that_cannot_be_is_a_line_of_the_log(bench: Bench) -> None:
    _play(bench, "steps:\n - {every_s: 1, times: 2, call: {from: '+79130000001'}}\n")
    bench.wait(2)
    failed = [line for line in bench.journal.events_after(0)[0] if line["event"] == "fault"]
    assert [line["failed"] for line in failed] == ["+79130000001 has a call already"]
