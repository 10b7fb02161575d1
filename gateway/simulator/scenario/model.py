"""What a scenario says, with its default, its limits and its meaning: the vocabulary of `otklik simulate`.

Pure. The `box` section is the `config.yaml` of each box, without what the simulation itself decides (database, modems,
offices, services, http): the same keys with the same meanings, so that what was found here can be copied to the field.
Durations end in `_s`; times of day and days of the week are those of the offices. Shares are from 0 to 1.
"""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.calendarsettings import CallbackSettings, HolidaysKey, HoursKey, WeekdaysKey
from gateway.modemsettings import LimitSettings
from gateway.section import Seconds, Section
from gateway.settings import RoutingSection, SurveySection
from gateway.simulator.world.demand import PEAKS
from scheduler.windows import Holidays, Hours


def _forward(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError(f"a span goes from its lower end to its upper, not from {span[0]:g} to {span[1]:g}")
    return span


def _busy(peaks: dict[int, float]) -> dict[int, float]:
    if not any(peaks.values()):
        raise ValueError("some hour must be busier than 0")
    return peaks


def _given(scores: Scores) -> Scores:
    if not any(scores):
        raise ValueError("some mark must be given more often than 0")
    return scores


Share = Annotated[float, Field(ge=0, le=1)]
Scores = tuple[Share, Share, Share, Share, Share]
Span = Annotated[tuple[float, float], AfterValidator(_forward)]
Count = Annotated[int, Field(ge=1)]
Hour = Annotated[int, Field(ge=0, le=23)]
Often = Annotated[float, Field(ge=0, le=1000)]
"""How often something is against something else."""


class BoxSection(Section):
    """The configuration of each box, as in `config.yaml`; and `tick_s`, how often it looks at its timetable at most.

    In the field that is each second; with a minute long periods cost less, and invitations wait half of it on average.
    """

    survey: SurveySection = SurveySection()
    routing: RoutingSection = RoutingSection()
    callbacks: CallbackSettings = CallbackSettings()
    sweep_s: Annotated[float, Field(gt=0, le=3600)] = 900
    tick_s: Annotated[float, Field(ge=1, le=600)] = 1


class Lasting(Section):
    """A time that varies: lognormal with a median in seconds and a sigma (0: always the median)."""

    median_s: Seconds
    sigma: Annotated[float, Field(ge=0, le=4)] = 0.0


class OutageSection(Section):
    """What goes wrong with something: on average every `every_h` hours of work, for a time that varies."""

    every_h: Annotated[float, Field(gt=0)]
    lasts: Lasting


class ModemsSection(Section):
    """The modems of each box: how many, of which model, how long the network takes to accept a part, what a SIM may
    send, how often one hangs or loses the network, and what a part in doubt comes to."""

    count: Annotated[int, Field(ge=1, le=64)] = 1
    profile: str = "generic"
    submit: Lasting = Lasting(median_s=4.0, sigma=0.35)
    limits: LimitSettings = LimitSettings()
    on_unknown: Literal["hold", "resend"] = "hold"
    hangs: OutageSection | None = None
    no_network: OutageSection | None = None


class NetworkSection(Section):
    """The network behind the modems: how soon telephones that are on get a message, how many are off (for `off_for`) or
    blocked for good, which share of reports is lost and of messages comes twice, and when all of it is away."""

    delivery: Lasting = Lasting(median_s=6.0, sigma=1.0)
    off: Share = 0.04
    off_for: Lasting = Lasting(median_s=20 * 3600.0, sigma=1.0)
    blocked: Share = 0.01
    reports_lost: Share = 0.0
    doubled: Share = 0.0
    refused: Share = 0.0
    """Submits that the network refuses for now (+CMS ERROR: 42, congestion)."""
    away: OutageSection | None = None


class VisitsSection(Section):
    """How many people come, when, and what the offices write down.

    `per_day` is the mean number of visitors on an ordinary weekday at the beginning of the period, over all offices of
    a region, shared out by their windows times `weights`. `growth_per_year` is added evenly over the year (0.2: a
    fifth). Days differ by a factor with the mean 1 and `day_sigma`; an office that was shut the day before has
    `after_holiday` times as many. `lists_at` is when offices send the day's list; null: each visit is reported when it
    ends. `replay` is a visits file that is lived instead.
    """

    per_day: Annotated[float, Field(gt=0, le=10_000_000)] = 5000
    growth_per_year: Annotated[float, Field(ge=-0.9, le=10)] = 0.0
    day_sigma: Annotated[float, Field(ge=0, le=1)] = 0.1
    after_holiday: Annotated[float, Field(ge=1, le=5)] = 1.2
    saturday: Share = 0.4
    holidays: HolidaysKey = Holidays()
    city_windows: Count = 10
    """Offices with so many windows or more keep `city` hours and open on Saturday; the others `rural` ones."""
    city: HoursKey = Hours(time(8), time(20))
    city_saturday: HoursKey = Hours(time(9), time(14))
    rural: HoursKey = Hours(time(9), time(17))
    peaks: Annotated[dict[Hour, Often], AfterValidator(_busy)] = Field(default_factory=lambda: dict(PEAKS))
    """How busy the hours of a day are against each other; one that is left out has no visitors."""
    weights: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    lists_at: str | None = Field("18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    consent: Share = 0.55
    valid_phone: Share = 0.97
    shared_phone: Share = 0.02
    wrong_phone: Share = 0.003
    """Valid numbers that are somebody else's, who has been in no office."""
    comes_again: Share = 0.25
    """Visits of somebody who has been at this office before, ten days ago in the median; whoever has been there before
    the period is new in it."""
    staffed: Annotated[float, Field(gt=0, le=1)] = 0.6
    """Which share of an office's windows is at work."""
    served_s: Lasting = Lasting(median_s=780.0, sigma=0.6)
    """How long a window takes; with arrivals and windows it makes the queue."""
    replay: Path | None = None


class CitizensSection(Section):
    """How people answer: which share of those reached, how contented they are, how soon.

    `scores` are the shares of 5, 4, 3, 2, 1 over all offices of a region while people wait `usual_queue_s` on average.
    What moves them is measured in standard deviations of people's own contentment: `quality_sigma` says how much
    offices differ, `queue_effect` how much an hour in the queue costs, and `day_sigma_mark` how much days differ;
    `quality` are offices whose difference from the middle is known, that of the others is drawn.
    The rest is in `gateway.simulator.citizens`.
    """

    response: Share = 0.18
    scores: Annotated[Scores, AfterValidator(_given)] = (0.905, 0.070, 0.012, 0.005, 0.008)
    quality_sigma: Annotated[float, Field(ge=0, le=2)] = 0.3
    quality: dict[str, Annotated[float, Field(ge=-4, le=4)]] = Field(default_factory=dict)
    usual_queue_s: Seconds = 1120.0
    queue_effect: Annotated[float, Field(ge=0, le=4)] = 0.5
    day_sigma_mark: Annotated[float, Field(ge=0, le=2)] = 0.05
    median_s: Seconds = 1500.0
    sigma: Annotated[float, Field(ge=0, le=4)] = 1.6
    next_day: Share = 0.15
    twice: Share = 0.03
    corrects: Share = 0.01
    abuse: Share = 0.002
    automatic: Share = 0.004


class ShiftSection(Section):
    """So many operators who work at the same hours. They take no call in a `breaks` span, but end the one they are in.

    `weekdays` null: the days of `box.callbacks`. Its holidays hold for everybody.
    """

    operators: Annotated[int, Field(ge=0, le=1000)]
    hours: HoursKey = Hours(time(9), time(18))
    breaks: tuple[HoursKey, ...] = ()
    weekdays: WeekdaysKey | None = None

    @model_validator(mode="after")
    def _breaks_lie_within(self) -> Self:
        ends_at = self.hours.opens
        for pause in self.breaks:
            if pause.opens < ends_at or pause.closes > self.hours.closes:
                raise ValueError("breaks lie within the hours, the earlier one first, and do not overlap")
            ends_at = pause.closes
        return self


class DeskSection(ShiftSection):
    """The operators of the call-back desk of each box: those named here, and those of further `shifts`.

    `talk` is how long a call takes with what is written after it; a person answers with `answers`, and who does not
    (`no_answer_s` of an operator's time) is tried again after `redial_s`, `tries` times in all. `patience` is how long
    a person stays interested in being called, from the moment the call-back was opened: who is reached later hangs up
    after `hang_up_s`. Of those reached in time `refused` do not want to talk, and `opted_out` nothing more at all; of
    all call-backs `wrong_number` reach somebody else. Operators look every `look_s` for what has come.
    """

    operators: Annotated[int, Field(ge=0, le=1000)] = 0
    shifts: tuple[ShiftSection, ...] = ()
    talk: Lasting = Lasting(median_s=240.0, sigma=0.6)
    answers: Share = 0.6
    no_answer_s: Seconds = 40.0
    redial_s: Seconds = 3600.0
    tries: Count = 3
    patience: Lasting = Lasting(median_s=86_400.0, sigma=1.0)
    hang_up_s: Seconds = 20.0
    refused: Share = 0.05
    opted_out: Share = 0.01
    wrong_number: Share = 0.01
    look_s: Annotated[float, Field(ge=1, le=86_400)] = 300.0


class UpstreamSection(Section):
    """The rating site: whether ratings go up at all, and between which days (from the first day, 0) it is away."""

    format: Literal["json", "rates-xml", "legacy-xml"] = "json"
    vendor: str = "9901"
    batch: Count = 1000
    every_s: Seconds = 3600.0
    away: tuple[Span, ...] = ()
    lost_answers: Share = 0.0


class CostSection(Section):
    """What it costs, in roubles: a part, a SIM for a month, a modem (written off in 36), an operator for an hour."""

    part: Annotated[float, Field(ge=0)] = 0.9
    sim_month: Annotated[float, Field(ge=0)] = 200.0
    modem: Annotated[float, Field(ge=0)] = 2500.0
    operator_hour: Annotated[float, Field(ge=0)] = 350.0


class GoalSection(Section):
    """What is good enough: which share of messages goes out within how long of the moment it may."""

    share: Share = 0.95
    within_s: Seconds = 1800.0


class Scenario(Section):
    """The whole of a scenario file.

    `regions` above 1 makes so many regions like this one, each with boxes and a seed of its own; `boxes` is among how
    many boxes the offices of a region are shared out, each with a database, a daemon and modems of its own. `mode` is
    what is done without being told: `full` (every message an AT dialogue of the production daemon) or `plan` (the same
    policies and people, no dialogue). `published` are figures to compare with: each a span from lowest to highest.
    """

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    about: str = Field(min_length=1, max_length=300)
    seed: str = "1"
    first_day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
    days: Annotated[int, Field(ge=1, le=3660)] = 1
    offices: Path = Path("altai/offices.csv")
    services: Path = Path("altai/services.csv")
    regions: Annotated[int, Field(ge=1, le=200)] = 1
    boxes: Annotated[int, Field(ge=1, le=64)] = 1
    mode: Literal["full", "plan"] = "full"
    box: BoxSection = BoxSection()
    modems: ModemsSection = ModemsSection()
    network: NetworkSection = NetworkSection()
    visits: VisitsSection = VisitsSection()
    citizens: CitizensSection = CitizensSection()
    desk: DeskSection = DeskSection()
    upstream: UpstreamSection | None = None
    cost: CostSection = CostSection()
    goal: GoalSection = GoalSection()
    published: dict[str, Span] = Field(default_factory=dict)
