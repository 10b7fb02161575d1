"""How a modem is asked to tell of messages; those that come themselves are kept first, then acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.dialogues.indications import Indications, best_of
from modem.dialogues.memories import Stored
from modem.dialogues.submit import submit
from modem.emulator.device import acknowledgement
from modem.emulator.network import queues
from modem.events import Notice
from modem.link import Link
from modem.outcomes import Accepted
from modem.submitpdu import encode_submit
from scheduler.clock import SystemClock
from tests.modem.inbound import SENDER, receiver, texts
from tests.modem.listdesk import ListDesk, wait
from tests.modem.scripted import Peers, Script

SHOWING = "name: showing\nvalues: {+CNMI: '(0-2),(0,2),(0,2),(0,1),(0,1)'}\n"
PDU = "07919731899655F4040B919731214365F70000719031302000000135"
USUAL = ("2,1,0,2,0", "2,1,0,1,0", "1,1,0,1,0", "2,1,0,0,0", "2,2,0,1,0")
NO_LINK = Link("/dev/null", clock=SystemClock())
CMT = f"+CMT: ,{len(PDU) // 2 - 8}"


@pytest.fixture
def showing(tmp_path: Path) -> str:
    """A modem that shows messages and cannot store them with a notice."""
    path = tmp_path / "showing.yaml"
    path.write_text(SHOWING, encoding="utf-8")
    return str(path)


def asked(commands: list[str], name: str) -> list[str]:
    return [command for command in commands if command.startswith(f"AT+{name}=") and not command.endswith("?")]


@pytest.mark.parametrize(
    ("offered", "choice", "service"),
    [
        ("(0-3),(0-3),(0,2,3),(0-2),(0,1)", "2,1,0,2,0", 0),
        ("(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)", "2,1,0,2,0", 0),
        ("(0-3),(0,1),(0,2,3),(0,2),(1)", "2,1,0,2,1", 0),  # Siemens TC35
        ("(0-2),(0-3),(0,2,3),(0,1),(0,1)", "2,1,0,1,0", 1),  # reports can only be shown
        ("(0-2),(0,2),(0,2),(0,1),(0,1)", "2,2,0,1,0", 1),
        ("(0,1),(0,1),2,(0),0", "1,1,2,0,0", 0),
        ("2,1,0,2,0", "2,1,0,2,0", 0),
        ("", "2,1,0,2,0", 0),
    ],
)
def test_modem_is_asked_for_the_best_it_offers(offered: str, choice: str, service: int, peers: Peers) -> None:
    script = Script({"AT+CNMI=?": f"+CNMI: {offered}\r\n\r\nOK"})
    indications = Indications(peers(script))
    indications.choose()
    assert script.heard[-2:] == [f"AT+CSMS={service}", f"AT+CNMI={choice}"]
    assert indications.acknowledges is bool(service)


def test_modem_that_does_not_take_what_it_offers_is_asked_for_the_usual(peers: Peers) -> None:
    script = Script(
        {
            "AT+CNMI=?": "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)\r\n\r\nOK",
            "AT+CNMI=2,1,0,2,0": "+CMS ERROR: 302",
            "AT+CSMS=1": "ERROR",
        }
    )
    indications = Indications(peers(script))
    indications.choose()
    assert indications.chosen == (2, 1, 0, 1, 0)
    assert not indications.acknowledges  # this modem answers the network by itself


def test_modem_that_tells_nothing_is_swept_all_the_same(peers: Peers) -> None:
    script = Script({f"AT+CNMI={choice}": "ERROR" for choice in ("?", *USUAL)})
    indications = Indications(peers(script))
    indications.choose()
    assert indications.chosen is None
    assert not indications.restore()


def test_other_form_of_acknowledgement_is_found_and_stays(peers: Peers) -> None:
    script = Script({"AT+CNMI=?": "+CNMI: 2,2,0,1,0\r\n\r\nOK", "AT+CNMA": "ERROR"})
    indications = Indications(peers(script))
    indications.choose()
    indications.acknowledge()
    indications.acknowledge()
    assert script.heard[-4:] == ["AT+CNMA", "AT+CNMI?", "AT+CNMA=0", "AT+CNMA=0"]


def test_settings_the_modem_has_lost_are_set_again_by_the_sweep() -> None:
    with receiver() as r:
        r.modem.ask("AT+CNMI=0,0,0,0,0")
        r.reception.sweep()
        assert r.modem.ask("AT+CNMI?") == ("+CNMI: 2,1,0,2,0",)


def test_modem_that_can_only_show_is_asked_to_wait_for_our_word(showing: str) -> None:
    with receiver(showing) as r:
        assert asked(r.commands, "CNMI")[-1] == "AT+CNMI=2,2,0,1,0"
        assert asked(r.commands, "CSMS")[-1] == "AT+CSMS=1"


def test_message_that_comes_itself_is_kept_before_it_is_acknowledged(showing: str) -> None:  # D07
    class Watching(ListDesk):
        acknowledged_before: list[bool]

        def keep(self, sim: str, found: Sequence[Stored]) -> None:
            super().keep(sim, found)
            self.acknowledged_before = [command.startswith("AT+CNMA") for command in r.commands]

    desk = Watching()
    with receiver(showing, desk) as r:
        r.emulated.deliver(SENDER, "5")
        r.emulated.deliver(SENDER, "4")
        r.take_next()
        r.take_next()
        assert texts(desk.kept) == ["5", "4"]
        assert desk.acknowledged_before.count(True) == 1  # the first one's, when the second is kept
        assert r.commands.count("AT+CNMA") == 2


def test_report_that_comes_itself_is_kept_and_acknowledged(showing: str) -> None:
    with receiver(showing) as r:
        outcome = submit(r.modem, encode_submit("+79130000001", "5"))
        assert isinstance(outcome, Accepted)
        r.take_next()
        assert texts(r.desk.kept) == [f"report {outcome.reference}"]
        assert r.commands[-1] == "AT+CNMA"


def test_message_not_acknowledged_in_time_comes_again_and_is_the_same_pdu(
    showing: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # pains 12
    monkeypatch.setattr(queues, "NOT_TAKEN_RETRY_S", 0.01)
    monkeypatch.setattr(acknowledgement, "ACK_S", 0.02)  # TR2M of 24.011: the modem gives up, and stops showing
    with receiver(showing) as r:
        r.emulated.deliver(SENDER, "5")
        assert r.clock.wait((r.modem,), r.clock.monotonic() + 5)
        wait(lambda: r.used() == 1)  # what comes again is stored: nothing is to be shown now
        monkeypatch.setattr(acknowledgement, "ACK_S", 15.0)
        r.take()
        assert r.commands[-1] == "AT+CNMI=2,2,0,1,0"
        assert r.reception.due_at <= r.clock.monotonic()
        r.reception.sweep()
        first, second = r.desk.kept
        assert first.raw == second.raw
        assert r.used() == 0
        r.emulated.deliver(SENDER, "4")
        r.take_next()
        assert texts(r.desk.kept) == ["5", "5", "4"]


def test_message_damaged_on_the_line_is_sent_back_and_comes_whole(
    showing: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # D06
    monkeypatch.setattr(queues, "NOT_TAKEN_RETRY_S", 0.01)
    with receiver(showing) as r:
        r.emulated.fault("drop", octets=2, at=60)
        r.emulated.deliver(SENDER, "5")
        r.take_next()
        assert r.desk.kept == []
        assert r.commands[-1] == "AT+CNMA=2"
        r.take_next()
        assert texts(r.desk.kept) == ["5"]


def test_message_that_is_damaged_each_time_alike_is_kept_as_it_is(showing: str) -> None:  # D06, D34
    with receiver(showing) as r:
        garbled = Notice("+CMT", CMT, PDU[:-2])
        r.reception.take([garbled])
        assert r.desk.kept == []
        r.reception.take([garbled])
        assert [stored.raw for stored in r.desk.kept] == [PDU[:-2]]


def test_messages_shown_outlive_a_desk_that_could_not_keep_them() -> None:
    class Failing(ListDesk):
        fails = True

        def keep(self, sim: str, found: Sequence[Stored]) -> None:
            if self.fails:
                self.fails = False
                raise OSError("disk full")
            super().keep(sim, found)

    with receiver(desk=Failing()) as r:
        with pytest.raises(OSError, match="disk full"):
            r.reception.take([Notice("+CMT", CMT, PDU)])
        r.modem.close()
        r.open()
        r.take()
        assert texts(r.desk.kept) == ["5"]


def test_message_whose_header_was_lost_is_kept_and_other_lines_are_not() -> None:  # D04
    with receiver() as r:
        r.reception.take([Notice("", PDU), Notice("", "8970100000000000001000"), Notice("", "hello")])
        assert [stored.raw for stored in r.desk.kept] == [PDU]


def test_broadcast_is_kept_as_one_and_needs_no_acknowledgement(showing: str) -> None:
    with receiver(showing) as r:
        page = "00" * 88
        r.reception.take([Notice("+CBM", "+CBM: 88", page)])
        assert r.desk.kept == [Stored("BM", 0, page)]
        assert "AT+CNMA" not in r.commands


def test_flash_message_that_a_storing_modem_shows_is_kept() -> None:  # class 0 has no memory to lie in
    with receiver() as r:
        flash = PDU[:42] + "10" + PDU[44:]
        r.reception.take([Notice("+CMT", CMT, flash)])
        assert texts(r.desk.kept) == ["5"]
        assert "AT+CNMA" not in r.commands


@given(st.text(alphabet="()-,0123456789 ", max_size=40))
def test_any_list_of_what_is_offered_gives_a_choice_the_standard_has(offered: str) -> None:
    choice = best_of(f"+CNMI: {offered}")
    assert choice is None or all(0 <= value <= 3 for value in choice)


@given(st.text(max_size=40))
def test_any_indicator_event_says_full_or_not(text: str) -> None:
    assert Indications(NO_LINK).tells_full("+CIEV", f"+CIEV: {text}") in (True, False)
