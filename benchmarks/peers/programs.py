"""How each peer is set up to send, and to take in, as fast as it can: a class a program.

A peer gets a folder of its own and the ports of its modems; `sending` and `receiving` are contexts in which it works.
What it has done is told by the emulator, not by the peer. Settings are the fastest that its manual offers; what it has
to send lies in its queue before it starts.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from benchmarks.rig import wait_until

TEXT = "You were at the office of Barnaul. Rate the service from 1 to 5"
_SHIM = Path(__file__).with_name("modem_lines.c")


class Peer(Protocol):
    """A program that sends."""

    name: str
    messages: int
    """How many it is given: some seconds' worth."""
    is_patient: bool
    """Whether its own waits decide, and not its work: then it gets one modem and few messages."""

    def missing(self) -> str | None:
        """What is not installed here, None if it can run."""

    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> AbstractContextManager[None]:
        """Give it its messages and let it send, by all its modems, until the context ends."""


@runtime_checkable
class Receiver(Protocol):
    """A program that takes messages in, too."""

    name: str

    def receiving(self, folder: Path, port: str) -> AbstractContextManager[None]:
        """Let it take in what there is until the context ends."""


def number(index: int) -> str:
    return f"+7913{index:07d}"


class GammuSmsd:
    """gammu-smsd, files: no sleep in its loop, no status questions, no receiving between two messages."""

    name, messages, is_patient = "gammu-smsd", 4, True

    def missing(self) -> str | None:
        return _missing("gammu-smsd", "gammu-smsd-inject")

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        config = self._configure(folder, ports[0], "receivefrequency = 3600")
        for index in range(messages):
            command = ["gammu-smsd-inject", "-c", str(config), "TEXT", number(index), "-text", TEXT]
            subprocess.run(command, check=True, capture_output=True)
        with _program("gammu-smsd", "-c", str(config)):
            yield

    @contextmanager
    def receiving(self, folder: Path, port: str) -> Iterator[None]:
        config = self._configure(folder, port, "receivefrequency = 0\ncommtimeout = 0")
        with _program("gammu-smsd", "-c", str(config)):
            yield

    def _configure(self, folder: Path, port: str, frequency: str) -> Path:
        boxes = {name: folder / name for name in ("inbox", "outbox", "sent", "error")}
        for box in boxes.values():
            box.mkdir()
        config = folder / "smsdrc"
        config.write_text(
            f"[gammu]\ndevice = {port}\nconnection = at\n[smsd]\nservice = files\nlogfile = {folder}/log\n"
            f"inboxpath = {boxes['inbox']}/\noutboxpath = {boxes['outbox']}/\nsentsmspath = {boxes['sent']}/\n"
            f"errorsmspath = {boxes['error']}/\nloopsleep = 0\n{frequency}\nstatusfrequency = 0\n"
            "checksecurity = 0\nchecksignal = 0\ncheckbattery = 0\nmaxretries = 1\n"
        )
        return config


class Smstools:
    """smstools3: reads a hundred times as often as by default, and does not look for unexpected input, for which it
    waits 200 ms before each command. Its messages lie in the queue behind its spooler."""

    name, messages, is_patient = "smstools3", 600, False

    def missing(self) -> str | None:
        return _missing("smsd")

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        config = self._configure(folder, ports, "incoming = no")
        for index in range(messages):
            (folder / "checked" / f"m{index:06d}").write_text(f"To: {number(index)[1:]}\n\n{TEXT}")
        with _program("smsd", "-t", "-c", str(config)):
            yield

    @contextmanager
    def receiving(self, folder: Path, port: str) -> Iterator[None]:
        with _program("smsd", "-t", "-c", str(self._configure(folder, [port], "incoming = high"))):
            yield

    def _configure(self, folder: Path, ports: Sequence[str], incoming: str) -> Path:
        names = ("outgoing", "checked", "incoming", "failed", "sent")
        for name in names:
            (folder / name).mkdir()
        spool = "\n".join(f"{name} = {folder}/{name}" for name in names)
        devices = "".join(f"[GSM{index}]\ndevice = {port}\n" for index, port in enumerate(ports))
        config = folder / "smsd.conf"
        config.write_text(
            f"devices = {','.join(f'GSM{index}' for index in range(len(ports)))}\n{spool}\nlogfile = {folder}/log\n"
            f"infofile = {folder}/running\npidfile = {folder}/pid\nloglevel = 2\ndelaytime = 1\n"
            "delaytime_mainprocess = 1\nspool_directory_order = yes\nignore_outgoing_priority = yes\n"
            f"store_sent_pdu = 0\n[default]\n{incoming}\npoll_faster = 1000\ndetect_unexpected_input = no\n"
            f"detect_message_routing = no\ncheck_network = 0\nsignal_quality_ber_ignore = yes\n{devices}"
        )
        return config


class Kannel:
    """Kannel: bearerbox with its AT driver, its sleep after each line cut to 1 ms, fed by smsbox over HTTP."""

    name, messages, is_patient = "Kannel", 4, True

    def missing(self) -> str | None:
        return _missing("bearerbox", "smsbox")

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        admin, box, http = (_free_port() for _ in range(3))
        log = folder / "log"
        config = folder / "kannel.conf"
        config.write_text(
            f"group = core\nadmin-port = {admin}\nadmin-password = x\nsmsbox-port = {box}\nlog-file = {log}\n"
            "log-level = 0\n\ngroup = smsc\nsmsc = at\nmodemtype = auto\nspeed = 115200\nmax-error-count = 3\n"
            f"device = {ports[0]}\nmy-number = 1234\n\ngroup = modems\nid = generic\nname = Generic\nno-pin = true\n"
            f"sendline-sleep = 1\n\ngroup = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {http}\n\n"
            "group = sendsms-user\nusername = u\npassword = p\ndefault-sender = 1234\n"
        )
        with _program("bearerbox", str(config)):
            wait_until(lambda: log.exists() and b"AT SMSC successfully opened" in log.read_bytes(), 60)
            with _program("smsbox", str(config)):
                for index in range(messages):
                    fields = {"username": "u", "password": "p", "to": number(index), "text": TEXT}
                    address = f"http://127.0.0.1:{http}/cgi-bin/sendsms?{urllib.parse.urlencode(fields)}"
                    wait_until(partial(_answers, address), 20)
                yield


class Gsmsmsd:
    """gsm-utils' gsmsmsd: a spool directory and a process for each modem; a message that went out is removed, no other
    record is kept.

    It insists on modem control lines, which a pty does not have: a few lines of C say yes to them. It is not asked to
    receive: what comes between the emptying of a full memory and its AT+CNMI is never announced, and it waits for ever.
    """

    name, messages, is_patient = "gsmsmsd", 3000, False

    def missing(self) -> str | None:
        return _missing("gsmsmsd", "cc")

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        shim = folder / "modem_lines.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(shim), str(_SHIM)], check=True)
        spools = [folder / f"spool{index}" for index in range(len(ports))]
        for spool in spools:
            spool.mkdir()
        for index in range(messages):
            (spools[index % len(spools)] / f"m{index:06d}").write_text(f"{number(index)}\n{TEXT}")
        with ExitStack() as stack:
            for port, spool in zip(ports, spools, strict=True):
                command = ("gsmsmsd", "-d", port, "-b", "115200", "-s", str(spool), "sms", "no_cb", "no_stat")
                stack.enter_context(_program(*command, preload=shim))
            yield


class StockGsmmodem:
    """python-gsmmodem-new as it is: for each modem a process, one thread of it that calls sendSms, or listStoredSms, in
    a loop; nothing is kept."""

    name, messages, is_patient = "python-gsmmodem-new", 2000, False
    _opening = (
        "import sys\nfrom gsmmodem.modem import GsmModem\nmodem = GsmModem(sys.argv[1], 115200)\nmodem.connect()\n"
    )
    _send = (
        "start, end, step = map(int, sys.argv[2:5])\n"
        "for index in range(start, end, step):\n"
        "    modem.sendSms(f'+7913{index:07d}', sys.argv[5])\n"
        "modem.close()\n"
    )
    _receive = "while True:\n    for memory in ('ME', 'SM'):\n        modem.listStoredSms(memory=memory, delete=True)\n"

    def missing(self) -> str | None:
        return None

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        with ExitStack() as stack:
            for index, port in enumerate(ports):
                share = (str(index), str(messages), str(len(ports)))
                stack.enter_context(self._python(self._send, port, *share, TEXT))
            yield

    @contextmanager
    def receiving(self, folder: Path, port: str) -> Iterator[None]:
        with self._python(self._receive, port):
            yield

    def _python(self, program: str, *arguments: str) -> AbstractContextManager[None]:
        return _program(sys.executable, "-W", "ignore", "-c", self._opening + program, *arguments)


PEERS: tuple[Peer, ...] = (StockGsmmodem(), Gsmsmsd(), Smstools(), GammuSmsd(), Kannel())


def _missing(*programs: str) -> str | None:
    return next((program for program in programs if shutil.which(program) is None), None)


@contextmanager
def _program(*command: str, preload: Path | None = None) -> Iterator[None]:
    """A program and whatever it starts itself; none of them outlives the context."""
    environment = None if preload is None else {"PATH": os.environ["PATH"], "LD_PRELOAD": str(preload)}
    null = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdout=null, stderr=null, stdin=null, env=environment, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a polite end takes some of them seconds


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _answers(address: str) -> bool:
    """Whether somebody who serves this address said yes."""
    try:
        urllib.request.urlopen(address, timeout=10).close()
    except OSError:
        return False
    return True
