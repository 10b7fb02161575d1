"""A centre through any weeks, on a real file: citizens, the network and the desk do what they like, in any order.

Whatever they do, nobody is written to too often, at night, or after he said no; every text is kept and every answer
counted once, where it belongs; the ledger balances after every step, and time alone ends everything.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway import review
from gateway.attribution import CLOCKS_DIFFER
from gateway.conversations import held
from gateway.ledger import draw_up
from gateway.model import CRITERIA, InvitationState, Meaning, MessageKind, ReplyClass, Visit
from gateway.store import invitations, optouts, reviews, surveys, visits
from gateway.store.database import from_text
from gateway.store.outbox import ClaimedPart
from gateway.survey import ENDS, Spoken, most_messages
from gateway.survey.steps import overall_of
from gateway.testimony import DECIDED, marked, rated
from gateway.timing import BEGINS
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.tables import CMS_CAUSES
from tests.gateway.conftest import SIM, Centre, delivers

OTHER_SIM = "8970100000000000002"
PHONES = ("+79130200001", "+79130200002")
STRANGER = "+79139999999"
OFFICES = {"BRN1": "Asia/Barnaul", "KGD1": "Europe/Kaliningrad"}
STOPS = {"стоп", "5 стоп"}
ANSWERS = ("5", "4", "2", "5 4 5 3 5", "5 5 5 5 5", "очередь 2", "персонал 5, очередь 3", "ошибся, 3", "отлично")
OTHERS = (
    "а что это?", "11", "7", "долго ждали в очереди", "вы ошиблись номером", "абонент перезвонит позже", "5 стоп",
    "стоп", "старт",
)  # fmt: skip
DECISIONS = (
    rated(1, DECIDED),
    rated(4, DECIDED),
    marked({"queue": 2}, DECIDED),
    review.COMMENT,
    review.NOISE,
    review.OPT_OUT,
)
AWAKE = timedelta(minutes=15)
OUTCOMES: dict[str, Outcome | None] = {
    "accepted": Accepted(0),
    "refused for now": Refused(CMS_CAUSES[42]),
    "refused": Refused(CMS_CAUSES[1]),
    "unknown": Unknown("silence"),
    "no answer yet": None,
}


@dataclass(frozen=True)
class Text:
    """A text on its way to us: the PDUs of it, when it was sent, from whom."""

    phone: str
    words: str
    sent_at: datetime
    pdus: tuple[str, ...]


class Walk(RuleBasedStateMachine):
    """Two citizens and a stranger, a centre with one modem, and the time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.air: list[Text] = []
        self.came: list[Text] = []
        self.kept: set[tuple[str, str]] = set()
        self.hand: list[ClaimedPart] = []
        self.accepted: list[tuple[int, str]] = []
        self.visits = 0
        self.went_at: dict[int, datetime] = {}
        self.told: list[tuple[str, datetime]] = []
        """Who told the office or the desk that he wants no more messages."""

    @initialize(
        script=st.sampled_from(("overall", "criteria", "five-questions")),
        reminder_s=st.sampled_from((None, 86_400)),
        once_per_phone_s=st.sampled_from((0, 0, 0, 86_400)),
        hours=st.sampled_from((0, 8.25, 13.4)),
    )
    def open(self, script: str, reminder_s: float | None, once_per_phone_s: float, hours: float) -> None:
        """At noon in Barnaul, or just before the window closes there, or in Kaliningrad."""
        self.survey = {"script": script, "reminder_s": reminder_s, "once_per_phone_s": once_per_phone_s}
        self.centre = Centre(Path(self.folder.name) / "otklik.db", **self.survey)
        self.centre.later(hours=hours)
        office = self.centre.known.offices["BRN1"]
        visits.put_offices(self.centre.db, [replace(office, code="KGD1", time_zone=OFFICES["KGD1"])])

    def teardown(self) -> None:
        if hasattr(self, "centre"):
            self._let_time_run_out()
            self.centre.db.close()
        self.folder.cleanup()

    # -- what happens -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.visits < 6)
    @rule(
        phone=st.sampled_from(PHONES),
        office=st.sampled_from(tuple(OFFICES)),
        stage=st.sampled_from(("", "result")),
        language=st.sampled_from(("", "en")),
        sends=st.booleans(),
    )
    def visit(self, phone: str, office: str, stage: str, language: str, sends: bool) -> None:
        self.visits += 1
        visit = Visit(f"v{self.visits}", office, "REG", self.centre.now, phone, True, stage=stage, language=language)
        for _ in range(2):  # offices send their files twice
            visits.accept_visit(
                self.centre.db,
                visit,
                source="test",
                pseudonyms=self.centre.pseudonyms,
                now=self.centre.now,
                delay_s=0,
                consent_text="",
            )
        self._jobs()
        if sends:
            self._send(["accepted"])

    @rule(
        span=st.sampled_from(({"minutes": 2}, {"minutes": 20}, {"hours": 3}, {"hours": 11}, {"days": 1}, {"days": 3})),
        sends=st.booleans(),
        works=st.booleans(),
    )
    def later(self, span: dict[str, float], sends: bool, works: bool) -> None:
        """Time passes; a modem may send before the jobs have run."""
        self.centre.later(**span)
        if works:
            self._jobs()
        if sends:
            self._send(["accepted"])

    @rule(outcomes=st.lists(st.sampled_from(tuple(OUTCOMES)), min_size=1, max_size=4))
    def send(self, outcomes: list[str]) -> None:
        self._send(outcomes)

    @precondition(lambda self: self.hand)
    @rule(outcome=st.sampled_from(("accepted", "refused for now", "unknown")))
    def answer_at_last(self, outcome: str) -> None:
        """The modem says what became of a part it had in hand."""
        self._settle(self.hand.pop(0), OUTCOMES[outcome])

    @precondition(lambda self: self.accepted)
    @rule(status=st.sampled_from((0x00, 0x30, 0x46)), which=st.integers(0, 5))
    def report(self, status: int, which: int) -> None:
        reference, phone = self.accepted[-1 - which % len(self.accepted)]
        self.centre.report(reference, status, phone)

    @precondition(lambda self: self._asked())
    @rule(
        which=st.integers(0, 99), words=st.sampled_from(ANSWERS), at_once=st.booleans(), pause=st.sampled_from((0, 20))
    )
    def answer(self, which: int, words: str, at_once: bool, pause: int) -> None:
        """Somebody who was asked answers; after a pause the modem sends, and the jobs come too late for it."""
        asked = self._asked()
        self._write(asked[which % len(asked)], words, at_once)
        if pause:
            self.centre.later(minutes=pause)
            self._send(["accepted"])

    @precondition(lambda self: any(map(self._is_out, PHONES)))
    @rule()
    def come_back(self) -> None:
        for phone in filter(self._is_out, PHONES):
            self._write(phone, "старт", True)

    @precondition(lambda self: self.visits)
    @rule(phone=st.sampled_from((*PHONES, STRANGER)), words=st.sampled_from(OTHERS), at_once=st.booleans())
    def write(self, phone: str, words: str, at_once: bool) -> None:
        self._write(phone, words, at_once)

    @precondition(lambda self: self.air)
    @rule(which=st.integers(0, 99), sim=st.sampled_from((SIM, SIM, SIM, OTHER_SIM)))
    def arrive(self, which: int, sim: str) -> None:
        """A text that was sent comes, or comes again; perhaps by another SIM."""
        self._arrive(self.air[which % len(self.air)], sim)

    @rule(phone=st.sampled_from(PHONES), number=st.integers(1, 9))
    def opt_out_at_the_office(self, phone: str, number: int) -> None:
        if number != 1:
            return  # it happens, but not often
        self.centre.later(seconds=1)
        name = self.centre.pseudonyms.of(phone)
        optouts.opt_out(self.centre.db, name, way="office", by="N", at=self.centre.now, now=self.centre.now)
        self.told.append((phone, self.centre.now))

    @precondition(lambda self: self.visits)
    @rule(which=st.integers(0, 99), said=st.sampled_from(("3", "5 5 5 5 4", "стоп")))
    def say_by_telephone(self, which: int, said: str) -> None:
        self.centre.later(seconds=1)
        row = invitations.by_id(self.centre.db, 1 + which % self.visits)
        if said != "стоп" and row.conversation.state not in (InvitationState.OPEN, InvitationState.EXPIRED):
            return
        meaning = {
            "3": Meaning(ReplyClass.RATING, "told", 3),
            "5 5 5 5 4": Meaning(ReplyClass.VECTOR, "told", criteria=dict(zip(CRITERIA, (5, 5, 5, 5, 4), strict=True))),
            "стоп": Meaning(ReplyClass.OPTOUT, "told", opt_out=True),
        }[said]
        self.centre.conversations.happen(self.centre.db, row, Spoken(meaning), now=self.centre.now)
        if meaning.opt_out:
            self.told.append((self._phone(row.person), self.centre.now))

    @rule(decision=st.sampled_from(DECISIONS), which=st.integers(0, 9))
    def decide(self, decision: Meaning, which: int) -> None:
        """A person says what a reply means that no rule understood, and what it is about."""
        waiting = self._rows("SELECT reply FROM reviews WHERE decided_at IS NULL ORDER BY reply")
        if not waiting:
            return
        (reply,) = waiting[which % len(waiting)]
        row = reviews.find(self.centre.db, reply)
        assert row is not None
        target = None if row.invitation is not None else row.candidates[which % len(row.candidates)]
        self.centre.later(seconds=1)
        review.decide(
            self.centre.db,
            self.centre.conversations,
            reply,
            decision,
            invitation=target,
            by="N",
            note="",
            now=self.centre.now,
        )
        if decision.opt_out:
            ((phone,),) = self._rows(
                f"SELECT unseal(x.sealed, x.pseudonym) FROM replies r JOIN persons x ON x.id = r.person"
                f" WHERE r.id = {reply}"
            )
            self.told.append((phone, row.sent_at))

    @rule(script=st.sampled_from((None, "overall", "five-questions")))
    def restart(self, script: str | None) -> None:
        """The daemon ends, whatever a modem has in hand, and another begins; perhaps with another survey."""
        now, self.hand = self.centre.now, []
        self.centre.db.conn.commit()
        self.centre.db.close()
        self.survey |= {"script": script or self.survey["script"]}
        self.centre = Centre(Path(self.folder.name) / "otklik.db", **self.survey)
        self.centre.now = now
        self.centre.outbox.recover(self.centre.db, now)

    # -- what holds -------------------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_written_to_too_often(self) -> None:
        for invitation, count in self._rows("SELECT invitation, count(*) FROM messages GROUP BY 1"):
            assert count <= self._most(invitation)
        assert not self._rows("SELECT person FROM invitations WHERE state = 'open' GROUP BY 1 HAVING count(*) > 1")

    @invariant()
    def every_text_is_a_reply(self) -> None:
        replies = self._rows("SELECT state, text FROM replies")
        assert Counter(text for _, text in replies) == Counter(text.words for text in self.came)
        assert {state for state, _ in replies} <= {"handled", "late", "stray", "quarantined"}
        assert not self._rows("SELECT 1 FROM inbox WHERE state = 'kept' AND coalesce(kind, '') <> 'report'")

    @invariant()
    def ratings_are_what_was_answered(self) -> None:
        rated = set()
        for visit, invitation, version, corrected in self._rows(
            "SELECT visit, invitation, form_version, corrected FROM ratings ORDER BY cursor"
        ):
            row = invitations.by_id(self.centre.db, invitation)
            assert (row.visit, row.survey) == (visit, version)
            assert bool(corrected) is (visit in rated)
            rated.add(visit)
        for (invitation,) in self._rows("SELECT id FROM invitations"):
            self._check_rating(invitation)
        # A rating is the work of a text that counts there, or of somebody who called.
        assert not self._rows(
            "SELECT 1 FROM ratings r LEFT JOIN replies t ON t.id = r.reply WHERE"
            " iif(r.source = 'voice', r.reply IS NOT NULL, t.invitation IS NOT r.invitation OR t.state <> 'handled')"
        )
        # Nobody answers what he has not been sent.
        for invitation, sent_at in self._rows("SELECT invitation, sent_at FROM replies WHERE state = 'handled'"):
            if invitation is not None:
                assert self.went_at[invitation] <= from_text(sent_at) + CLOCKS_DIFFER

    @invariant()
    def books_balance(self) -> None:
        ledger = draw_up(self.centre.db)
        assert ledger.balanced, (ledger.lost, ledger.duplicated)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _check_rating(self, invitation: int) -> None:
        conversation = invitations.by_id(self.centre.db, invitation).conversation
        last = self._rows(
            "SELECT overall, expanded, time, queue, staff, comfort, info FROM ratings"
            f" WHERE invitation = {invitation} ORDER BY cursor DESC LIMIT 1"
        )
        assert bool(last) is (conversation.state is InvitationState.ANSWERED)
        assert not conversation.answers or conversation.state is not InvitationState.EXPIRED
        for overall, expanded, *criteria in last:
            marks = conversation.marks
            given = [marks.get(key) for key in CRITERIA]
            assert overall == overall_of(conversation)
            assert bool(expanded) is (given == [None] * len(CRITERIA))
            assert criteria == ([overall] * len(CRITERIA) if expanded else given)

    def _asked(self) -> list[str]:
        """The phones of those who have been asked something that they have not answered yet."""
        return [
            phone
            for (phone,) in self._rows(
                "SELECT unseal(x.sealed, x.pseudonym) FROM invitations i JOIN persons x ON x.id = i.person"
                " WHERE i.state = 'open' AND i.invited_at IS NOT NULL ORDER BY i.id"
            )
        ]

    def _phone(self, person: int) -> str:
        ((phone,),) = self._rows(f"SELECT unseal(sealed, pseudonym) FROM persons WHERE id = {person}")
        return str(phone)

    def _write(self, phone: str, words: str, at_once: bool) -> None:
        self.centre.later(seconds=1)
        pdus = delivers(words, phone, self.centre.now, ref=len(self.air) % 255 + 1)
        self.air.append(Text(phone, words, self.centre.now, tuple(pdus)))
        if at_once:
            self._arrive(self.air[-1], SIM)

    def _arrive(self, text: Text, sim: str) -> None:
        self.centre.later(seconds=1)
        self.centre.keep(*text.pdus, sim=sim)
        if (sim, text.pdus[0]) not in self.kept:
            self.kept.add((sim, text.pdus[0]))
            self.came.append(text)
        self.centre.inbox.handle(self.centre.db, self.centre.now)

    def _send(self, outcomes: list[str]) -> None:
        """A modem takes what is ready; `outcomes` in turn are what becomes of it."""
        for number, part in enumerate(self._claim()):
            self._settle(part, OUTCOMES[outcomes[number % len(outcomes)]])

    def _claim(self) -> list[ClaimedPart]:
        parts = self.centre.claim()
        window = self.centre.survey.sending
        assert window is not None
        for part in parts:
            ((invitation, kind, zone),) = self._rows(
                "SELECT i.id, m.kind, o.time_zone FROM messages m JOIN invitations i ON i.id = m.invitation"
                f" JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office WHERE m.id = {part.message}"
            )
            self.went_at.setdefault(invitation, self.centre.now)
            answers = [text.sent_at for text in self.came if text.phone == part.phone]
            is_awake = bool(answers) and self.centre.now < max(answers) + AWAKE and MessageKind(kind) not in BEGINS
            assert is_awake or window.is_open(self.centre.now, ZoneInfo(zone)), "at night"
            if self._is_out(part.phone):
                assert kind == "farewell"
        return parts

    def _is_out(self, phone: str) -> bool:
        """Whether the last word of a citizen about it was no, of those that have come."""
        stops = [text.sent_at for text in self.came if text.phone == phone and text.words in STOPS]
        stops += [at for who, at in self.told if who == phone]
        starts = [text.sent_at for text in self.came if text.phone == phone and text.words == "старт"]
        return bool(stops) and (not starts or max(stops) > max(starts))

    def _settle(self, part: ClaimedPart, outcome: Outcome | None) -> None:
        if outcome is None:
            self.hand.append(part)
            return
        if isinstance(outcome, Accepted):
            self.accepted.append((len(self.accepted) % 256, part.phone))
            outcome = Accepted(self.accepted[-1][0])
        self.centre.outbox.settle(self.centre.db, [(part.id, outcome)], self.centre.now)

    def _jobs(self) -> None:
        centre, now = self.centre, self.centre.now
        centre.outbox.end_waiting(centre.db, now)
        claimed = {part for (part,) in self._rows("SELECT id FROM parts WHERE state = 'claimed'")}
        self.hand = [part for part in self.hand if part.id in claimed]
        centre.outbox.resend_unknown(centre.db, now, {SIM: 600})
        centre.outbox.keep_to_window(centre.db, now)
        centre.outbox.expire_silent(centre.db, now)
        centre.outbox.remind_silent(centre.db, now)
        centre.outbox.invite_due(centre.db, now)
        centre.inbox.match_waiting(centre.db, now)
        centre.inbox.give_up_on_parts(centre.db, now)

    def _let_time_run_out(self) -> None:
        for _ in range(30):
            self.centre.later(hours=21)
            self._jobs()
            for part in self._claim():
                self._settle(part, OUTCOMES["accepted"])
            self.hand = []
        states = {InvitationState(state) for (state,) in self._rows("SELECT state FROM invitations")}
        assert states <= ENDS
        assert not self._rows("SELECT 1 FROM parts WHERE state IN ('queued', 'claimed')")
        self.books_balance()
        self.ratings_are_what_was_answered()

    def _most(self, invitation: int) -> int:
        row = invitations.by_id(self.centre.db, invitation)
        assert row.survey is not None
        return most_messages(held(self.centre.survey, surveys.find(self.centre.db, row.survey)))

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.centre.all(sql))


Walk.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestWalk = Walk.TestCase
