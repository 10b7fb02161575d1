"""The whole centre on one machine: an emulated network, the daemon as it runs in the field, and citizens.

Four processes: `otklik emulate`, `otklik simulate-upstream`, `otklik run` with a configuration written here, and this
one, which imports the visits and plays the citizens. Only time is different: the invitation goes out at once, and the
three days a citizen has to answer pass in `WINDOW_S` seconds.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from sqlite_utils import Database

from gateway import directory
from gateway.config import load, packaged_config
from gateway.errors import DaemonError
from gateway.intake import files
from gateway.phones import BadPhone, normalise
from gateway.settings import Settings
from gateway.simulator.citizens import PATIENCE_S
from gateway.simulator.crowd import Crowd
from gateway.simulator.dice import Dice
from gateway.simulator.offices import EXAMPLE_COUNT, EXAMPLE_DAY, generate_day
from gateway.simulator.world.writing import write_csv
from gateway.store.opening import readable
from scheduler.clock import SystemClock

WINDOW_S = 12.0
UPSTREAM = "site"
"""What the demo's upstream is called."""
SCALE = PATIENCE_S / WINDOW_S
"""Citizens' seconds per second: three days in `WINDOW_S`."""

_TICK_S = 0.1
_QUIET_S = 1.5
_START_WITHIN_S = 20.0
_FILES = (
    *("otklik.db", "otklik.db-wal", "otklik.db-shm", "upstream.db", "upstream.db-wal", "upstream.db-shm"),
    *("network.log", "upstream.log", "otklik.log", "ratings.jsonl", "visits.csv", "results.html"),
)

_CONFIG = """# Written by `otklik demo`; `otklik run -c` on it is the daemon of the demo.
database: otklik.db
offices: {offices}
services: {services}
modems:
{modems}
survey:
  script: {script}
  delay_s: 0          # in the field a day
  window: always      # in the field 09:00 to 20:30 where the citizen is
  reply_window_s: {window_s:g}  # in the field three days
sweep_s: 2
upstream:
  - name: {upstream}
    url: {url}
    format: {format}
    vendor: "9901"
    every_s: 1
    status_codes: {{after_s: 0}}
    corrections: send  # in the field a rating waits until it cannot be corrected any more
http: null
log: {{file: otklik.log}}
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the day is: invitations that have come to their end, of all that were made, and ratings that are not
    settled upstream yet."""

    closed: int
    invitations: int
    unsettled: int


class Demo:
    """One run in one directory. Use as a context manager: its processes end with it."""

    def __init__(
        self, folder: Path, visits: int, modems: int, seed: int, survey: str = "overall", form: str = "rates-xml"
    ) -> None:
        self.folder = folder
        self.config = folder / "config.yaml"
        self.network_log = folder / "network.log"
        self.upstream_log = folder / "upstream.log"
        self._visits = visits
        self._modems = modems
        self._seed = seed
        self._survey = survey
        self._form = form
        self._clock = SystemClock()
        self._emulator: subprocess.Popen[str] | None = None
        self._upstream: subprocess.Popen[str] | None = None
        self._daemon: subprocess.Popen[str] | None = None
        self.crowd: Crowd | None = None

    def __enter__(self) -> Demo:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._daemon, self._upstream, self._emulator):
            if process is not None:
                _end(process)

    def clear(self) -> None:
        """Make the directory, and take away what an earlier run left in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (self.folder / name).unlink(missing_ok=True)

    def prepare(self, upstream: str) -> Path:
        """Write the configuration, with the address of an upstream, and the visits; the visits file."""
        packaged = load(packaged_config())
        modems = "\n".join(f"  - {{name: m{k + 1}, port: ports/modem{k}}}" for k in range(self._modems))
        text = _CONFIG.format(
            offices=json.dumps(str(packaged.offices)),
            services=json.dumps(str(packaged.services)),
            modems=modems,
            script=json.dumps(self._survey),
            window_s=WINDOW_S,
            upstream=UPSTREAM,
            url=json.dumps(upstream),
            format=self._form,
        )
        self.config.write_text(text, encoding="utf-8")
        path = self.folder / "visits.csv"
        path.write_text(self._visits_text(packaged), encoding="utf-8")
        return path

    def start_network(self) -> str:
        """Start the emulated network; the address of its control port."""
        log = ("--log", str(self.network_log), "--seed", str(self._seed))
        ports = ("--modems", str(self._modems), "--dir", str(self.folder / "ports"), "--control", "0")
        self._emulator = _start("emulate", *ports, *log)
        url = str(_ready(self._emulator, "The emulated network", "otklik emulate")["control"])
        self.crowd = Crowd(url, self._seed, SCALE)
        return url

    def start_upstream(self) -> str:
        """Start the upstream double; the address ratings are posted to, and under which a browser sees them."""
        files = ("--database", str(self.folder / "upstream.db"), "--log", str(self.upstream_log))
        self._upstream = _start("simulate-upstream", "--listen", "127.0.0.1:0", *files)
        return str(_ready(self._upstream, "The upstream double", "otklik simulate-upstream")["url"])

    def keep_results(self, upstream: str) -> Path:
        """Save the public page as a file, for when the upstream is gone."""
        path = self.folder / "results.html"
        path.write_text(httpx2.get(upstream, timeout=_START_WITHIN_S).raise_for_status().text, encoding="utf-8")
        return path

    def start_daemon(self) -> int:
        """Start `otklik run`; its pid."""
        self._daemon = _start("run", "-c", str(self.config))
        return self._daemon.pid

    def kill_daemon(self) -> None:
        """End the daemon as a power cut would."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.communicate()

    def stop_daemon(self) -> None:
        """End the daemon as an operator would. Raises DaemonError if it fails."""
        assert self._daemon is not None
        code = _end(self._daemon)
        if code != 0:
            raise DaemonError(f"The daemon ended with code {code}; its log is {self.folder / 'otklik.log'}.")

    def switch_handsets(self, visits: Path) -> None:
        """Tell the network which of the citizens in a visits file cannot be reached."""
        assert self.crowd is not None
        phones = set()
        for row in files.rows(visits, "csv", "utf-8-sig"):
            try:
                phones.add(normalise(row.cells["phone"]))
            except BadPhone:
                continue
        self.crowd.switch_handsets(phones)

    def live(self, tell: Callable[[Progress], None], until: Callable[[Progress], bool] | None = None) -> None:
        """Let the day pass until nothing is left to happen, or until `until` says so.

        Raises DaemonError when the daemon dies or nothing moves any more.
        """
        assert self.crowd is not None
        still_since = self._clock.monotonic()
        seen: tuple[object, ...] = ()
        with readable(load(self.config).database) as db:
            while True:
                now = self._clock.monotonic()
                self.crowd.step(now)
                progress, state = _look(db)
                tell(progress)
                if until is not None and until(progress):
                    return
                if (*state, self.crowd.waiting, self.crowd.sent_parts) != seen:
                    seen, still_since = (*state, self.crowd.waiting, self.crowd.sent_parts), now
                quiet_s = now - still_since
                if _is_over(progress, state) and not self.crowd.waiting and quiet_s > _QUIET_S:
                    return
                self._check_alive(quiet_s)
                self._clock.wait((), now + _TICK_S)

    def settings(self) -> Settings:
        return load(self.config)

    def _check_alive(self, quiet_s: float) -> None:
        if self._daemon is not None and self._daemon.poll() is not None:
            raise DaemonError(f"The daemon ended by itself; its log is {self.folder / 'otklik.log'}.")
        if quiet_s > WINDOW_S + _START_WITHIN_S:
            raise DaemonError(f"Nothing has moved for {quiet_s:.0f} s; see otklik status -c {self.config}.")

    def _visits_text(self, packaged: Settings) -> str:
        """The example's own file, its beginning, or a longer day made the same way."""
        example = packaged.offices.with_name("visits.csv").read_text(encoding="utf-8")
        if self._visits <= EXAMPLE_COUNT:
            return "".join(example.splitlines(keepends=True)[: self._visits + 1])
        known = directory.load(packaged.offices, packaged.services)
        offices, services = list(known.offices.values()), list(known.services.values())
        return write_csv(generate_day(EXAMPLE_DAY, self._visits, offices, services, Dice(self._seed, "visits")))


def _look(db: Database) -> tuple[Progress, tuple[Any, ...]]:
    """How far the day is, and the counts that show whether anything still moves."""
    invitations = dict(db.execute("SELECT state, count(*) FROM invitations GROUP BY 1").fetchall())
    total = sum(invitations.values())
    going = invitations.get("due", 0) + invitations.get("open", 0)
    queued = db.execute("SELECT count(*) FROM parts WHERE state IN ('queued', 'claimed')").fetchone()[0]
    kept, unread = db.execute("SELECT count(*), coalesce(sum(state = 'kept'), 0) FROM inbox").fetchone()
    unsettled = db.execute(
        "SELECT count(*) FROM ratings r WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.rating = r.cursor"
        " AND d.state IN ('accepted', 'rejected', 'superseded'))"
    ).fetchone()[0]
    return Progress(total - going, total, unsettled), (going, queued, kept, unread, unsettled)


def _is_over(progress: Progress, state: tuple[Any, ...]) -> bool:
    _, queued, _, unread, unsettled = state
    return progress.closed == progress.invitations and not (queued or unread or unsettled)


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "gateway", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def _ready(process: subprocess.Popen[str], what: str, command: str) -> dict[str, Any]:
    """The line by which a program tells that it serves. Raises DaemonError if it ended instead."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise DaemonError(f"{what} did not start; run {command} by hand to see why.")
    told: dict[str, Any] = json.loads(line)
    return told


def _end(process: subprocess.Popen[str]) -> int:
    """Ask a process to end, and make it if it does not; its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode
