"""The conversation: each rule by name, then every sequence of events there is, up to a depth."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.model import BarReason, Conversation, InvitationState, Meaning, MessageKind, ReplyClass
from gateway.survey import (
    Barred,
    CallBack,
    Close,
    Due,
    Effect,
    Event,
    Late,
    OptOut,
    Rate,
    Remind,
    Replied,
    Review,
    Send,
    Silence,
    Spoken,
    Step,
    SurveySettings,
    Undeliverable,
    advance,
    most_messages,
)

START = datetime(2017, 9, 13, 3, 0, tzinfo=UTC)
SETTINGS = SurveySettings(reply_window_s=3600)
SOON = START + timedelta(minutes=10)
END = START + timedelta(hours=1)
LATER = END + timedelta(minutes=1)


@dataclass(frozen=True)
class Said:
    """A text that is heard when it is sent."""

    meaning: Meaning


def reply(cls: ReplyClass, rating: int | None = None, *, opt_out: bool = False, **criteria: int) -> Said:
    return Said(Meaning(cls, "test", rating, criteria, opt_out))


def heard(conversation: Conversation, event: Event | Said, now: datetime, settings: SurveySettings) -> Step:
    return advance(conversation, Replied(event.meaning, now) if isinstance(event, Said) else event, now, settings)


FIVE = reply(ReplyClass.RATING, 5)
THREE = reply(ReplyClass.RATING, 3)
FIVE_AND_STOP = reply(ReplyClass.RATING, 5, opt_out=True)
STOP = reply(ReplyClass.OPTOUT, opt_out=True)
BARRED = Barred(BarReason.TOO_RECENT)
HELP = reply(ReplyClass.HELP)
WRONG = reply(ReplyClass.WRONG_RECIPIENT)
COMMENT = reply(ReplyClass.COMMENT)
AMBIGUOUS = reply(ReplyClass.AMBIGUOUS)
SIX = reply(ReplyClass.OUT_OF_RANGE)
NOISE = reply(ReplyClass.NOISE)
VECTOR = reply(ReplyClass.VECTOR, time=5, queue=4, staff=5, comfort=3, info=5)
ALL_FIVES = reply(ReplyClass.VECTOR, time=5, queue=5, staff=5, comfort=5, info=5)
PARTIAL = reply(ReplyClass.PARTIAL, queue=2, staff=5)


def play(
    *events: tuple[Event | Said, datetime], settings: SurveySettings = SETTINGS
) -> tuple[Conversation, list[tuple[Effect, ...]]]:
    conversation, done = Conversation(), []
    for event, now in events:
        conversation, effects = heard(conversation, event, now, settings)
        done.append(effects)
    return conversation, done


INVITED = (Due(), START)


def test_due_sends_the_invitation_and_opens_the_window() -> None:
    conversation, [effects] = play(INVITED)
    assert effects == (Send(MessageKind.INVITE, ("overall",)),)
    assert conversation == Conversation(InvitationState.OPEN, END, ("overall",), asked_at=START, outgoing=1)


def test_due_twice_invites_once() -> None:
    _, [_, again] = play(INVITED, (Due(), SOON))
    assert again == ()


def test_barred_person_is_never_invited() -> None:
    conversation, [barred, due] = play((BARRED, START), (Due(), SOON))
    assert conversation.state is InvitationState.BARRED
    assert (barred, due) == ((Close(InvitationState.BARRED),), ())


def test_invitation_that_waits_is_barred_and_one_that_was_sent_is_not() -> None:
    sent, _ = play(INVITED)
    assert advance(sent, BARRED, SOON, SETTINGS) == (sent, ())
    waits = replace(sent, asked_at=None)
    barred, effects = advance(waits, BARRED, SOON, SETTINGS)
    assert (barred.state, barred.closes_at, effects) == (
        InvitationState.BARRED,
        None,
        (Close(InvitationState.BARRED),),
    )
    for spoken in (replace(waits, heard=1), replace(waits, answers=(("queue", 4),))):
        assert advance(spoken, BARRED, SOON, SETTINGS) == (spoken, ())


def test_rating_is_recorded_thanked_and_closes() -> None:
    conversation, [_, effects] = play(INVITED, (FIVE, SOON))
    assert effects == (Rate(5), Send(MessageKind.THANKS), Close(InvitationState.ANSWERED))
    assert (conversation.state, conversation.marks) == (InvitationState.ANSWERED, {"overall": 5})
    assert conversation.outgoing == 2


def test_who_has_written_is_not_undeliverable() -> None:
    questions = replace(SETTINGS, questions=(("time", "queue"),))
    conversation, [*_, failed, over] = play(
        INVITED, (PARTIAL, SOON), (Undeliverable(), SOON), (Silence(), LATER), settings=questions
    )
    assert failed == ()
    assert over[0] == Rate(None, {"queue": 2, "staff": 5})
    assert conversation.state is InvitationState.ANSWERED


def test_what_is_unclear_is_looked_at_also_when_a_report_says_that_nothing_arrived() -> None:
    _, [*_, over] = play(INVITED, (AMBIGUOUS, SOON), (Undeliverable(), SOON), (Silence(), LATER))
    assert [type(effect) for effect in over] == [Review, Close]


def test_who_wrote_before_he_was_asked_is_silent_so_far() -> None:
    reminding = replace(SETTINGS, reminder=True)
    _, [*_, effects] = play((COMMENT, START), INVITED, (Remind(), SOON), settings=reminding)
    assert effects == (Send(MessageKind.REMINDER, ("overall",)),)


def test_rating_without_thanks_sends_nothing() -> None:
    _, [_, effects] = play(INVITED, (FIVE, SOON), settings=replace(SETTINGS, thanks=False))
    assert effects == (Rate(5), Close(InvitationState.ANSWERED))


def test_different_rating_in_the_window_corrects_without_thanks() -> None:
    conversation, [*_, effects] = play(INVITED, (FIVE, SOON), (THREE, SOON))
    assert effects == (Rate(3, corrected=True), CallBack())
    assert conversation.marks == {"overall": 3}


def test_same_rating_again_changes_nothing() -> None:
    _, [*_, effects] = play(INVITED, (FIVE, SOON), (FIVE, SOON))
    assert effects == ()


def test_vector_is_recorded_without_a_guessed_overall() -> None:
    _, [_, effects] = play(INVITED, (VECTOR, SOON))
    assert effects[0] == Rate(None, {"time": 5, "queue": 4, "staff": 5, "comfort": 3, "info": 5})


def test_vector_of_equal_marks_is_an_overall_rating_too() -> None:
    _, [_, effects] = play(INVITED, (ALL_FIVES, SOON))
    assert effects[0] == Rate(5, dict.fromkeys(("time", "queue", "staff", "comfort", "info"), 5))


def test_criteria_after_a_rating_leave_the_overall_as_it_was() -> None:
    conversation, [*_, effects] = play(INVITED, (FIVE, SOON), (PARTIAL, SOON))
    assert effects == (Rate(5, {"queue": 2, "staff": 5}, corrected=True), CallBack())
    assert conversation.marks["overall"] == 5


@pytest.mark.parametrize("unclear", [AMBIGUOUS, SIX])
def test_unclear_reply_is_asked_about_once_and_then_looked_at(unclear: Said) -> None:
    _, [_, first, second] = play(INVITED, (unclear, SOON), (unclear, SOON))
    assert first == (Send(MessageKind.REPROMPT, ("overall",)),)
    assert second == (Review("still not understood"),)


def test_comment_is_asked_about_once_and_kept() -> None:
    _, [_, first, second] = play(INVITED, (COMMENT, SOON), (COMMENT, SOON))
    assert (first, second) == ((Send(MessageKind.REPROMPT, ("overall",)),), ())


def test_noise_is_never_answered() -> None:
    _, [_, effects] = play(INVITED, (NOISE, SOON))
    assert effects == ()


def test_help_is_given_once_beside_the_reprompt() -> None:
    conversation, [_, *effects] = play(INVITED, (AMBIGUOUS, SOON), (HELP, SOON), (HELP, SOON), (FIVE, SOON))
    assert effects[:3] == [(Send(MessageKind.REPROMPT, ("overall",)),), (Send(MessageKind.HELP),), ()]
    assert effects[3] == (Rate(5), Send(MessageKind.THANKS), Close(InvitationState.ANSWERED))
    assert conversation.outgoing == most_messages(SETTINGS)


def test_opt_out_declines_with_one_farewell() -> None:
    conversation, [_, first, second] = play(INVITED, (STOP, SOON), (STOP, SOON))
    assert first == (OptOut(), Send(MessageKind.FAREWELL), Close(InvitationState.DECLINED))
    assert second == (OptOut(), Late())
    assert conversation.state is InvitationState.DECLINED


def test_opt_out_with_a_rating_keeps_both() -> None:
    conversation, [_, effects] = play(INVITED, (FIVE_AND_STOP, SOON))
    assert effects == (Rate(5), OptOut(), Send(MessageKind.FAREWELL), Close(InvitationState.ANSWERED))
    assert conversation.marks["overall"] == 5


def test_opt_out_after_a_rating_keeps_the_answer() -> None:
    conversation, [*_, effects, corrected] = play(INVITED, (FIVE, SOON), (STOP, SOON), (THREE, SOON))
    assert effects == (OptOut(), Send(MessageKind.FAREWELL))
    assert corrected == (Late(),)
    assert (conversation.state, conversation.marks) == (InvitationState.ANSWERED, {"overall": 5})


def test_answer_of_before_an_opt_out_counts_whichever_comes_first() -> None:
    five = Replied(FIVE.meaning, SOON)
    at = SOON + timedelta(minutes=1)
    conversation, [*_, effects] = play(INVITED, (STOP, at), (five, at))
    assert effects == (Rate(5), Close(InvitationState.ANSWERED))
    assert conversation.marks == play(INVITED, (five, SOON), (STOP, at))[0].marks
    assert play(INVITED, (STOP, at), (FIVE, at))[1][-1] == (Late(),)


def test_answer_of_a_wrong_recipient_does_not_count_if_it_comes_after() -> None:
    _, [*_, effects] = play(INVITED, (WRONG, SOON), (Replied(FIVE.meaning, START), SOON))
    assert effects == (Late(),)


def test_opt_out_by_telephone_keeps_what_was_answered_before() -> None:
    questions = replace(SETTINGS, questions=(("time",), ("queue",)))
    conversation, [*_, effects] = play(INVITED, (THREE, SOON), (Spoken(STOP.meaning), SOON), settings=questions)
    assert effects == (Rate(None, {"time": 3}), CallBack(), OptOut(), Close(InvitationState.ANSWERED))
    assert conversation.closes_at == SOON


def test_opt_out_by_telephone_after_the_end_opens_nothing_again() -> None:
    late = Replied(FIVE.meaning, END + timedelta(seconds=1))
    _, [*_, effects] = play(INVITED, (Silence(), END), (Spoken(STOP.meaning), LATER), (late, LATER))
    assert effects == (Late(),)


def test_wrong_recipient_declines_in_silence() -> None:
    conversation, [_, effects, rating] = play(INVITED, (WRONG, SOON), (FIVE, SOON))
    assert effects == (Close(InvitationState.DECLINED),)
    assert rating == (Late(),)
    assert conversation.state is InvitationState.DECLINED


def test_silence_expires_at_the_end_of_the_window_and_not_before() -> None:
    conversation, [_, early, on_time] = play(INVITED, (Silence(), SOON), (Silence(), END))
    assert (early, on_time) == ((), (Close(InvitationState.EXPIRED),))
    assert conversation.state is InvitationState.EXPIRED


def test_rating_that_overtakes_the_expiry_job_is_late() -> None:
    conversation, [_, effects] = play(INVITED, (FIVE, END))
    assert effects == (Late(), Close(InvitationState.EXPIRED))
    assert (conversation.state, conversation.marks) == (InvitationState.EXPIRED, {})


def test_rating_after_a_false_undeliverable_counts() -> None:
    conversation, [_, failed, effects] = play(INVITED, (Undeliverable(), SOON), (FIVE, SOON))
    assert failed == (Close(InvitationState.EXPIRED),)
    assert effects == (Rate(5), Send(MessageKind.THANKS), Close(InvitationState.ANSWERED))
    assert conversation.state is InvitationState.ANSWERED


def test_one_number_for_several_things_of_more_is_no_rating_of_the_whole() -> None:
    settings = replace(SETTINGS, questions=(("queue", "staff"), ("info",)))
    both = reply(ReplyClass.PARTIAL, queue=4, staff=5)
    conversation, [_, asked, answered, *_] = play(INVITED, (FIVE, SOON), (both, SOON), (THREE, SOON), settings=settings)
    assert asked == (Send(MessageKind.REPROMPT, ("queue", "staff")),)
    assert answered == (Send(MessageKind.QUESTION, ("info",)),)
    assert conversation.marks == {"queue": 4, "staff": 5, "info": 3}
    _, [*_, again, silent] = play(INVITED, (FIVE, SOON), (FIVE, SOON), (Silence(), END), settings=settings)
    assert again == (Review("still not understood"),)
    assert silent == (Close(InvitationState.EXPIRED),)


def test_one_number_for_several_things_gives_way_when_each_has_its_own() -> None:
    settings = replace(SETTINGS, questions=(("time", "queue", "staff", "comfort", "info"),))
    conversation, [_, asked, effects] = play(INVITED, (THREE, SOON), (ALL_FIVES, SOON), settings=settings)
    assert asked == (Send(MessageKind.REPROMPT, ("time", "queue", "staff", "comfort", "info")),)
    assert effects[0] == Rate(5, dict.fromkeys(("time", "queue", "staff", "comfort", "info"), 5))
    assert CallBack() not in effects
    assert "overall" not in conversation.marks


def test_late_opt_out_is_heard_but_not_answered() -> None:
    _, [*_, effects] = play(INVITED, (Silence(), END), (STOP, LATER))
    assert effects == (OptOut(), Late())


def test_refusal_before_the_invitation_cancels_it() -> None:
    conversation, [stopped, due] = play((STOP, START), (Due(), SOON))
    assert stopped == (OptOut(), Close(InvitationState.DECLINED))
    assert due == ()
    assert conversation.outgoing == 0


TWO = replace(SETTINGS, questions=(("time",), ("queue",)))
ASKED_AGAIN = SOON + timedelta(seconds=5, milliseconds=400)
"""When the second question went out, 5.4 s after the first answer was sent."""


def second_answer(rating: int, sent_at: datetime) -> tuple[Conversation, tuple[Effect, ...]]:
    """What a digit does that was sent at `sent_at` and comes after the second question has gone out."""
    asked, _ = advance(Conversation(), Due(), START, TWO)
    asked, _ = advance(asked, Replied(FIVE.meaning, SOON), ASKED_AGAIN, TWO)
    assert asked.asked == ("queue",)
    return advance(
        asked, Replied(Meaning(ReplyClass.RATING, "test", rating), sent_at), LATER - timedelta(minutes=5), TWO
    )


def test_digit_sent_twice_before_the_next_question_came_answers_only_the_first() -> None:
    conversation, effects = second_answer(5, SOON + timedelta(seconds=2))
    assert (conversation.marks, effects) == ({"time": 5}, ())


def test_other_digit_sent_before_the_next_question_came_corrects_the_first() -> None:
    conversation, effects = second_answer(3, SOON + timedelta(seconds=2))
    assert (conversation.marks, effects) == ({"time": 3}, ())
    assert conversation.asked == ("queue",)


def test_digit_sent_in_the_second_of_the_next_question_answers_that() -> None:
    # Service centres give whole seconds: 5.4 and later are shown as 5.
    conversation, _ = second_answer(3, SOON + timedelta(seconds=5))
    assert conversation.marks == {"time": 5, "queue": 3}
