"""One thread that owns one port: it finds the modem, serves it, and brings it back when it fails.

The worker is the only one to touch its `Modem`. What is done while all is well is in `serving`; what follows when it is
not is decided in `recovery`, told in `bulletin` and done in `repair`; here is the loop that goes from one to the other.
Only `stop` ends it: whatever fails becomes a trouble, and the ladder knows a step for each.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import replace

from modem.diagnosis.evidence import Evidence
from modem.diagnosis.examination import examine, examine_closed
from modem.driver import Identity, Modem
from modem.errors import CardChanged, ModemError, NotReadOut, NotRestarted, PowerHookFailed, SimNotReady
from modem.link import Clock
from modem.ports import Place, PortBook
from modem.worker.bell import Bell
from modem.worker.bulletin import Bulletin
from modem.worker.calls import Calls
from modem.worker.card import SIM, CardWatch
from modem.worker.desk import Desk, DeskShut, PortSettings, PortState
from modem.worker.errands import Errands
from modem.worker.radio import Radio
from modem.worker.recovery import Ladder, Plan, Step, Trouble, climb, judge, remark, start_over, trouble_of
from modem.worker.repair import Repair
from modem.worker.serving import Serving
from modem.worker.ussd import Ussd
from modem.worker.waiting import Waiting
from modem.worker.watch import Watch

_LOG = logging.getLogger(__name__)

_HOLD_S = 5.0
_CLOSED_BEFORE = (Step.REOPEN, Step.QUARANTINE)


class PortWorker:
    """Serves one modem until `stop`."""

    def __init__(self, settings: PortSettings, desk: Desk, clock: Clock, book: PortBook | None = None) -> None:
        self.settings = settings
        self.name = f"port-{settings.name}"
        self.errands = Errands(self.ring)
        self.ended = Bell()
        """Rings when the thread has nothing left to do but end; whoever joins it closes it."""
        self._desk = desk
        self._clock = clock
        self._life = clock.life(self.name, self._run)
        self._started = False
        self._done = False
        self._modem = Modem(
            settings.port,
            settings.baud,
            clock=clock,
            rtscts=settings.rtscts,
            pins=desk,
            place=Place(settings.name, settings.port, settings.imei, book or PortBook()),
            makes=settings.makes,
            init=settings.init,
            login=settings.login,
        )
        self._waiting = Waiting(settings, self._modem, clock)
        self._radio = Radio(settings.name, self._modem, desk, clock)
        self._bulletin = Bulletin(settings.name, self._modem, self._radio, desk)
        self.ussd = Ussd(self._modem, clock, self.ring)
        calls = Calls(self._modem, desk, clock, hang_up=settings.hang_up)
        card = CardWatch(settings, self._modem, desk, clock)
        self._watches: tuple[Watch, ...] = (card, self._radio, self.ussd, calls)
        self._blocked: str | None = None
        self._repair = Repair(self._modem, settings, clock, self._waiting.rest, lambda: self._waiting.stopping)
        self._ladder = Ladder(power=bool(settings.power_hook))
        self._plan: Plan | None = None
        self._serving: Serving | None = None

    # -- for other threads --------------------------------------------------------------------------------------

    def ring(self) -> None:
        """There may be something to do."""
        self._waiting.ring()

    def stop(self) -> None:
        """Finish the dialogue in flight, give the port back, and end the thread."""
        self._waiting.stop()

    def resume(self) -> None:
        """Try a modem that waits for a person at once: one has seen to it."""
        self._waiting.resume()

    @property
    def busy_since(self) -> float | None:
        """When the present dialogue or step began, monotonic; None while the worker waits for something to do."""
        return self._waiting.busy_since

    @property
    def has_died(self) -> bool:
        """Whether the thread has ended before it was done."""
        return self._started and not self.is_alive() and not self._done

    def start(self) -> None:
        self._life.start()
        self._started = True

    def is_alive(self) -> bool:
        return self._life.is_alive()

    def join(self, within_s: float | None = None) -> None:
        """Wait for the thread to end, which it does right after `ended` has rung."""
        self._life.join(within_s)

    def probe(self) -> Future[Evidence]:
        """Have the modem examined as soon as it is between two dialogues, in whatever state it is."""
        return self._waiting.visits.ask(self._examine)

    def bury(self) -> None:
        """Give back what a thread that has died held: parts, errands, port. May be called again if it fails."""
        try:
            self._give_back()
            self._done = True
        finally:
            self._close()

    # -- the loop -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with self._clock.taking_part():
            try:
                self._live()
                self._end()
            except BaseException:
                _LOG.critical("the worker of %s dies", self.settings.name, exc_info=True)
                raise
            finally:
                self.ended.ring()

    def _live(self) -> None:
        while not self._waiting.stopping:
            self._waiting.begin()
            try:
                if self._blocked is not None:
                    self._await_card(self._blocked)
                elif self._plan is not None:
                    self._carry_out(self._plan)
                elif self._serving is None:
                    self._bulletin.state(PortState.SEEKING)
                    self._begin(self._modem.start_up(self.settings.pin))
                else:
                    self._serve(self._serving)
            except SimNotReady as problem:
                self._blocked = str(problem)
            except CardChanged as news:
                _LOG.warning("port %s: %s", self.settings.name, news)
                self._start_anew()
            except NotReadOut as problem:
                _LOG.warning("port %s: %s", self.settings.name, problem)
                self._decide_again()
            except (NotRestarted, PowerHookFailed) as problem:
                self._ladder = remark(self._ladder, str(problem))
                self._decide_again()
            except DeskShut as problem:
                self._hold(str(problem))
            except ModemError as problem:
                self._decide(trouble_of(problem), str(problem))
            except Exception as problem:  # a bug of ours, or the database: no reason to end the port for good
                _LOG.exception("port %s", self.settings.name)
                self._decide(Trouble.FAULT, f"{type(problem).__name__}: {problem}")

    def _end(self) -> None:
        try:
            self._give_back()
            self._bulletin.state(PortState.STOPPED)
        finally:
            self._done = True
            self._close()

    def _close(self) -> None:
        self.errands.close()
        self.ussd.close()
        self._waiting.visits.close()
        self._modem.close()
        self._waiting.close()

    # -- while all is well --------------------------------------------------------------------------------------

    def _begin(self, identity: Identity) -> None:
        self._bulletin.identity = identity
        self._bulletin.refused()
        self._serving = Serving(
            self._modem,
            identity,
            self._desk,
            self._clock,
            self.settings,
            errands=self.errands,
            radio=self._radio,
            watches=self._watches,
            say=lambda: self._bulletin.state(PortState.SERVING),
        )

    def _serve(self, serving: Serving) -> None:
        since, accepted = self._clock.monotonic(), serving.sending.accepted
        while not self._waiting.stopping:
            now = self._waiting.begin()
            if self._ladder.episode is not None or self._bulletin.alarmed:
                self._judge(since, now, serving.sending.accepted > accepted)
            if self._waiting.visits.do_one(self._modem) and self._modem.out_of_step:
                self._modem.realign()  # what it is too ill for is the ladder's business
            until = serving.turn()
            if until is not None:
                self._waiting.for_work(until)

    def _judge(self, since: float, now: float, proved: bool) -> None:
        self._ladder, cure = judge(self._ladder, since, now, proved=proved)
        if cure is not None and self._bulletin.identity is not None:
            self._desk.cured(self._bulletin.identity.model, cure.trouble.value, cure.step.value)
        if self._bulletin.alarmed and self._ladder.episode is None:
            self._bulletin.quarantine_over()

    def _hold(self, why: str) -> None:
        """Nothing can be kept: what came in stays with the modem, which is well, and is looked for again later."""
        _LOG.debug("port %s waits: %s", self.settings.name, why)
        if self._serving is not None:
            self._serving.reception.due_at = self._clock.monotonic()
        self._waiting.rest(self._clock.monotonic() + _HOLD_S)

    # -- while it is not ----------------------------------------------------------------------------------------

    def _decide(self, trouble: Trouble, why: str) -> None:
        self._ladder, self._plan = climb(self._ladder, trouble, why, self._clock.monotonic())

    def _decide_again(self) -> None:
        """A step could not be taken: the trouble is still the one that led to it."""
        if self._plan is not None:
            self._decide(self._plan.trouble, self._plan.why)

    def _carry_out(self, plan: Plan) -> None:
        self._try_to_give_back()
        if plan.step in _CLOSED_BEFORE or plan.trouble is Trouble.LOST:
            # A name that is held open is not given to a modem that comes back.
            self._modem.close()
        self._bulletin.plan(plan)
        if self._waiting.for_peace(plan.at, closed=plan.step in _CLOSED_BEFORE) and plan.step is Step.QUARANTINE:
            self._ladder = start_over(self._ladder)
        if self._waiting.stopping:
            return
        self._give_back()
        identity = self._repair.take(plan.step, self._serving)
        self._plan = None
        self._bulletin.step_taken()
        if identity is not None:
            self._begin(identity)
        else:
            self._bulletin.state(PortState.SERVING)

    def _await_card(self, problem: str) -> None:
        """Tell a person, hold the port, and say nothing that could cost a try, until the card is another or open."""
        self._blocked = None
        kind = SIM if self._serving is not None else ""  # it was well before
        self._start_anew()
        self._bulletin.blocked(problem, kind)
        self._waiting.for_card()

    def _examine(self, modem: Modem) -> Evidence:
        if modem.alive:
            evidence = examine(modem, set_up=self._serving is not None)
            # On the ladder its settings are not what they should be anyway; they are left as they are.
            return evidence if self._plan is None else replace(evidence, set_up=False)
        imei = self.settings.imei if self._bulletin.identity is None else self._bulletin.identity.imei
        return examine_closed(modem, self.settings.name, imei)

    def _start_anew(self) -> None:
        """The modem is well and its card is not the one that was served: set up anew, on the port that is open."""
        self._give_back()
        self._serving = None
        self._bulletin.identity = None
        self._plan = None
        self._ladder = start_over(self._ladder)

    def _give_back(self) -> None:
        if self._serving is not None:
            self._serving.sending.give_back()

    def _try_to_give_back(self) -> None:
        """Others shall have the parts at once; where the database fails, it is tried again after the cool-down."""
        try:
            self._give_back()
        except Exception:
            _LOG.exception("port %s: parts could not be given back", self.settings.name)
