"""Times of TS 23.040: TP-SCTS, TP-DT and whatever else has their seven octets (§9.2.3.11)."""

from datetime import UTC, datetime, timedelta

from modem.emulator.codec.octets import swapped

OCTETS = 7
_SIGN = 0x08  # the sign is bit 3 of the zone's octet: the top bit of its first digit
_LAST_CENTURY = 69
_SEMI_OCTETS = bytes(number % 10 << 4 | number // 10 for number in range(100)).ljust(256)  # two digits, the first low
_NO_DIGIT = str.maketrans("abcdef", "000000")


def encode_timestamp(now: float, quarters: int) -> bytes:
    """Local time at `now` (s since the epoch) in a zone of `quarters` quarter-hours, -12 h to +14 h in use."""
    local = datetime.fromtimestamp(now, UTC) + timedelta(minutes=15 * quarters)
    date, time = (local.year % 100, local.month, local.day), (local.hour, local.minute, local.second)
    octets = bytes((*date, *time, abs(quarters))).translate(_SEMI_OCTETS)
    return octets if quarters >= 0 else octets[:6] + bytes([octets[6] | _SIGN])


def timestamp_text(octets: bytes) -> str:
    """A time as text mode shows it: yy/MM/dd,hh:mm:ss±zz (27.005 §3.1 <scts>).

    What is no digit is shown as 0: "if the MS receives a non-integer value in the SCTS, it shall assume that the digit
    is set to 0".
    """
    sign = "-" if octets[6] & _SIGN else "+"
    digits = swapped(octets[:6] + bytes([octets[6] & ~_SIGN & 0xFF])).hex().translate(_NO_DIGIT)
    pairs = [digits[i : i + 2] for i in range(0, 14, 2)]
    return f"{'/'.join(pairs[:3])},{':'.join(pairs[3:6])}{sign}{pairs[6]}"


def decode_timestamp(octets: bytes) -> float | None:
    """Seconds since the epoch; None where the octets are a time nowhere (all zero, say).

    The standard leaves the century open: 69 to 99 are of the last one here, as POSIX has it.
    """
    text = timestamp_text(octets)
    year, month, day, hour, minute, second = (int(text[place : place + 2]) for place in range(0, 18, 3))
    try:
        local = datetime(year + (1900 if year >= _LAST_CENTURY else 2000), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return local.timestamp() - 900.0 * int(text[17:])
