"""Several SIMs at one counter, on a real database with the time in hand: who gets which part, and what the next run
makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway import directory, pseudonyms
from gateway.calendarsettings import CallbackSettings
from gateway.callbackdesk import CallbackDesk
from gateway.config import packaged_config
from gateway.conversations import Conversations
from gateway.desk import Desk
from gateway.dispatch import Dispatch
from gateway.inbox import Inbox
from gateway.model import Visit
from gateway.modemsettings import ModemSettings
from gateway.outbox import Outbox
from gateway.settings import RoutingSection, SurveySection
from gateway.silence import MANY, Silence
from gateway.store import visits
from gateway.store import wishes as wish_rows
from gateway.store.database import open_writer
from gateway.store.lanes import taken_by_nobody
from gateway.store.schema import migrate
from gateway.store.writer import Writer
from gateway.wishes import Wishes, resume
from modem.dialogues.memories import Stored
from modem.driver import Identity
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.tables import CMS_CAUSES
from modem.worker.desk import PartOrder, PortState, PortStatus
from tests.gateway.conftest import NOON, delivers
from tests.gateway.scripts import OVERALL, saying

LONG = "Вы были в {office}. " + "Оцените услугу от 1 до 5. " * 6


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def wait(self, sources: object, until: float | None) -> bool:
        raise AssertionError("nothing here waits")


class Box:
    """The counter of a fleet a, b, c; a modem's SIM goes by its name in capitals."""

    def __init__(self, path: Path, modems: list[dict[str, object]], invite: str = "", **survey: object) -> None:
        self.clock = Hand()
        self.path = path
        self.modems = [ModemSettings.model_validate({"port": f"/dev/{m['name']}", **m}) for m in modems]
        self.survey = SurveySection.model_validate({"delay_s": 0, "window": "always", "once_per_phone_s": 0, **survey})
        self.script = saying(invite) if invite else OVERALL
        self.start()

    def start(self) -> None:
        db = open_writer(self.path, checkpoints=True)
        migrate(db, self.path)
        self.pseudonyms = pseudonyms.load(self.path)
        self.writer = Writer(db, self.path)
        base = packaged_config().parent / "examples/altai"
        known = directory.load(base / "offices.csv", base / "services.csv")
        self.dispatch = Dispatch(self.modems, RoutingSection(), self.clock.at, random.Random(1).random)
        callbacks = CallbackDesk(CallbackSettings())
        conversations = Conversations(self.survey, self.script, self.dispatch, callbacks)
        self.outbox = Outbox(conversations)
        inbox = Inbox(conversations, self.outbox, self.pseudonyms)
        self.desk = Desk(
            self.writer, self.clock, self.outbox, inbox, self.dispatch, self.modems, callbacks, call_back=True
        )
        self.writer.do(lambda db: visits.put_offices(db, known.offices.values()))
        self.writer.do(lambda db: visits.put_services(db, known.services.values()))
        self.writer.do(lambda db: self.dispatch.prepare(db, self.clock.at))
        self.writer.do(lambda db: self.outbox.recover(db, self.clock.at))

    def restart(self) -> None:
        self.writer.close()
        self.start()

    def later(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def serve(self, *modems: str, sim: str | None = None) -> None:
        for name in modems:
            self._say(name, PortState.SERVING, sim)

    def lose(self, name: str) -> None:
        self._say(name, PortState.LOST, None)

    def _say(self, name: str, state: PortState, sim: str | None) -> None:
        self.desk.status(PortStatus(name, state, Identity("35" + name, sim or name.upper(), "generic")))

    def invite(self, *phones: str) -> None:
        """Invitations to these numbers are due, one after the other."""
        for phone in phones:
            visit = Visit(f"{phone}@{self.clock.at}", "BRN1", "REG", self.clock.at, phone, True)
            self.writer.do(
                lambda db, visit=visit: visits.accept_visit(
                    db, visit, source="t", pseudonyms=self.pseudonyms, now=self.clock.at, delay_s=0, consent_text="t"
                )
            )
        self.writer.do(lambda db: self.outbox.invite_due(db, self.clock.at))

    def claim(self, sim: str, most: int = 1) -> list[PartOrder]:
        return list(self.desk.claim(sim, most)())

    def settle(self, sim: str, parts: list[PartOrder], outcome: Outcome | None = None) -> None:
        self.desk.settle(sim, [(part.id, outcome or Accepted(part.id & 0xFF)) for part in parts])

    def send(self, sim: str, most: int = 1) -> list[str]:
        """Claim and settle as accepted; the numbers written to."""
        parts = self.claim(sim, most)
        self.settle(sim, parts)
        return [part.destination for part in parts]

    def hear(self, sim: str, phone: str, text: str = "5") -> None:
        self.desk.keep(sim, [Stored("SM", 1, raw) for raw in delivers(text, phone, self.clock.at)])
        while self.all("SELECT 1 FROM inbox WHERE kind IS NULL"):
            continue  # it is read when nobody waits for the writer

    def fail_over(self) -> int:
        return self.writer.do(lambda db: self.dispatch.fail_over(db, self.clock.at))

    def all(self, sql: str) -> list[tuple[object, ...]]:
        return self.writer.do(lambda db: [tuple(row) for row in db.execute(sql).fetchall()])


def _phones(count: int, code: int = 913) -> list[str]:
    return [f"+7{code}{number:07d}" for number in range(count)]


def _fails(*_: object) -> None:
    raise RuntimeError("a fault of ours")


@pytest.fixture
def box(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Box]:
    """Two modems a and b, or those that `_fleet` names, all serving."""
    modems, survey = getattr(request, "param", ([{"name": "a"}, {"name": "b"}], {}))
    box = Box(tmp_path / "otklik.db", modems, **survey)
    box.serve(*(modem["name"] for modem in modems))
    yield box
    box.writer.close()


def _fleet(*modems: dict[str, object], **survey: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("box", [(list(modems), survey)], indirect=True)


# -- D26, D27: many SIMs, one queue ----------------------------------------------------------------------------------


def test_at_low_load_each_message_goes_to_the_sim_that_has_sent_least_whoever_asks_first(box: Box) -> None:
    chance = random.Random(7)
    sent = {"A": 0, "B": 0}
    box.send("A"), box.send("B")  # both have looked: both wait
    for phone in _phones(20):
        box.invite(phone)
        order = ["A", "B"] if chance.random() < 0.5 else ["B", "A"]
        least = min(sent, key=lambda sim: (sent[sim], sim)) if sent["A"] != sent["B"] else None
        went = {sim: box.send(sim) for sim in order}
        assert sorted(map(len, went.values())) == [0, 1], "one of them, and only one, has it"
        (taker,) = [sim for sim, phones in went.items() if phones]
        assert least in (None, taker)
        sent[taker] += 1
        box.later(2)
    assert sent == {"A": 10, "B": 10}


def test_message_its_sim_does_not_come_for_is_anybodys_a_second_later(box: Box) -> None:
    one, two = _phones(2)
    box.invite(one)
    box.later(2)
    assert box.send("A") == [one]
    box.send("A"), box.send("B")  # both have looked: both wait
    box.invite(two)
    assert box.claim("A") == [], "B has sent less"
    box.later(0.999)
    assert box.claim("A") == []
    box.later(0.001)
    assert [part.destination for part in box.claim("A")] == [two]


def test_big_block_is_shared_and_no_part_is_claimed_twice(box: Box) -> None:
    box.invite(*_phones(100))
    box.later(5)
    first, second = box.claim("A", 64), box.claim("B", 64)
    assert (len(first), len(second)) == (50, 25)
    rest = box.claim("A", 64) + box.claim("B", 64)
    ids = [part.id for part in first + second + rest]
    assert len(ids) == len(set(ids))


def test_sim_alone_takes_whole_blocks(box: Box) -> None:
    box.lose("b")
    box.invite(*_phones(100))
    assert [len(box.claim("A", 64)) for _ in range(3)] == [64, 36, 0]


def test_claims_find_their_parts_by_index_alone(box: Box) -> None:
    box.invite(*_phones(5))
    ran: list[str] = []
    box.writer.do(lambda db: db.conn.set_trace_callback(ran.append))
    box.claim("A", 64)
    box.writer.do(lambda db: box.dispatch.has_work(db, box.clock.at))
    box.writer.do(lambda db: box.dispatch.fail_over(db, box.clock.at))
    box.writer.do(lambda db: db.conn.set_trace_callback(None))
    looks = [sql for sql in ran if sql.lstrip().startswith(("SELECT", "UPDATE"))]
    steps = [str(step) for sql in looks for *_, step in box.all(f"EXPLAIN QUERY PLAN {sql}")]
    assert sum("USING INDEX parts_waiting (lane=? AND priority=? AND next_at<?)" in step for step in steps) > 3
    given = ("subquery", "VIRTUAL TABLE", "CONSTANT ROW", "SCAN ranks")
    assert [step for step in steps if "SCAN" in step and not any(words in step for words in given)] == []


# -- sticky: a reply finds its conversation, both texts come from one number -----------------------------------------


def test_answer_goes_out_by_the_sim_that_heard_the_reply(box: Box) -> None:
    box.invite(*_phones(1))
    box.later(2)
    assert box.send("A")
    box.hear("A", _phones(1)[0])
    for _ in range(5):
        assert box.claim("B") == []
        box.later(2)
    assert box.send("A") == _phones(1)


def test_reply_to_another_sim_is_answered_by_that_one(box: Box) -> None:
    box.invite(*_phones(1))
    box.later(2)
    assert box.send("A")
    box.hear("B", _phones(1)[0])
    assert box.claim("A") == []
    assert box.send("B") == _phones(1)


def test_refused_part_makes_nobody_a_citizens_sim(box: Box) -> None:
    box.invite(*_phones(1))
    box.later(2)
    box.settle("A", box.claim("A"), Refused(CMS_CAUSES[17]))
    assert box.all("SELECT sim FROM persons") == [(None,)]
    box.later(600)
    box.settle("B", box.claim("B"), Unknown("silence"))
    assert box.all("SELECT sim FROM persons") == [("B",)]


@_fleet({"name": "a"}, {"name": "b"}, invite=LONG)
def test_parts_of_one_message_go_by_one_sim_even_if_others_are_free(box: Box) -> None:
    box.invite(*_phones(2))
    box.later(2)
    for _ in range(10):
        box.send("A"), box.send("B")
    rows = box.all("SELECT message, group_concat(DISTINCT sim), count(*) FROM parts GROUP BY message")
    assert {row[1] for row in rows} == {"A", "B"}
    assert {row[2] for row in rows} == {3}


@_fleet({"name": "a", "limits": {"per_day": 40}}, invite=LONG)
def test_message_that_is_begun_is_finished_from_what_is_kept_for_answers(box: Box) -> None:
    box.invite(*_phones(20))
    sent = [phone for _ in range(60) for phone in box.send("A")]
    assert len(sent) == 39, "38 for invitations, two for answers, three parts each"
    assert {sent.count(phone) for phone in set(sent)} == {3}


# -- failover ----------------------------------------------------------------------------------------------------------


def test_answer_of_a_lost_sim_goes_by_another_after_a_while_and_what_is_in_doubt_stays(box: Box) -> None:
    one, two = _phones(2)
    box.invite(one, two)
    box.later(2)
    for phone in (one, two):
        assert box.send("A") == [phone]
    box.hear("A", one)
    box.hear("A", two)
    (doubt,) = box.claim("A")
    box.settle("A", [doubt], Unknown("unplugged"))
    box.lose("a")
    box.later(299)
    assert box.fail_over() == 0
    assert box.claim("B", 64) == []
    box.later(1)
    assert box.fail_over() == 1
    assert [part.destination for part in box.claim("B", 64)] == [two]
    assert box.all(f"SELECT state, sim FROM parts WHERE id = {doubt.id}") == [("unknown", "A")]


@_fleet({"name": "a"}, {"name": "b"}, invite=LONG)
def test_rest_of_a_message_does_not_follow_from_another_number(box: Box) -> None:
    box.invite(*_phones(2))
    box.later(2)
    assert box.send("A") == _phones(1)
    waiting = box.claim("A")
    box.desk.release("A", [part.id for part in waiting])
    box.lose("a")
    box.later(400)
    box.fail_over()
    assert [part.destination for part in box.claim("B", 64)] == _phones(2)[1:] * 3
    assert box.writer.do(lambda db: box.dispatch.give_up_halves(db, box.clock.at, 3600)) == 0
    box.later(3300)
    assert box.writer.do(lambda db: box.dispatch.give_up_halves(db, box.clock.at, 3600)) == 2
    assert box.all("SELECT state, count(*) FROM parts GROUP BY state") == [
        ("claimed", 3),
        ("failed", 2),
        ("submitted", 1),
    ]
    assert box.all("SELECT DISTINCT cause FROM parts WHERE state = 'failed'") == [
        ("The SIM that sent the first part did not come back before the reply window closed. Gone out: 1.",)
    ]


def test_drained_modem_claims_nothing_and_settles_what_it_has(box: Box) -> None:
    box.invite(*_phones(4))
    box.later(2)
    parts = box.claim("A", 2)
    box.writer.do(lambda db: box.dispatch.drain(db, "a", box.clock.at))
    assert box.claim("A") == []
    assert box.writer.do(lambda db: box.dispatch.in_hand(db, "a")) == 2
    box.settle("A", parts)
    assert box.writer.do(lambda db: box.dispatch.in_hand(db, "a")) == 0
    assert len(box.claim("B", 64)) == 2
    box.restart()
    box.serve("a", "b")
    box.invite("+79139999999")
    box.later(2)
    assert box.claim("A") == []
    box.writer.do(lambda db: box.dispatch.resume(db, "a", box.clock.at))
    assert len(box.claim("A")) == 1


# -- by operator or number ---------------------------------------------------------------------------------------------


@_fleet({"name": "a", "takes": {"operators": ["МТС"]}}, {"name": "b", "takes": {"prefixes": ["+7960"]}})
def test_number_waits_for_the_modem_that_takes_it_and_one_nobody_takes_is_told(box: Box) -> None:
    mts, beeline, megafon = "+79130200001", "+79600000001", "+79230000001"
    box.invite(megafon, beeline, mts)
    box.later(2)
    assert [part.destination for part in box.claim("A", 64)] == [mts]
    assert [part.destination for part in box.claim("B", 64)] == [beeline]
    assert box.all("SELECT unseal(sealed, pseudonym) AS phone, operator FROM persons ORDER BY phone") == [
        (mts, "mts"),
        (megafon, "megafon"),
        (beeline, "beeline"),
    ]
    assert box.writer.do(taken_by_nobody) == 1
    box.modems[1] = ModemSettings(name="b", port="/dev/b")
    box.restart()
    assert box.writer.do(taken_by_nobody) == 0
    box.serve("a", "b")
    assert box.claim("A", 64) == []
    assert [part.destination for part in box.claim("B", 64)] == [megafon]


# -- D24: caps and gaps ------------------------------------------------------------------------------------------------


@_fleet({"name": "a", "limits": {"per_day": 5}})
def test_cap_holds_over_a_restart_and_ends_at_the_operators_midnight(box: Box) -> None:
    box.invite(*_phones(12))
    assert [len(box.send("A")) for _ in range(6)] == [1, 1, 1, 1, 0, 0]
    box.restart()
    box.serve("a")
    assert box.send("A", 64) == []
    box.hear("A", _phones(1)[0])
    assert box.send("A", 64) == _phones(1), "the last one of the day is for an answer"
    midnight = datetime.fromisoformat("2017-09-14T00:00+03:00")
    box.later((midnight - box.clock.at).total_seconds() - 0.001)
    assert box.send("A", 64) == []
    box.later(0.001)
    assert len(box.send("A", 64)) == 4
    assert box.send("A", 64) == []


@_fleet({"name": "a", "limits": {"per_month": 3}}, {"name": "b"})
def test_counts_go_with_the_sim_into_another_modem(box: Box) -> None:
    box.lose("b")
    box.invite(*_phones(10))
    assert len(box.send("A", 64)) == 2
    box.lose("a")
    box.serve("b", sim="A")
    assert len(box.send("A", 64)) == 8, "b has no limits"
    box.lose("b")
    box.serve("a")
    box.invite("+79139999999")
    assert box.send("A", 64) == []
    assert box.send("A") == []


@_fleet({"name": "a", "limits": {"gap_s": [3, 8]}})
def test_gap_between_two_parts_is_random_and_within_its_bounds(box: Box) -> None:
    box.invite(*_phones(12))
    gaps, last = [], None
    while len(gaps) < 10:
        if box.send("A", 64):
            gaps += [] if last is None else [(box.clock.at - last).total_seconds()]
            last = box.clock.at
        box.later(0.125)
    assert all(3 <= gap <= 8.125 for gap in gaps)
    assert len(set(gaps)) > 3


@_fleet({"name": "a", "limits": {"per_day": 3}}, {"name": "b"})
def test_answers_of_a_sim_that_is_full_for_the_day_go_by_another_at_once(box: Box) -> None:
    box.lose("b")
    box.invite(*_phones(4))
    assert len(box.send("A", 64)) == 2
    box.serve("b")
    box.hear("A", _phones(1)[0])
    box.hear("A", _phones(2)[1])
    assert len(box.send("A", 64)) == 1, "the reserve"
    assert box.fail_over() == 1
    assert _phones(2)[1] in box.send("B", 64)


# -- D25: accepted, and never heard of ---------------------------------------------------------------------------------


def test_silent_sim_starts_nothing_until_a_report_on_an_answer_comes(box: Box) -> None:
    silence = Silence(box.modems, box.dispatch)
    box.lose("b")
    old, new = _phones(MANY), _phones(3, 914)
    box.invite(*old)
    assert len(box.send("A", 64)) == MANY
    box.later(7200)
    assert box.writer.do(lambda db: silence.look(db, box.clock.at)) == 1
    box.invite(new[0])
    assert box.send("A") == [new[0]], "there is no other"
    box.serve("b")
    box.invite(new[1])
    box.later(2)
    assert box.send("A") == []
    assert box.send("B") == [new[1]]
    box.hear("A", old[0])
    assert box.send("A") == [old[0]], "its answers are its own"
    box.all("UPDATE parts SET status = 0 WHERE id = (SELECT max(id) FROM parts WHERE sim = 'A')")
    box.later(7200)
    assert box.writer.do(lambda db: silence.look(db, box.clock.at)) == 0
    box.lose("b")
    box.invite(new[2])
    box.serve("b")
    box.later(2)
    assert box.send("A") == [new[2]]


def test_sim_that_was_silent_and_is_resumed_is_judged_by_what_it_sends_from_then_on(box: Box) -> None:
    silence, wishes = (
        Silence(box.modems, box.dispatch),
        Wishes({"a"}, {"resume": resume(box.dispatch, lambda modem: None)}),
    )
    box.lose("b")
    box.invite(*_phones(MANY))
    box.send("A", 64)
    box.later(7200)
    assert box.writer.do(lambda db: silence.look(db, box.clock.at)) == 1
    box.later(60)
    box.writer.do(lambda db: wish_rows.add(db, modem="a", verb="resume", now=box.clock.at))
    box.writer.do(lambda db: wishes.carry_out(db, box.clock.at))
    assert box.writer.do(lambda db: silence.look(db, box.clock.at)) == 0
    assert box.all("SELECT count(*) FROM alarms WHERE cleared_at IS NULL") == [(0,)]
    box.invite(*_phones(MANY, 914))
    box.later(2)
    assert len(box.send("A", 64)) == MANY
    box.later(7200)
    assert box.writer.do(lambda db: silence.look(db, box.clock.at)) == 1


def test_worker_that_waits_for_a_claim_hears_of_a_fault_and_waits_no_longer(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.serve("a")
    box.invite(*_phones(1))
    monkeypatch.setattr(box.dispatch, "claimed", _fails)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        box.claim("A")


def test_call_of_somebody_who_was_written_to_is_a_task_for_the_desk(box: Box) -> None:
    box.invite("+79130000001")
    for number in ("89130000001", "89130000001", "89130000002", "secret"):
        box.desk.called("A", number, NOON)
    assert box.all("SELECT reason, state FROM callbacks") == [("asked to be called", "open")]
    assert box.all("SELECT count(*) FROM calls") == [(4,)]
