"""What becomes of a part once a modem has it: settled, tried again, in doubt, reported on, given up.

Everything here runs inside the writer's transactions. A part moves queued → claimed → submitted → delivered or failed;
`unknown` is the state of a part that may have been sent. It is never sent again unless the modem's policy says so; its
delivery report, if one comes, settles it.

Every state has a deadline. A claimed part is settled by its worker within minutes, or it is in doubt
(`_CLAIM_LASTS`); a doubt ends when no report can come any more; what waits in the queue for a week has failed.

Reports of one part may come in any order, for each memory is listed by itself. By 23.040 §9.2.3.15 a service centre
that says "failed" has stopped trying, so a "delivered" beside it is from another try or another centre on the way, and
it tells of something that cannot be undone: it wins, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from gateway import alarms
from gateway.conversations import Conversations
from gateway.model import InvitationState, MessageKind, PartState
from gateway.phones import mask
from gateway.reports import Candidate, Clue, Fate, done_moment, match
from gateway.retries import MOST_TRIES, blamed_after_s, is_isolated, retry_after_s, sim_rests_s
from gateway.store import invitations, parts, sims, state
from gateway.store.parts import PartRow, ReplyTime
from gateway.survey import Undeliverable
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.pdu import StatusReport
from modem.tables import TP_STATUS, Cause, CauseClass, StatusClass, status_class

BATCH = 200
"""Rows one job takes in one transaction: enough to be quick, few enough to let the ports settle in between."""

_CLAIM_LASTS = timedelta(minutes=15)
"""A block is given back after 10 s, and the part in hand has its answer after three minutes."""
_QUEUE_LASTS = timedelta(days=7)
_REPORT_REACH = timedelta(days=5)
_AFTER_VALIDITY = timedelta(days=2)
_ENDED = "The daemon ended while this part was being sent."
_STUCK = "Its modem did not say what became of this part."
_NO_REPORT = "No report came in time; it may have arrived or not."
_STALE = "It could not be sent within a week."
_BLAMED = "A modem failed at it before anything was sent."
_STOPPED = "sending stopped"


class Settling:
    """The life of parts. `chance` gives random numbers from 0 to 1, which spread what is tried again."""

    def __init__(self, conversations: Conversations, chance: Callable[[], float] = lambda: 0.5) -> None:
        self._conversations = conversations
        self._chance = chance
        self.survey = conversations.survey
        # The service centre reports at the end of the validity at the latest.
        self._reach = max(_REPORT_REACH, timedelta(seconds=self.survey.reply_window_s) + _AFTER_VALIDITY)

    # -- what workers say ---------------------------------------------------------------------------------------

    def settle(self, db: Database, outcomes: Sequence[tuple[int, Outcome]], now: datetime) -> None:
        """What became of claimed parts."""
        accepted = [(part, outcome.reference) for part, outcome in outcomes if isinstance(outcome, Accepted)]
        if accepted:  # first, so that what is said of a message that fails is the whole truth
            parts.submitted(db, accepted, now=now, reply_time=self._reply_time(now))
            self._sends_again(db, accepted[-1][0], now)
        for part, outcome in outcomes:
            match outcome:
                case Unknown(why=why):
                    parts.unknown(db, part, why=why, now=now, reply_time=self._reply_time(now))
                case Refused(cause=cause):
                    self._refused(db, parts.find(db, part), cause, now)

    def release(self, db: Database, released: Sequence[int], blamed: int | None, now: datetime) -> None:
        """Parts that were certainly not sent go back; at the one that is `blamed` the modem failed."""
        parts.release(db, [part for part in released if part != blamed])
        if blamed is not None:
            self._blame(db, parts.find(db, blamed), _BLAMED, now)

    # -- deadlines ----------------------------------------------------------------------------------------------

    def recover(self, db: Database, now: datetime) -> int:
        """On start: what was claimed when the last daemon ended may have been sent; the number of such parts."""
        return self._doubt(db, parts.claimed_before(db, None), _ENDED, now)

    def resend_unknown(self, db: Database, now: datetime, after_s: Mapping[str, float]) -> int:
        """Queue parts in doubt again, by SIM after so many seconds where the policy of its modem says so; how many."""
        count = 0
        for sim, seconds in after_s.items():
            for part in parts.to_resend(db, sim, now - timedelta(seconds=seconds), BATCH - count):
                count += 1
                row = parts.find(db, part)
                if row.attempts >= MOST_TRIES:
                    parts.give_up_doubt(db, part, cause=_NO_REPORT, now=now)
                else:
                    parts.retry(db, part, cause="sent again: no report came", at=now)
        return count

    def end_waiting(self, db: Database, now: datetime) -> int:
        """Let nothing wait for ever: stuck claims, doubts nobody will clear up, messages nobody could send."""
        stuck = self._doubt(db, parts.claimed_before(db, now - _CLAIM_LASTS), _STUCK, now)
        if stuck:
            state.add_trouble(db, place="outbox", text=f"{stuck} parts are in doubt. {_STUCK}", now=now)
        ended = parts.end_doubt(db, now - self._reach, cause=_NO_REPORT, now=now)
        if ended:
            state.add_trouble(db, place="outbox", text=f"{ended} parts stay in doubt. {_NO_REPORT}", now=now)
        stale = parts.stale(db, now - _QUEUE_LASTS, BATCH)
        for part in stale:
            self._fail(db, parts.find(db, part), _STALE, now)
        return len(stale)

    # -- reports ------------------------------------------------------------------------------------------------

    def report(self, db: Database, sim: str, phone: str, report: StatusReport, now: datetime) -> Fate:
        """Apply a delivery report to the part it is about, if there is one by now."""
        quarters = sims.report_quarters(db, sim)
        clue = Clue(sim, report.reference, report.sent_at, quarters)
        candidates = parts.sent_to(db, phone, now - self._reach)
        found = match(clue, candidates)
        if isinstance(found, Fate):
            return found
        if found.quarters is not None and found.quarters != quarters:
            sims.put_report_quarters(db, sim, found.quarters)
            quarters = found.quarters
        part = next(each for each in candidates if each.id == found.part)
        done_at = done_moment(report.done_at, quarters, since=part.since, until=now)
        self._apply(db, part, report, done_at, now)
        return Fate.CREDITED

    def _apply(
        self, db: Database, part: Candidate, report: StatusReport, done_at: datetime | None, now: datetime
    ) -> None:
        status, reference = report.status, report.reference
        cls = StatusClass.TRYING if status is None else status_class(status)
        if status is None or cls is StatusClass.TRYING:
            parts.heard_of(db, part.id, reference=reference, now=now)
        elif cls is StatusClass.DELIVERED:
            parts.finish(
                db,
                part.id,
                state=PartState.DELIVERED,
                status=status,
                reference=reference,
                delivered_at=done_at,
                now=now,
            )
        elif part.state is not PartState.DELIVERED:
            cause = TP_STATUS.get(status, f"status {status}")
            parts.finish(db, part.id, state=PartState.FAILED, status=status, reference=reference, cause=cause, now=now)
            self._undeliverable(db, parts.find(db, part.id), now)

    # -- inside -------------------------------------------------------------------------------------------------

    def _refused(self, db: Database, row: PartRow, cause: Cause, now: datetime) -> None:
        match cause.cls:
            case CauseClass.PERMANENT:
                self._fail(db, row, cause.plain, now)
            case CauseClass.RETRY_SOON | CauseClass.RETRY_LATER if row.attempts >= MOST_TRIES:
                self._fail(db, row, cause.plain, now)
            case CauseClass.RETRY_SOON | CauseClass.RETRY_LATER:
                pause_s = retry_after_s(cause.cls, row.attempts, self._chance())
                parts.retry(db, row.id, cause=cause.plain, at=now + timedelta(seconds=pause_s))
            case CauseClass.SIM_TROUBLE:
                self._stop_sim(db, row, cause, now)
                self._blame(db, row, cause.plain, now)
            case CauseClass.RESET_MODEM:
                self._blame(db, row, cause.plain, now)

    def _stop_sim(self, db: Database, row: PartRow, cause: Cause, now: datetime) -> None:
        """The SIM sends no more for a while; a person is told, and others take its parts."""
        if row.sim is None:
            return
        rest_s = sim_rests_s(sims.stops(db, row.sim) + 1, self._chance())
        sims.stop(db, row.sim, why=cause.plain, until=now + timedelta(seconds=rest_s))
        text = f"This SIM sends no more. {cause.plain} {_cure(cause)} One part tries it again from time to time."
        alarms.tell(db, place=alarms.of_sim(row.sim), kind=_STOPPED, text=text, now=now)

    def _sends_again(self, db: Database, part: int, now: datetime) -> None:
        """A SIM of which a part was accepted is well."""
        sim = sims.stopped_with(db, part)
        if sim is not None and sims.resume(db, sim):
            alarms.tell(db, place=alarms.of_sim(sim), kind=_STOPPED, text=None, now=now)

    def _blame(self, db: Database, row: PartRow, cause: str, now: datetime) -> None:
        """Back behind the others, or out of the way for good where it must be the part's own doing."""
        blames = row.blamed + 1
        if is_isolated(blames, others_went=parts.others_went(db, row)):
            text = f"Isolated: modems failed at it {blames} times. {cause}"
            phone = mask(parts.phone_of(db, row.message))
            state.add_trouble(db, place="outbox", text=f"Part {row.id} to {phone} is given up. {text}", now=now)
            self._fail(db, row, text, now)
        else:
            pause_s = blamed_after_s(blames, self._chance())
            parts.blame(db, row.id, cause=cause, at=now + timedelta(seconds=pause_s), now=now)

    def _doubt(self, db: Database, doubtful: Sequence[int], why: str, now: datetime) -> int:
        for part in doubtful:
            parts.unknown(db, part, why=why, now=now, reply_time=self._reply_time(now))
        return len(doubtful)

    def _reply_time(self, now: datetime) -> ReplyTime:
        remind_s = self.survey.reminder_s
        return ReplyTime(
            now + timedelta(seconds=self.survey.reply_window_s),
            None if remind_s is None else now + timedelta(seconds=remind_s),
        )

    def _fail(self, db: Database, row: PartRow, cause: str, now: datetime) -> None:
        gone = [seq for seq in parts.gone_out(db, row.message) if seq != row.seq]
        if gone:
            cause = f"{cause} Part {row.seq} of {row.total} failed; gone out: {', '.join(map(str, gone))}."
        parts.fail(db, row, cause=cause, now=now)
        self._undeliverable(db, row, now)

    def _undeliverable(self, db: Database, row: PartRow, now: datetime) -> None:
        if row.kind is not MessageKind.INVITE:
            return
        invitation = invitations.by_id(db, row.invitation)
        if invitation.conversation.state is InvitationState.OPEN:
            self._conversations.happen(db, invitation, Undeliverable(), now=now)


def _cure(cause: Cause) -> str:
    """What a person can do about a SIM that cannot send."""
    return _CURES.get(cause.code, _ASK) if not cause.own else _CARD_CURES.get(cause.code, _LOOK)


_ASK = "Top it up, or ask the operator why."
_LOOK = "Look at the card, and put in another one if it does not work elsewhere."
_CURES = {
    28: "Ask the operator whether the SIM is still registered.",
    50: "Ask the operator for a contract with SMS.",
    0xC1: "Check the number of the message centre (AT+CSCA?), and ask the operator.",
}
_CARD_CURES = {
    10: "Put a SIM in.",
    11: "Set pin_file for its modem.",
    12: "Unlock it with its PUK in a phone.",
    310: "Put a SIM in.",
    311: "Set pin_file for its modem.",
    316: "Unlock it with its PUK in a phone.",
    330: "Set the number of the message centre on the card (AT+CSCA=).",
}
