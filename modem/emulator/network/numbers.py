"""One spelling for every subscriber's number, so that the network finds the same subscriber under all of them."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def canonical(number: str) -> str:
    """One spelling per subscriber: a Russian number dialled with 8 or without + is +7… too."""
    digits = number.removeprefix("+")
    if len(digits) == 11 and digits[0] in "78" and (digits[0] == "7" or not number.startswith("+")):
        return "+7" + digits[1:]
    return number
