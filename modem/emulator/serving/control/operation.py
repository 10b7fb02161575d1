"""What an operation of the control port is: its place, its bodies, and the handler that carries it out.

A handler gets what it is asked and gives the answer, a `Poll` if the answer may have to be waited for, or raises
`Refused`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from modem.emulator.modem import Modem
from modem.emulator.serving.control.models import NoQuery
from modem.emulator.serving.ports import Port
from modem.emulator.world import World

Body = BaseModel | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Poll:
    """An answer to wait for: `look(last)` gives it, or None if there is none yet and this is not the last look."""

    look: Callable[[bool], Body | None]
    wait_s: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler may look at and change. `port` is the modem named in the path."""

    world: World
    ports: list[Port]
    now: float
    named: Port | None

    @property
    def port(self) -> Port:
        """The modem named in the path of this operation."""
        assert self.named is not None
        return self.named

    @property
    def modem(self) -> Modem:
        """The same, as the world has it."""
        return self.port.modem


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. Handlers take what is asked, and the body or else the query."""

    method: str
    path: str
    summary: str
    handler: Callable[[Asked, Any], Body | Poll]
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    query: type[BaseModel] = NoQuery
