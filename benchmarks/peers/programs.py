"""How each peer is set up to send as fast as it can, a class a program.

A peer gets a folder of its own, a port, and the number of messages; its `running` is a context in which it sends. What
it has sent is counted by the emulator, not by what the peer says. Settings are the fastest its manual offers.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from benchmarks.rig import wait_until

TEXT = "You were at the office of Barnaul. Rate the service from 1 to 5"
_SHIM = Path(__file__).with_name("modem_lines.c")


class Peer(Protocol):
    """A program that sends."""

    name: str
    messages: int
    """How many it is given: some seconds' worth."""

    def missing(self) -> str | None:
        """What is not installed here, None if it can run."""

    def running(self, folder: Path, port: str, messages: int) -> Iterator[None]:
        """Give it its messages and let it send until the context ends."""


def number(index: int) -> str:
    return f"+7913{index:07d}"


class GammuSmsd:
    """gammu-smsd, files: no sleep in its loop, no status questions, no receiving between two messages."""

    name, messages = "gammu-smsd", 8

    def missing(self) -> str | None:
        return _missing("gammu-smsd", "gammu-smsd-inject")

    @contextmanager
    def running(self, folder: Path, port: str, messages: int) -> Iterator[None]:
        boxes = {name: folder / name for name in ("inbox", "outbox", "sent", "error")}
        for box in boxes.values():
            box.mkdir()
        config = folder / "smsdrc"
        config.write_text(
            f"[gammu]\ndevice = {port}\nconnection = at\n[smsd]\nservice = files\nlogfile = {folder}/log\n"
            f"inboxpath = {boxes['inbox']}/\noutboxpath = {boxes['outbox']}/\nsentsmspath = {boxes['sent']}/\n"
            f"errorsmspath = {boxes['error']}/\nloopsleep = 0\nreceivefrequency = 3600\nstatusfrequency = 0\n"
            "checksecurity = 0\nchecksignal = 0\ncheckbattery = 0\nmaxretries = 1\n"
        )
        for index in range(messages):
            command = ["gammu-smsd-inject", "-c", str(config), "TEXT", number(index), "-text", TEXT]
            subprocess.run(command, check=True, capture_output=True)
        with _program("gammu-smsd", "-c", str(config)):
            yield


class Smstools:
    """smstools3: `delaytime` 0 is taken as 1, `poll_faster` and `send_delay` tuned, nothing received or reported."""

    name, messages = "smstools3", 600

    def missing(self) -> str | None:
        return _missing("smsd")

    @contextmanager
    def running(self, folder: Path, port: str, messages: int) -> Iterator[None]:
        names = ("outgoing", "checked", "incoming", "failed", "sent")
        for name in names:
            (folder / name).mkdir()
        spool = "\n".join(f"{name} = {folder}/{name}" for name in names)
        config = folder / "smsd.conf"
        config.write_text(
            f"devices = GSM1\n{spool}\nlogfile = {folder}/log\ninfofile = {folder}/running\npidfile = {folder}/pid\n"
            "loglevel = 2\ndelaytime = 1\ndelaytime_mainprocess = 1\nstore_sent_pdu = 0\n"
            f"[GSM1]\ndevice = {port}\nincoming = no\nsend_delay = -1\npoll_faster = 1\nkeep_messages = no\n"
            "check_network = 0\ncheck_memory_method = 0\nsignal_quality_ber_ignore = yes\n"
        )
        for index in range(messages):
            (folder / "outgoing" / f"m{index:06d}").write_text(f"To: {number(index)[1:]}\n\n{TEXT}")
        with _program("smsd", "-t", "-c", str(config)):
            yield


class Kannel:
    """Kannel: bearerbox with its AT driver, fed by smsbox over HTTP."""

    name, messages = "Kannel", 6

    def missing(self) -> str | None:
        return _missing("bearerbox", "smsbox")

    @contextmanager
    def running(self, folder: Path, port: str, messages: int) -> Iterator[None]:
        admin, box, http = (_free_port() for _ in range(3))
        config = folder / "kannel.conf"
        config.write_text(
            f"group = core\nadmin-port = {admin}\nadmin-password = x\nsmsbox-port = {box}\nlog-file = {folder}/log\n"
            "log-level = 0\n\ngroup = smsc\nsmsc = at\nmodemtype = auto\nspeed = 115200\nmax-error-count = 3\n"
            f"device = {port}\nmy-number = 1234\n\ngroup = modems\nid = generic\nname = Generic\nno-pin = true\n\n"
            f"group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {http}\n\n"
            "group = sendsms-user\nusername = u\npassword = p\n"
        )
        log = folder / "log"
        with _program("bearerbox", str(config)):
            wait_until(lambda: log.exists() and b"AT SMSC successfully opened" in log.read_bytes(), 60)
            with _program("smsbox", str(config)):
                wait_until(lambda: _listens(http), 20)
                for index in range(messages):
                    fields = {"username": "u", "password": "p", "to": number(index), "text": TEXT}
                    address = f"http://127.0.0.1:{http}/cgi-bin/sendsms?{urllib.parse.urlencode(fields)}"
                    urllib.request.urlopen(address, timeout=10).close()
                yield


class Gsmsmsd:
    """gsm-utils' gsmsmsd: a spool directory; a message that went out is removed, no other record is kept.

    It insists on modem control lines, which a pty does not have: a few lines of C say yes to them.
    """

    name, messages = "gsmsmsd", 3000

    def missing(self) -> str | None:
        return _missing("gsmsmsd", "cc")

    @contextmanager
    def running(self, folder: Path, port: str, messages: int) -> Iterator[None]:
        shim = folder / "modem_lines.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(shim), str(_SHIM)], check=True)
        spool = folder / "spool"
        spool.mkdir()
        for index in range(messages):
            (spool / f"m{index:06d}").write_text(f"{number(index)}\n{TEXT}")
        command = ["gsmsmsd", "-d", port, "-b", "115200", "-s", str(spool), "-t", "ME", "sms", "no_cb", "no_stat"]
        with _program(*command, preload=shim):
            yield


class StockGsmmodem:
    """python-gsmmodem-new as it is: one thread that calls sendSms in a loop."""

    name, messages = "python-gsmmodem-new", 2000
    _program = (
        "import sys\n"
        "from gsmmodem.modem import GsmModem\n"
        "port, count, text = sys.argv[1], int(sys.argv[2]), sys.argv[3]\n"
        "modem = GsmModem(port, 115200)\n"
        "modem.connect()\n"
        "for index in range(count):\n"
        "    modem.sendSms(f'+7913{index:07d}', text)\n"
        "modem.close()\n"
    )

    def missing(self) -> str | None:
        return None

    @contextmanager
    def running(self, folder: Path, port: str, messages: int) -> Iterator[None]:
        with _program(sys.executable, "-W", "ignore", "-c", self._program, port, str(messages), TEXT):
            yield


PEERS: tuple[Peer, ...] = (StockGsmmodem(), Gsmsmsd(), Smstools(), GammuSmsd(), Kannel())


def _missing(*programs: str) -> str | None:
    return next((program for program in programs if shutil.which(program) is None), None)


@contextmanager
def _program(*command: str, preload: Path | None = None) -> Iterator[None]:
    environment = None if preload is None else {"PATH": "/usr/sbin:/usr/bin:/bin", "LD_PRELOAD": str(preload)}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
