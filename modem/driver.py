"""A GSM modem as the rest of the package sees it: opened, started up, identified.

`Modem` is python-gsmmodem's `GsmModem` over our `Link`: its connect sequence, its property helpers and its exceptions
are used; its reader thread, its send and its receive paths are not (`docs/design.md` says what they lose). Because
`Link` stands behind `GsmModem` in the method resolution order, the base's own calls land there; nothing is patched.
What is said to a modem once it runs is in `modem.dialogues`, a module a subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gsmmodem.exceptions import CmeError, CmsError, CommandError, TimeoutException
from gsmmodem.modem import Call, GsmModem

from modem.causes import ERROR
from modem.dialogues import device, sim
from modem.dialogues.memories import Memories
from modem.dialogues.pin import PinBook, Unlocking
from modem.errors import CommandRefused, NotAModem, Silent, SimBusy
from modem.link import Clock, Link
from modem.login import LoginStep
from modem.makes import catalogue
from modem.makes.make import GENERIC, Make, recognise
from modem.ports import Place, Seeker

_START_UP_S = 10.0
"""How long the base library waits for the answer to a command of its init sequence."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which device and which SIM; a SIM without a readable ICCID goes by its IMSI.

    `make` is the name of what is known of such modems; `number` the SIM's own, where it is stored on the card.
    """

    imei: str
    sim: str
    model: str
    make: str = GENERIC.name
    number: str | None = None


# How the base library sends tones: it keeps that for the whole process, in the way of the last modem it met.
_TONES = (Call.DTMF_COMMAND_BASE, Call.dtmfSupport)
_SIM_BUSY = (14, 314)  # +CME ERROR and +CMS ERROR, 27.007 §9.2 and 27.005 §3.2.5


class Modem(GsmModem, Link):
    """One modem, wherever it is. Only one thread may use it.

    `place` says where to look if not only at `port`. Without `pins` no PIN is ever given. `init` is said after each
    start-up, behind what the modem's make, one of `makes`, needs. `login` is
    what a terminal server before the modem wants to hear.
    """

    def __init__(
        self,
        port: str,
        baudrate: int = 115200,
        *,
        clock: Clock,
        rtscts: bool = False,
        pins: PinBook | None = None,
        place: Place | None = None,
        makes: Sequence[Make] | None = None,
        init: Sequence[str] = (),
        login: Sequence[LoginStep] = (),
    ) -> None:
        super().__init__(port, baudrate, clock=clock, rtscts=rtscts, login=login)
        self._seeker = Seeker(self, place or Place(port, port))
        self.memories = Memories(self)
        self.card = sim.Card(self)
        self.make = GENERIC
        self.refused: tuple[str, ...] = ()
        """What was refused of the commands after the last start-up, a sentence each."""
        self._unlocking = Unlocking(self, pins)
        self._makes = catalogue.packaged() if makes is None else makes
        self._init = tuple(init)

    def open(self, pin: str | None = None) -> Identity:
        """As `start_up`, but a port that was opened in vain is closed again."""
        try:
            return self.start_up(pin)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the port back; may be called at any time and more than once."""
        Link.close(self)
        self._seeker.leave()

    def find_port(self) -> None:
        """Open the port of the modem that is meant, if it is not open, and say nothing. Raises PortError."""
        self._seeker.open()

    def start_up(self, pin: str | None = None) -> Identity:
        """Find and open the port if it is not open, run the base library's init sequence, and find out who is there.

        Then the modem gets the commands of its make and of the configuration.

        Raises PortMissing, PortBusy, PortLost, SimNotReady, SimBusy, Silent, or NotAModem for a device that does not
        answer as it must; the port stays open for whoever wants to try more.
        """
        self.find_port()
        self._initialise(pin)
        self.memories.find()
        identity = self.identify()
        self._seeker.had(identity.imei)
        extras = (*(extra.say for extra in self.make.init), *self._init)
        self.refused = tuple(device.say_extras(self, extras))
        return identity

    def write(
        self,
        data: str,
        waitForResponse: bool = True,
        timeout: float = 10,
        parseError: bool = True,
        writeTerm: str = "\r",
        expectedResponseTermSeq: str | None = None,
    ) -> list[str]:
        """The base library's own way to send a command, without its endless retries on "busy" and its sleeps."""
        try:
            reply = self.exchange(data, timeout)
        except Silent as silence:
            raise TimeoutException(None) from silence
        lines = [*reply.lines, reply.final]
        if parseError and lines[-1] != "OK":
            found = ERROR.fullmatch(lines[-1])
            if found is None or not found[2].strip().isdecimal():
                raise CommandError(data)
            raise (CmeError if found[1] == "E" else CmsError)(data, int(found[2]))
        return lines

    def identify(self) -> Identity:
        """Ask device and card for their numbers and names. Raises NotAModem or SimNotReady where there are none."""
        imei = sim.imei(self)
        if imei is None:
            raise NotAModem(f"The device on {self.port} has no serial number (AT+CGSN).")
        model = device.model(self)
        self.make = recognise(self._makes, device.maker(self), model)
        return Identity(imei, self.card.number(), model or "unknown", self.make.name, sim.own_number(self))

    # -- inside -------------------------------------------------------------------------------------------------

    def _initialise(self, pin: str | None) -> None:
        try:
            self.connect(pin)
        except TimeoutException as problem:
            raise Silent("its start-up", _START_UP_S) from problem
        except (CommandError, CommandRefused) as problem:
            if getattr(problem, "code", None) in _SIM_BUSY:
                raise SimBusy(f"The SIM in {self.port} is busy.") from problem
            raise NotAModem(f"The device on {self.port} does not start up as a modem: {problem}.") from problem
        except (TypeError, IndexError, AttributeError, ValueError) as problem:
            # The base library trips over answers in a form it does not know.
            raise NotAModem(f"The device on {self.port} gave an answer that 27.007 does not allow.") from problem
        finally:
            Call.DTMF_COMMAND_BASE, Call.dtmfSupport = _TONES

    def _unlockSim(self, pin: str | None) -> None:
        """The base library gives the PIN at every start, also to a card that wants its PUK."""
        self._unlocking.unlock(pin)
