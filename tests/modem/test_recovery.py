"""The recovery ladder: which step, when, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import (
    CommandRefused,
    ModemError,
    NotAModem,
    OutOfStep,
    PortBusy,
    PortLost,
    PortMissing,
    SettingsLost,
    Silent,
    SimBusy,
)
from modem.worker.recovery import (
    HEALTHY_S,
    PATIENCE_S,
    QUARANTINE_S,
    RUNGS,
    WAYS,
    Ladder,
    Plan,
    Step,
    Trouble,
    climb,
    judge,
    start_over,
    trouble_of,
)


@dataclass
class Patient:
    """A modem that fails as told, and whatever the ladder makes of it."""

    ladder: Ladder = field(default_factory=Ladder)
    now: float = 0.0
    plans: list[Plan] = field(default_factory=list)

    def fail(self, trouble: Trouble) -> Plan:
        self.ladder, plan = climb(self.ladder, trouble, "It failed.", self.now)
        self.plans.append(plan)
        self.now = max(self.now, plan.at)
        return plan

    def fail_until_quarantine(self, trouble: Trouble) -> list[Step]:
        steps = []
        while (plan := self.fail(trouble)).step is not Step.QUARANTINE:
            steps.append(plan.step)
        return steps

    def be_well(self, *, proved: bool = True) -> None:
        self.ladder, _ = judge(self.ladder, self.now, self.now, proved=proved)


def test_silent_modem_gets_the_softest_step_first_and_power_last() -> None:
    steps = Patient(Ladder(power=True)).fail_until_quarantine(Trouble.SILENT)
    assert list(dict.fromkeys(steps)) == [
        Step.ESCAPE,
        Step.WAKE,
        Step.REINIT,
        Step.RADIO,
        Step.REOPEN,
        Step.RESTART,
        Step.POWER,
    ]


def test_modem_that_is_unplugged_is_only_looked_for() -> None:
    assert set(Patient().fail_until_quarantine(Trouble.LOST)) == {Step.REOPEN}


def test_modem_that_says_it_failed_is_set_up_anew_first() -> None:
    steps = Patient().fail_until_quarantine(Trouble.REFUSING)
    assert steps == [Step.REINIT, Step.RADIO, Step.REOPEN, Step.RESTART]


def test_card_that_wants_a_person_is_only_asked_what_it_wants() -> None:
    assert Patient(Ladder(power=True)).fail_until_quarantine(Trouble.SIM) == [Step.REINIT]


@pytest.mark.parametrize("trouble", [Trouble.HELD, Trouble.FAULT, Trouble.SIM])
def test_modem_is_never_reset_for_what_is_not_its_fault(trouble: Trouble) -> None:
    steps = Patient(Ladder(power=True)).fail_until_quarantine(trouble)
    assert not {Step.RADIO, Step.RESTART, Step.POWER} & set(steps)


def test_cured_modem_begins_at_the_bottom_again() -> None:
    patient = Patient()
    assert [patient.fail(Trouble.SILENT).step for _ in range(3)] == [Step.ESCAPE, Step.WAKE, Step.REINIT]
    patient.ladder, cure = judge(patient.ladder, patient.now, patient.now + HEALTHY_S, proved=False)
    assert cure is not None
    assert (cure.trouble, cure.step) == (Trouble.SILENT, Step.REINIT)
    assert patient.fail(Trouble.SILENT).step is Step.ESCAPE


def test_relapse_before_the_cure_is_proved_goes_on_upwards() -> None:
    patient = Patient()
    patient.fail(Trouble.SILENT)
    patient.ladder, cure = judge(patient.ladder, patient.now, patient.now + HEALTHY_S - 1, proved=False)
    assert cure is None
    assert patient.fail(Trouble.SILENT).step is Step.WAKE


def test_modem_that_the_same_step_cures_for_ever_gets_to_the_next_one() -> None:
    patient = Patient()
    steps = []
    for _ in range(RUNGS[Step.ESCAPE].most + 1):
        steps.append(patient.fail(Trouble.SILENT).step)
        patient.be_well()
        patient.now += 10
    assert steps == [Step.ESCAPE] * RUNGS[Step.ESCAPE].most + [Step.WAKE]


def test_budget_of_a_step_comes_back_with_time() -> None:
    patient = Patient()
    for _ in range(RUNGS[Step.ESCAPE].most):
        patient.fail(Trouble.SILENT)
        patient.be_well()
    patient.now += RUNGS[Step.ESCAPE].within_s
    assert patient.fail(Trouble.SILENT).step is Step.ESCAPE


def test_quarantine_says_what_was_tried_and_what_to_do() -> None:
    patient = Patient()
    patient.fail_until_quarantine(Trouble.REFUSING)
    assert patient.plans[-1].why == (
        "It failed. Tried in vain: re-init, radio off and on, reopen, restart."
        " Unplug the modem and plug it in again; if it goes on, replace it."
    )


def test_modem_in_quarantine_is_tried_again_and_again_and_always_with_a_reason() -> None:
    patient = Patient()
    patient.fail_until_quarantine(Trouble.SILENT)
    for _ in range(5):
        before = patient.now
        plan = patient.fail(Trouble.SILENT)
        assert (plan.step, plan.at) == (Step.QUARANTINE, before + QUARANTINE_S[0])
        assert plan.why.startswith("It failed. Tried in vain: esc, at,")


def test_look_that_costs_a_message_a_try_comes_ever_more_rarely() -> None:
    patient = Patient()
    patient.fail_until_quarantine(Trouble.REFUSING)
    waits = [patient.plans[-1].at - patient.plans[-2].at]
    for _ in range(6):
        before = patient.now
        waits.append(patient.fail(Trouble.REFUSING).at - before)
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_person_who_resumes_a_modem_starts_a_new_episode() -> None:
    patient = Patient()
    patient.fail_until_quarantine(Trouble.REFUSING)
    patient.ladder = start_over(patient.ladder)
    assert patient.fail(Trouble.REFUSING).step is Step.REINIT


@pytest.mark.parametrize(
    ("problem", "trouble"),
    [
        (Silent("AT+CMGL=4", 60), Trouble.SILENT),
        (OutOfStep(), Trouble.SILENT),
        (SettingsLost("anew"), Trouble.RESTARTED),
        (PortLost("p", "gone"), Trouble.LOST),
        (PortMissing("p", "missing"), Trouble.LOST),
        (PortBusy("p", "held"), Trouble.HELD),
        (SimBusy("in a second"), Trouble.BUSY),
        (CommandRefused("AT+CPMS", "CMS", 314, "SIM busy"), Trouble.BUSY),
        (NotAModem("GPS"), Trouble.STRANGE),
        (CommandRefused("AT+CMGL=4", "CMS", 320, "memory failure"), Trouble.REFUSING),
        (CommandRefused("AT+CMGL=4", "CMS", 310, "no SIM"), Trouble.SIM),
        (CommandRefused("AT+CCID", "CME", 14, "SIM busy"), Trouble.BUSY),
        (CommandRefused("AT+CPMS", None, None, "ERROR"), Trouble.REFUSING),
    ],
)
def test_error_tells_the_trouble(problem: ModemError, trouble: Trouble) -> None:
    assert trouble_of(problem) is trouble


# -- whatever happens ---------------------------------------------------------------------------------------------

_HAPPENS = st.one_of(
    st.tuples(st.sampled_from(Trouble), st.floats(0, 400)),
    st.tuples(st.just("well"), st.floats(0, 400)),
    st.tuples(st.just("resumed"), st.floats(0, 400)),
)


@given(st.lists(_HAPPENS, max_size=300), st.booleans())
def test_no_step_is_taken_oftener_than_its_budget(happens: list[tuple[Trouble | str, float]], power: bool) -> None:
    patient = Patient(Ladder(power=power))
    for what, after_s in happens:
        patient.now += after_s
        if what == "well":
            patient.be_well()
        elif what == "resumed":
            patient.ladder = start_over(patient.ladder)
        else:
            patient.fail(Trouble(what))
    for step, rung in RUNGS.items():
        times = [plan.at for plan in patient.plans if plan.step is step]
        assert all(
            later - earlier >= rung.within_s for earlier, later in zip(times, times[rung.most :], strict=False)
        ), step


@given(st.lists(st.sampled_from(Trouble), min_size=40, max_size=40), st.booleans(), st.integers(0, 2**31))
def test_every_episode_ends_in_quarantine_in_bounded_time(troubles: list[Trouble], power: bool, start: int) -> None:
    patient = Patient(Ladder(power=power), now=float(start))
    for trouble in troubles:
        if patient.fail(trouble).step is Step.QUARANTINE:
            break
    assert patient.plans[-1].step is Step.QUARANTINE
    cooldowns = sum(sum(rung.cooldowns_s) for rung in RUNGS.values())
    assert patient.now - start <= cooldowns + PATIENCE_S + QUARANTINE_S[0]
    ranks = [list(Step).index(plan.step) for plan in patient.plans]
    assert ranks == sorted(ranks)
    assert all(plan.why for plan in patient.plans)


@given(st.sampled_from(Trouble), st.floats(0, 30))
def test_power_comes_only_after_patience_and_only_with_a_hook(trouble: Trouble, step_takes_s: float) -> None:
    patient = Patient(Ladder(power=True))
    while (plan := patient.fail(trouble)).step is not Step.QUARANTINE:
        assert plan.step is not Step.POWER or plan.at >= PATIENCE_S
        patient.now += step_takes_s
    assert Step.POWER not in Patient().fail_until_quarantine(trouble)


def test_reopening_goes_on_for_as_long_as_power_is_waited_for() -> None:
    assert sum(RUNGS[Step.REOPEN].cooldowns_s) >= PATIENCE_S


def test_every_trouble_has_a_way_that_only_goes_up() -> None:
    assert set(WAYS) == set(Trouble)
    for way in WAYS.values():
        ranks = [list(Step).index(step) for step in way]
        assert ranks == sorted(ranks)
