"""What subscribers have paid in: one prepaid account for every number.

The service centre charges accounts for messages, whoever shows or tops up a balance (a USSD menu, the control port)
reads and changes the same one. Amounts are exact decimals in the operator's currency.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from modem.emulator.network.numbers import canonical

_NUMBER_WANTED = "float_type"  # a document, where every scalar is a word, makes a number of it and asks again


def _exact(value: object) -> Decimal:
    """The decimal that was written; as a float it would be another number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError(_NUMBER_WANTED, "An amount is a number")
    return Decimal(str(value))


Money = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number"}),
]
"""An amount as it is written: a number."""

OPENING = Decimal("100.00")


@dataclass(slots=True)
class Account:
    """One subscriber's money."""

    balance: Decimal = OPENING

    def charge(self, price: Decimal) -> bool:
        """Take a price; False, and nothing taken, if the balance does not cover it."""
        if price > self.balance:
            return False
        self.balance -= price
        return True

    def top_up(self, amount: Decimal) -> None:
        """Pay in."""
        self.balance += amount


class Accounts:
    """The accounts by number, opened when somebody first asks for one."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def of(self, number: str) -> Account:
        """The account of a subscriber."""
        return self._accounts.setdefault(canonical(number), Account())

    def balances(self) -> dict[str, Decimal]:
        """Every balance that was ever asked for or set, by number."""
        return {number: account.balance for number, account in self._accounts.items()}
