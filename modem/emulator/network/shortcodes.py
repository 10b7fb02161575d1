"""Numbers that are the network's own: another name of a modem, or a service that answers by itself.

Owns the written form of a service and its answers. Sending them is the service centre's business.
"""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from modem.emulator.codec.tpdu import Submit
from modem.emulator.network.delays import DelayMs

MAX_ASSEMBLED = 256


class Service(BaseModel):
    """A service behind a short code. In its answers {text}, {from} and {balance} stand for what they say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: dict[str, str] = Field({}, description="Answers by the text they answer, whatever its case.")
    otherwise: str | None = Field(None, description="The answer to every other text; none if not given.")
    delay_ms: DelayMs = Field(1000.0, description="How long the service thinks.")

    @model_validator(mode="after")
    def _one_spelling(self) -> "Service":
        folded = [text.strip().casefold() for text in self.answers]
        if len(set(folded)) < len(folded):
            raise ValueError("two of the answers are for the same text")
        return self

    def answer(self, text: str, sender: str, balance: str) -> str | None:
        """What the service says to a text; None if it says nothing."""
        asked = text.strip().casefold()
        template = next((said for key, said in self.answers.items() if key.strip().casefold() == asked), self.otherwise)
        if template is None:
            return None
        for name, value in (("{balance}", balance), ("{from}", sender), ("{text}", text)):
            template = template.replace(name, value)
        return template


class Assembly:
    """Parts of long messages to services, until one is whole; of too many unfinished ones the oldest is dropped."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str, int, int], dict[int, str]] = {}

    def add(self, sender: str, to: str, submit: Submit) -> str | None:
        """Take a part; the whole text once all parts are there."""
        concat = submit.ud.concat
        if concat is None:
            return submit.ud.text
        key = sender, to, concat.ref, concat.total
        parts = self._parts.setdefault(key, {})
        parts[concat.seq] = submit.ud.text
        if len(parts) == concat.total:
            del self._parts[key]
            return "".join(parts[seq] for seq in sorted(parts))
        if len(self._parts) > MAX_ASSEMBLED:
            del self._parts[next(iter(self._parts))]
        return None
