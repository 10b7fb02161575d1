import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.timestamp import encode_timestamp, timestamp_text
from modem.emulator.codec.tpdu import (
    Deliver,
    Submit,
    as_deliver,
    decode_deliver,
    decode_submit,
    encode_deliver,
    encode_submit,
)

PRIVET = "0011000B919731214365F70008AA0C041F04400438043204350442"


def test_submit_in_ucs2_is_read_field_by_field() -> None:
    submit = decode_submit(bytes.fromhex(PRIVET), 26)
    assert (submit.to.text, submit.ud.text, submit.srr, submit.mr, submit.pid, submit.dcs) == (
        *("+79131234567", "Привет", False, 0, 0, 8),
    )
    assert submit.expires(0, 1) == 4 * 86400
    assert encode_submit(submit) == bytes.fromhex(PRIVET)


def test_submit_to_a_short_code_with_report_and_centre_is_read() -> None:
    submit = decode_submit(bytes.fromhex("07919700000090F921050481909100000135"), 10)
    assert (submit.smsc, submit.to, submit.srr, submit.mr) == ("+79000000099", Address("0919", 0x81), True, 5)
    assert submit.ud.text == "5"
    assert submit.expires(100, 7) == 107


def test_submit_with_absolute_and_enhanced_validity_is_read() -> None:
    stamp = encode_timestamp(1_700_000_000, 28).hex()
    absolute = decode_submit(bytes.fromhex("001900048190910000" + stamp + "0135"), 17)
    assert absolute.expires(0, 0) == 1_700_000_000
    enhanced = decode_submit(bytes.fromhex("000900048190910000021E00000000000135"), 17)
    assert enhanced.expires(5, 0) == 35


@pytest.mark.parametrize(
    ("pdu", "length"),
    [
        (PRIVET, 25),  # announced wrongly
        (PRIVET[:-2], 25),  # user data one octet short
        (PRIVET + "00", 27),  # one octet too many
        ("00040B919731214365F70000" + "62114270120582" + "0134", 19),  # a DELIVER
        ("00", 1),
        ("001100", 2),
        ("0011000B919731", 6),
        ("", 0),
        ("0011000B919731214365F70000AAA2" + "00" * 142, 156),  # 162 septets
        ("0051000B919731214365F70004AA03050003", 17),  # a header longer than the user data
    ],
)
def test_submit_that_a_modem_would_refuse_is_refused(pdu: str, length: int) -> None:
    with pytest.raises(FieldError):
        decode_submit(bytes.fromhex(pdu), length)


def test_deliver_has_the_octets_of_the_standard() -> None:
    deliver = Deliver(Address.of("+79131234567"), bytes.fromhex("62114270120582"), compose("5", 0)[0])
    assert encode_deliver(deliver).hex().upper() == "00040B919731214365F70000621142701205820135"
    assert decode_deliver(encode_deliver(deliver)) == deliver


@pytest.mark.parametrize(
    ("first", "duplicates", "reply_path", "srr"),
    [("01", False, False, False), ("05", True, False, False), ("81", False, True, False), ("A5", True, True, True)],
)
def test_bits_of_a_submit_are_read(first: str, duplicates: bool, reply_path: bool, srr: bool) -> None:
    submit = decode_submit(bytes.fromhex(f"00{first}000481909100000135"), 10)
    assert (submit.reject_duplicates, submit.reply_path, submit.srr) == (duplicates, reply_path, srr)


def test_single_shot_is_said_by_the_enhanced_validity_alone() -> None:
    assert decode_submit(bytes.fromhex("00090004819091000042FF00000000000135"), 17).single_shot
    assert not decode_submit(bytes.fromhex("00090004819091000002FF00000000000135"), 17).single_shot
    assert not decode_submit(bytes.fromhex("00110004819091000042" + "0135"), 11).single_shot


@pytest.mark.parametrize(
    ("first", "more", "forwarded", "sri", "reply_path"),
    [
        ("00", True, False, False, False),
        ("04", False, False, False, False),
        ("0C", False, True, False, False),
        ("24", False, False, True, False),
        ("84", False, False, False, True),
    ],
)
def test_bits_of_a_deliver_are_read(first: str, more: bool, forwarded: bool, sri: bool, reply_path: bool) -> None:
    deliver = decode_deliver(bytes.fromhex(f"00{first}048190910000621142701205820135"))
    assert (deliver.more, deliver.forwarded, deliver.sri, deliver.reply_path) == (more, forwarded, sri, reply_path)
    assert encode_deliver(deliver).hex().startswith(f"00{first.lower()}")


def test_message_of_reserved_type_is_taken_for_a_deliver() -> None:
    octets = bytes.fromhex("0007048190910000621142701205820135")
    assert decode_deliver(octets).ud.text == "5"
    assert encode_deliver(decode_deliver(octets)) == octets


def test_receiver_is_told_of_reply_path_and_of_the_report_asked_for() -> None:
    submit = decode_submit(bytes.fromhex("00A50004819091000001" + "35"), 10)
    deliver = as_deliver(submit, Address.of("+79131234567"), 1_700_000_000, 28, "")
    assert (deliver.reply_path, deliver.sri, deliver.more, deliver.ud) == (True, True, False, submit.ud)
    assert timestamp_text(deliver.scts) == "23/11/15,05:13:20+28"


@given(st.sampled_from([0, 1]), st.text(max_size=70), st.integers(0, 255), st.integers(0, 255), st.booleans())
def test_any_message_comes_back(kind: int, text: str, pid: int, mr: int, wide: bool) -> None:
    for ud in compose(text, 1, wide=wide):
        if kind:
            first = 0x91 | (0x40 if ud.has_header else 0)
            submit = Submit(first, mr, Address.of("+79131234567"), pid, b"\xaa", ud, "+79000000099")
            pdu = encode_submit(submit)
            assert decode_submit(pdu, len(pdu) - 8) == submit
        else:
            deliver = Deliver(Address.of("Otklik"), bytes(7), ud, pid, 0x04 | (0x40 if ud.has_header else 0))
            assert decode_deliver(encode_deliver(deliver)) == deliver


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_octets_are_a_message_or_refused(octets: bytes, length: int) -> None:
    for decode in (lambda: decode_submit(octets, length), lambda: decode_deliver(octets)):
        try:
            decode()
        except FieldError:
            continue


@given(st.binary(min_size=1, max_size=30), st.integers(0, 25))
def test_any_change_of_an_octet_leaves_the_reader_in_order(noise: bytes, at: int) -> None:
    octets = bytearray(bytes.fromhex(PRIVET))
    octets[at : at + len(noise)] = noise
    try:
        submit = decode_submit(bytes(octets), len(octets) - octets[0] - 1)
    except FieldError:
        return
    assert isinstance(submit.ud.text, str)
