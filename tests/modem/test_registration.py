"""Registration in every form that firmwares give it, and what a gate makes of it (27.007 §7.2, §10.1.20, §10.1.22)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modem.dialogues.registration import Domain, Registration, parse
from modem.tables import CME_CAUSES, CMS_CAUSES
from modem.worker.gate import Coverage, Gate, is_no_network, is_suspect, may_be_sent


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("+CREG: 2,1", Registration(1)),
        ("+CREG: 0,5", Registration(5)),
        ("+CREG:1,1", Registration(1)),
        ("+CREG: 1", Registration(1)),
        ("+CREG:2", Registration(2)),
        ('+CREG: 2,1,"00C3","0000A1B2",7', Registration(1, "00C3", "0000A1B2", 7)),
        ('+CREG: 2,2,"FFFE","FFFFFFF",7', Registration(2, "FFFE", "FFFFFFF", 7)),  # D56, the LTE form
        ('+CREG: 1,"1A2B","01F3"', Registration(1, "1A2B", "01F3")),
        ('+CREG: 1,"1a2b","01f3",0', Registration(1, "1A2B", "01F3", 0)),
        ("+CREG: 1,1A2B,01F3", Registration(1, "1A2B", "01F3")),
        ("+CREG: 2,1,0012,01F3", Registration(1, "0012", "01F3")),
        ("+CREG: 1,0012,0034", Registration(1, "0012", "0034")),
        ('+CREG: 2 , 1 , "00C3" , "A1B2" ', Registration(1, "00C3", "A1B2")),
        ("+CREG: 2,,,7", Registration(2, "", "", 7)),
        ('+CREG: 2,6,"00C3","0000A1B2",7', Registration(6, "00C3", "0000A1B2", 7)),
        ('+CREG: 3,3,"00C3","0000A1B2",7,0,15', Registration(3, "00C3", "0000A1B2", 7)),
        ('+CREG: 10,"00C3","0000A1B2",7', Registration(10, "00C3", "0000A1B2", 7)),
    ],
)
def test_registration_in_every_form_is_understood_d56(line: str, told: Registration) -> None:
    assert parse(line) == (Domain.CIRCUIT, told)


def test_each_domain_is_told_apart() -> None:
    assert parse("+CGREG: 1,5") == (Domain.PACKET, Registration(5))
    assert parse('+cereg: 1,"00c3","0000a1b2",7') == (Domain.EPS, Registration(1, "00C3", "0000A1B2", 7))


@pytest.mark.parametrize("line", ["+CREG:", "+CREG: x", "+CREG: 77", "+CREG: (0-2)", "+CSQ: 1,2", "", "+CREG: -1"])
def test_line_that_says_no_registration_is_none(line: str) -> None:
    assert parse(line) is None


@given(st.text())
@example("0")
def test_any_text_behind_the_name_does_no_harm(text: str) -> None:
    for line in ("+CREG:" + text, text):
        found = parse(line)
        assert found is None or found[1].stat in range(12)


_PLACES = st.text("0123456789ABCDEF", min_size=4, max_size=8)


@given(
    domain=st.sampled_from(Domain),
    stat=st.integers(0, 10),
    n=st.sampled_from(["", "1,", "2, "]),
    place=st.none() | st.tuples(_PLACES, _PLACES),
    quote=st.sampled_from(['"', ""]),
    access=st.none() | st.integers(0, 9),
    lower=st.booleans(),
)
def test_what_is_written_in_any_form_is_read_back(
    domain: Domain, stat: int, n: str, place: tuple[str, str] | None, quote: str, access: int | None, lower: bool
) -> None:
    fields = f"{n}{stat}"
    told = Registration(stat)
    if place is not None:
        fields += "".join(f",{quote}{code}{quote}" for code in place)
        told = Registration(stat, *place)
        if access is not None:
            fields += f",{access}"
            told = Registration(stat, *place, access)
    assert parse(f"{domain}: {fields.lower() if lower else fields}") == (domain, told)


def _coverage(signal: int | None = 20, **stats: int) -> Coverage:
    return Coverage(_registrations(stats), signal)


def _registrations(stats: dict[str, int]) -> dict[Domain, Registration]:
    return {Domain[name.upper()]: Registration(stat) for name, stat in stats.items()}


@pytest.mark.parametrize("stat", [1, 5, 6, 7, 9, 10])
def test_gate_is_open_while_calls_or_lte_are_registered(stat: int) -> None:
    assert _coverage(circuit=stat, eps=0).obstacle is None
    assert _coverage(circuit=2, eps=stat).obstacle is None


@pytest.mark.parametrize(
    ("stat", "word"), [(0, "does not search"), (2, "searches"), (3, "denied"), (4, "out of coverage"), (8, "emergency")]
)
def test_gate_is_closed_with_the_reason_in_plain_words(stat: int, word: str) -> None:
    assert word in str(_coverage(circuit=stat, eps=4).obstacle)
    assert word in str(Gate().seen(_coverage(circuit=stat), 0).reason(0))


def test_packet_registration_counts_only_where_messages_go_by_packets() -> None:
    assert _coverage(circuit=2, packet=1).obstacle is not None
    assert Coverage(_registrations({"circuit": 2, "packet": 1}), 20, by_packet=True).obstacle is None


def test_modem_that_tells_of_no_registration_is_believed_able() -> None:
    assert Coverage({}, None).obstacle is None


def test_signal_closes_the_gate_only_where_it_is_known_and_gone() -> None:
    assert _coverage(None, circuit=1).obstacle is None
    assert _coverage(1, circuit=1).obstacle is None
    assert "signal" in str(_coverage(0, circuit=1).obstacle)


def test_refusals_hold_longer_each_time_and_are_forgotten() -> None:
    gate = Gate().seen(_coverage(circuit=1), 0).refused(10)
    assert (gate.reason(14.9) is None, gate.reason(15) is None) == (False, True)
    gate = gate.refused(15)
    assert (gate.reason(24.9) is None, gate.reason(25) is None) == (False, True)
    for _ in range(60):
        gate = gate.refused(25)
    assert (gate.reason(84.9) is None, gate.reason(85) is None) == (False, True)
    gate = gate.refused(1000)
    assert (gate.reason(1004.9) is None, gate.reason(1005) is None) == (False, True)


def test_network_that_comes_and_goes_has_to_stay_before_it_is_trusted() -> None:
    gate, now = Gate(), 0.0
    for _ in range(3):
        gate = gate.seen(_coverage(circuit=1), now)
        assert gate.reason(now) is None, "a first loss or two is no reason to wait"
        gate = gate.seen(_coverage(circuit=2), now + 1)
        now += 2
    gate = gate.seen(_coverage(circuit=1), now)
    assert "lost 3 times in 10 minutes" in str(gate.reason(now + 29))
    assert gate.reason(now + 30) is None
    assert gate.alarms(now)["flapping"] is None
    for _ in range(2):
        gate = gate.seen(_coverage(circuit=2), now).seen(_coverage(circuit=1), now + 1)
        now += 2
    assert "lost 5 times" in str(gate.alarms(now)["flapping"])
    assert gate.alarms(now + 600)["flapping"] is None


def test_search_at_the_start_is_no_loss() -> None:
    gate = Gate().seen(_coverage(circuit=2), 0).seen(_coverage(circuit=1), 5)
    assert gate.lost_at == ()


def test_alarm_comes_after_minutes_without_a_network_and_ends_with_it() -> None:
    gate = Gate().seen(_coverage(circuit=3), 100)
    assert gate.alarms(399)["no network"] is None
    assert "denied" in str(gate.alarms(400)["no network"])
    gate = gate.seen(_coverage(circuit=1), 401)
    assert gate.alarms(401)["no network"] is None


def test_refusal_for_want_of_a_network_is_told_from_others() -> None:
    assert is_no_network(CMS_CAUSES[331]) and is_no_network(CME_CAUSES[30])
    assert not is_no_network(CMS_CAUSES[30]), "+CMS ERROR: 30 is an unknown subscriber"
    assert is_suspect(CMS_CAUSES[38]) and not is_suspect(CMS_CAUSES[21])
    assert may_be_sent(CMS_CAUSES[332]) and not may_be_sent(CMS_CAUSES[38])
