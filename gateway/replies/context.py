"""What is known of a conversation when a reply is read.

Pure. The same text may mean more to somebody who has just been asked for two criteria than to nobody in particular;
nothing here ever makes a text mean less certain things than it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import CRITERIA


@dataclass(frozen=True, slots=True)
class Context:
    """`asked` names what the last question asks for, in its order: "overall" or criteria of `model.CRITERIA`.

    `ours` holds texts we sent to this citizen lately, as they went out, to know them again when they come back.
    """

    asked: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria asked for, in the question's order."""
        return tuple(name for name in self.asked if name in CRITERIA)


NO_CONTEXT = Context()
