"""Which step gets a modem out of its trouble. Decided here; `modem.worker.repair` carries it out.

Theory. What disturbs least is tried first, and each step only so often (its budget) and after a while of peace (its
cool-down): a step that is repeated for ever keeps a modem ill (gammu/gammu#468), and a hard one too early makes it
worse (gammu/gammu#552: a restart by AT+CFUN=1,1 took the modem off the USB bus). An *episode* begins with a trouble and
ends in a cure or in quarantine. Within it the ladder only goes up, whatever the trouble turns into; a modem that was
well for `HEALTHY_S`, or that got a message accepted, is cured, and its next trouble begins at the bottom again. The
budgets outlive the episodes: a modem that the same step cures again and again gets to the next one in the end.

The order, softest first: ESC (out of a half-entered message), AT (out of a sleep), re-init (its settings), radio off
and on (AT+CFUN=0, 27.007 §8.2: the network side starts anew and the port stays), reopen the port, restart
(AT+CFUN=1,1: the port may go), power (the operator's hook), quarantine.

Radio, restart and power are taken only when the messages in the memories have been read out. A modem that answers
nothing cannot be read out; for it radio and restart fall away, the softer steps go on, and power comes no earlier than
`PATIENCE_S` after the beginning: what is in a memory outlives the loss of power (SM is the card, ME is not volatile),
only what was on its way into one would be lost, and that the network keeps until the modem has acknowledged it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from modem.errors import (
    CommandRefused,
    LoginRefused,
    ModemError,
    ModemFailed,
    OutOfStep,
    PortBusy,
    PortError,
    SettingsLost,
    Silent,
    SimBusy,
)
from modem.tables import CME_CAUSES, CMS_CAUSES, CauseClass

HEALTHY_S = 60.0
PATIENCE_S = 240.0


class Trouble(StrEnum):
    """What is wrong, as far as it decides where to begin."""

    SILENT = "silent"
    RESTARTED = "restarted"
    REFUSING = "refusing"
    STRANGE = "strange"
    LOST = "lost"
    HELD = "held"
    LOGIN = "login"
    BUSY = "busy"
    SIM = "sim"
    FAULT = "fault of ours"


class Step(StrEnum):
    """What can be done about it, softest first."""

    ESCAPE = "esc"
    WAKE = "at"
    REINIT = "re-init"
    RADIO = "radio off and on"
    REOPEN = "reopen"
    RESTART = "restart"
    POWER = "power"
    QUARANTINE = "quarantine"


_RANK = {step: rank for rank, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Rung:
    """A step's budget, `most` times `within_s`, and its cool-downs: the peace before each try of an episode."""

    most: int
    within_s: float
    cooldowns_s: tuple[float, ...]


RUNGS = {
    Step.ESCAPE: Rung(30, 3600, (0,)),
    Step.WAKE: Rung(30, 3600, (2,)),
    # Short up to here: a modem that only opening its port anew brings back is back within a minute.
    Step.REINIT: Rung(12, 3600, (2,)),
    Step.RADIO: Rung(4, 3600, (2,)),
    # Longer than PATIENCE_S together, so that a silent modem is tried again all the while.
    Step.REOPEN: Rung(36, 3600, (1, 2, 5, 15, *(30,) * 8)),
    Step.RESTART: Rung(3, 3600, (5,)),
    Step.POWER: Rung(3, 6 * 3600, (5, 120)),
}
_LONGEST_S = max(rung.within_s for rung in RUNGS.values())

_UNTIL_POWER = (Step.REINIT, Step.RADIO, Step.REOPEN, Step.RESTART, Step.POWER)
_REOPENS = (Step.REOPEN,) * len(RUNGS[Step.REOPEN].cooldowns_s)
# A modem that answers is not reopened twelve times: each try would cost a message one of its own.
WAYS = {
    Trouble.SILENT: (
        Step.ESCAPE,
        Step.WAKE,
        Step.REINIT,
        Step.RADIO,
        *_REOPENS,
        Step.RESTART,
        Step.POWER,
        Step.POWER,
    ),
    Trouble.RESTARTED: _UNTIL_POWER,
    Trouble.REFUSING: _UNTIL_POWER,
    Trouble.STRANGE: _UNTIL_POWER,
    Trouble.LOST: (*_REOPENS, Step.POWER, Step.POWER),
    Trouble.BUSY: (*_REOPENS, Step.RESTART, Step.POWER),
    # No modem is reset for what another program, a card or this program does.
    Trouble.HELD: _REOPENS,
    Trouble.FAULT: _REOPENS,
    # Each try brings the account at the server nearer to being locked.
    Trouble.LOGIN: (),
    # Setting it up anew finds out what the card wants, and raises SimNotReady: a person's business, and no step's.
    Trouble.SIM: (Step.REINIT,),
}

# Looked for twice a minute, which costs an ill modem nothing: what went wrong is often over by itself, or a person ends
# it, and then the modem is back within a minute. A look at a modem that answers costs a message one of its tries, so
# those come ever more rarely.
QUARANTINE_S = (30.0, 60.0, 120.0, 240.0, 480.0, 900.0)
_COSTLY = (Trouble.RESTARTED, Trouble.REFUSING, Trouble.STRANGE, Trouble.LOGIN)
_ADVICE = {
    Trouble.SILENT: "Unplug the modem and plug it in again; if that happens often, look at its power supply and cable.",
    Trouble.RESTARTED: "It loses its settings again and again; look at its power supply and cable.",
    Trouble.REFUSING: "Unplug the modem and plug it in again; if it goes on, replace it.",
    Trouble.STRANGE: "Check that the port is the modem's command port and not another of its ports.",
    Trouble.LOST: "Plug the modem in, or correct its port in the configuration.",
    Trouble.HELD: "Stop the other program, or take its hands off this port.",
    Trouble.LOGIN: "Correct login in the configuration, or the account at the server.",
    Trouble.FAULT: "This is a fault of the program or of its database; the log has the details.",
    Trouble.BUSY: "Look at the SIM card; it should be ready some seconds after its start.",
    Trouble.SIM: "A person has to see to the SIM card.",
}


@dataclass(frozen=True, slots=True)
class Episode:
    """One trouble, from its beginning to its end, the steps taken so far, and what a person should know of them."""

    trouble: Trouble
    began_at: float
    steps: tuple[Step, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where a modem stands: the episode it is in, and the times of the steps that budgets still count.

    `power` tells whether there is a power hook.
    """

    power: bool = False
    taken: tuple[tuple[Step, float], ...] = ()
    episode: Episode | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Take `step` at `at`, because of `why`: for quarantine a sentence that says what a person can do."""

    step: Step
    at: float
    trouble: Trouble
    why: str


@dataclass(frozen=True, slots=True)
class Cure:
    """The step after which a modem was well again, and what it had."""

    trouble: Trouble
    step: Step


def climb(ladder: Ladder, trouble: Trouble, why: str, now: float) -> tuple[Ladder, Plan]:
    """What to do about a trouble; one without an episode begins one."""
    episode = ladder.episode or Episode(trouble, now)
    taken = tuple((step, at) for step, at in ladder.taken if at > now - _LONGEST_S)
    for step in _ahead(episode, trouble):
        at = _due(ladder, episode, step, now)
        if at is not None and _within_budget(taken, step, at):
            episode = replace(episode, steps=(*episode.steps, step))
            return Ladder(ladder.power, (*taken, (step, at)), episode), Plan(step, at, trouble, why)
    why = f"{why} {_tried(episode)}{_ADVICE[trouble]}"
    before = episode.steps.count(Step.QUARANTINE)
    if before < len(QUARANTINE_S):
        episode = replace(episode, steps=(*episode.steps, Step.QUARANTINE))
    at = now + QUARANTINE_S[min(before, len(QUARANTINE_S) - 1) if trouble in _COSTLY else 0]
    return Ladder(ladder.power, taken, episode), Plan(Step.QUARANTINE, at, trouble, why)


def judge(ladder: Ladder, serving_since: float, now: float, *, proved: bool) -> tuple[Ladder, Cure | None]:
    """Whether the modem is cured: it has served for `HEALTHY_S`, or `proved` it by a message that was accepted."""
    if ladder.episode is None or not (proved or now - serving_since >= HEALTHY_S):
        return ladder, None
    return start_over(ladder), Cure(ladder.episode.trouble, ladder.episode.steps[-1])


def remark(ladder: Ladder, text: str) -> Ladder:
    """Have the reason of a quarantine say this too, as long as the episode lasts."""
    return ladder if ladder.episode is None else replace(ladder, episode=replace(ladder.episode, remark=text))


def start_over(ladder: Ladder) -> Ladder:
    """The next trouble is a new one: the modem is well, or a person or another device has come. Budgets stay."""
    return replace(ladder, episode=None)


def trouble_of(problem: ModemError) -> Trouble:
    """The trouble that an error is a sign of."""
    match problem:
        case Silent() | OutOfStep():
            return Trouble.SILENT
        case SettingsLost():
            return Trouble.RESTARTED
        case SimBusy():
            return Trouble.BUSY
        case PortBusy():
            return Trouble.HELD
        case LoginRefused():
            return Trouble.LOGIN
        case PortError():
            return Trouble.LOST
        case CommandRefused():
            causes = CME_CAUSES if problem.family == "CME" else CMS_CAUSES
            cause = None if problem.code is None else causes.get(problem.code)
            return Trouble.REFUSING if cause is None else _BY_CAUSE.get(cause.cls, Trouble.REFUSING)
        case ModemFailed():
            return Trouble.REFUSING
        case _:
            return Trouble.STRANGE


_BY_CAUSE = {CauseClass.SIM_TROUBLE: Trouble.SIM, CauseClass.RETRY_SOON: Trouble.BUSY}


# -- inside -----------------------------------------------------------------------------------------------------


def _ahead(episode: Episode, trouble: Trouble) -> tuple[Step, ...]:
    """The steps that are left on this trouble's way, from where the episode stands."""
    way = WAYS[trouble]
    if not episode.steps:
        return way
    last = episode.steps[-1]
    again = way.count(last) - episode.steps.count(last)
    return (last,) * again + tuple(step for step in way if _RANK[step] > _RANK[last])


def _due(ladder: Ladder, episode: Episode, step: Step, now: float) -> float | None:
    """When a step may be taken, None for never."""
    cooldowns = RUNGS[step].cooldowns_s
    at = now + cooldowns[min(episode.steps.count(step), len(cooldowns) - 1)]
    if step is Step.POWER:
        return max(at, episode.began_at + PATIENCE_S) if ladder.power else None
    return at


def _within_budget(taken: tuple[tuple[Step, float], ...], step: Step, at: float) -> bool:
    rung = RUNGS[step]
    return sum(other is step and then > at - rung.within_s for other, then in taken) < rung.most


def _tried(episode: Episode) -> str:
    steps = [step.value for step in dict.fromkeys(episode.steps) if step is not Step.QUARANTINE]
    tried = f"Tried in vain: {', '.join(steps)}. " if steps else ""
    return f"{tried}{episode.remark} " if episode.remark else tried
