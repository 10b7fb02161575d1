"""The driver's codec: literal bytes of TS 23.040, and the emulator's independent codec as a referee."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.alphabet import Alphabet, alphabet_of, split, text_of
from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.reports import StatusReport as TheirReport
from modem.emulator.codec.reports import encode_status_report
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver as TheirDeliver
from modem.emulator.codec.tpdu import decode_submit, encode_deliver
from modem.errors import PduError
from modem.pdu import Concat, Deliver, StatusReport, decode, may_be_replaced
from modem.submitpdu import encode_submit

NOW = datetime(2017, 9, 12, 8, 40, 31, tzinfo=UTC)
SCTS = "71902151041382"
"""15:40:31 at UTC+7 on 2017-09-12, as swapped semi-octets."""
HEAD = "0004" + "0B919731214365F7"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


def _deliver(dcs: str, length: int, data: str, first: str = "04") -> Deliver:
    found = decode(f"00{first}0B919731214365F700{dcs}{SCTS}{length:02X}{data}")
    assert isinstance(found, Deliver)
    return found


def test_submit_to_a_short_code_has_an_unknown_type_of_number() -> None:
    submit = encode_submit("0919", "5", report=False)
    assert submit.hex == "00" + "0100" + "04819091" + "0000" + "01" + "35"
    assert submit.length == 10


def test_submit_to_a_subscriber_is_international_and_asks_for_a_report() -> None:
    submit = encode_submit("+79131234567", "Да", validity_s=3600)
    assert submit.hex == "00" + "3100" + "0B919731214365F7" + "0008" + "0B" + "04" + "04140430"


def test_part_of_a_long_message_carries_its_header() -> None:
    submit = encode_submit("0919", "я", concat=Concat(7, 3, 2), report=False)
    assert submit.hex.endswith("0008" + "08" + "050003070302" + "044F")


@pytest.mark.parametrize(
    ("seconds", "octet"),
    [(0, 0), (300, 0), (301, 1), (43200, 143), (43201, 144), (86400, 167), (259200, 169), (2592001, 197), (10**9, 255)],
)
def test_validity_is_rounded_up_to_what_can_be_said(seconds: int, octet: int) -> None:
    assert encode_submit("0919", "5", validity_s=seconds).hex[18:20] == f"{octet:02X}"


@pytest.mark.parametrize("number", ["", "+", "abc", "8 913", "+7" + "9" * 20])
def test_destination_that_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        encode_submit(number, "5")


def test_bare_digit_is_read_with_its_sender_and_time() -> None:
    found = _deliver("00", 1, "35")
    assert (found.sender, found.text, found.sent_at) == ("+79131234567", "5", NOW)


def test_first_character_behind_a_16_bit_reference_is_kept() -> None:
    # 7 header octets, no fill bits: "9 spasibo" starts in the ninth septet.
    found = _deliver("00", 17, "0608040102020139D0BC3C4E97F3ED6F00"[:16] + "39D03C1C9ECFD36F"[:18], first="44")
    assert found.concat == Concat(0x0102, 2, 1, 16)
    assert found.text[0] == "9"


def test_emoji_is_decoded_as_a_pair() -> None:
    assert _deliver("08", 4, "D83DDE00").text == "😀"


@pytest.mark.parametrize(
    ("dcs", "alphabet"),
    [
        *(("00", "gsm7"), ("04", "binary"), ("08", "ucs2"), ("11", "gsm7"), ("48", "ucs2"), ("58", "ucs2")),
        *(("C8", "gsm7"), ("D0", "gsm7"), ("E0", "ucs2"), ("F0", "gsm7"), ("F4", "binary"), ("F5", "binary")),
    ],
)
def test_alphabet_of_every_coding_group_is_that_of_the_standard(dcs: str, alphabet: str) -> None:
    assert _deliver(dcs, 2, "0035").alphabet.label == alphabet


def test_compressed_text_is_flagged() -> None:
    with pytest.raises(PduError, match="compressed"):
        _deliver("20", 1, "35")


def test_class_0_is_a_flash_message() -> None:
    assert _deliver("10", 1, "35").flash
    assert not _deliver("11", 1, "35").flash


def test_octets_behind_the_text_are_ignored() -> None:
    assert _deliver("00", 1, "35FFFF").text == "5"


@pytest.mark.parametrize(
    ("dcs", "length", "data", "first", "service"),
    [
        ("04", 10, "0605040B8423F00106", "44", "wap push"),
        ("04", 13, "0605040B8423F0DC0603BEAF84", "44", "mms"),
        ("04", 41, "0605040B8523F0010601" + b"application/vnd.wap.mms-message".hex(), "44", "mms"),
        ("04", 1, "35", "04", "binary"),
        ("00", 9, "0605041582000035", "44", "binary"),  # a picture message's port
        ("C8", 0, "", "04", "message waiting"),
        ("D0", 1, "35", "04", "message waiting"),
        ("E0", 2, "0035", "04", "message waiting"),
        ("00", 6, "040102000135", "44", "message waiting"),
        ("00", 1, "35", "04", None),
        ("10", 1, "35", "04", None),
    ],
)
def test_messages_nobody_wrote_are_told_from_texts(
    dcs: str, length: int, data: str, first: str, service: str | None
) -> None:
    assert _deliver(dcs, length, data, first=first).service == service


@pytest.mark.parametrize(("protocol", "service"), [("40", "type 0"), ("7F", "binary"), ("41", None), ("5F", None)])
def test_protocol_identifier_tells_a_silent_ping_from_a_text(protocol: str, service: str | None) -> None:
    found = decode(f"07919731899655F4040B919731214365F7{protocol}0071903130200000" + "0135")
    assert isinstance(found, Deliver)
    assert found.service == service
    assert may_be_replaced(f"07919731899655F4040B919731214365F7{protocol}0071903130200000" + "0135") is (
        protocol == "41"
    )


@given(st.text(max_size=80))
def test_any_text_may_be_asked_whether_it_may_be_replaced(text: str) -> None:
    assert may_be_replaced(text) in (True, False)


def test_report_without_a_status_or_with_impossible_times_is_no_error() -> None:
    found = decode("0006" + "2A" + "0B919731214365F7" + "00" * 7 + "FF" * 7)
    assert found == StatusReport(0x2A, "+79131234567", None, None, None)


def test_text_that_is_no_pdu_is_kept_raw_in_the_error() -> None:
    for raw in ("", "zz", "00", "0001", "07919761989901F0"):
        with pytest.raises(PduError) as problem:
            decode(raw)
        assert problem.value.raw == raw


@given(st.binary(max_size=180))
def test_any_bytes_are_decoded_or_flagged(data: bytes) -> None:
    try:
        found = decode(data.hex())
    except PduError:
        return
    if isinstance(found, Deliver):
        found.text.encode()  # no lone surrogates: SQLite would refuse the row


@given(TEXTS, st.integers(0, 255))
def test_what_the_network_delivers_is_what_was_written(text: str, ref: int) -> None:
    scts = encode_timestamp(NOW.timestamp(), 28)
    origin = Address.of("+79131234567")
    found = [decode(encode_deliver(TheirDeliver(origin, scts, part)).hex()) for part in compose(text, ref)]
    parts = [part for part in found if isinstance(part, Deliver)]
    alphabets = {part.alphabet for part in parts}
    assert len(alphabets) == 1
    assert text_of(alphabets.pop(), [part.units for part in parts]) == text
    assert {part.sent_at for part in parts} == {NOW}


@given(TEXTS, st.integers(1, 13), st.integers(1, 13))
def test_what_a_phone_writes_in_national_tables_is_read(text: str, locking: int, single: int) -> None:
    scts = encode_timestamp(NOW.timestamp(), 28)
    sent = compose(text, 9, locking=locking, single=single)
    found = [decode(encode_deliver(TheirDeliver(Address.of("+79131234567"), scts, part)).hex()) for part in sent]
    assert "".join(part.text for part in found if isinstance(part, Deliver)) == "".join(part.text for part in sent)


def test_turkish_reply_is_read_with_both_its_tables() -> None:
    # header: locking shift 1, single shift 1 (23.040 §9.2.3.24.15 and .16); septets: 07 0C 1C 20 35, the first four
    # being ı ğ Ş and a space in A.3.1
    found = _deliver("00", 13, "062501012401010706075403", first="44")
    assert (found.text, found.alphabet) == ("ığŞ 5", Alphabet.UCS2)


@given(TEXTS)
def test_what_we_submit_the_network_reads_the_same(text: str) -> None:
    parts, alphabet = split(text), alphabet_of(text)
    for seq, part in enumerate(parts, 1):
        concat = Concat(9, len(parts), seq) if len(parts) > 1 else None
        submit = encode_submit("+79131234567", part, alphabet=alphabet, concat=concat, validity_s=600)
        theirs = decode_submit(bytes.fromhex(submit.hex), submit.length)
        assert theirs.ud.text == part
        assert theirs.to.value in ("+79131234567", "79131234567")


@given(st.integers(0, 255), st.integers(0, 255))
def test_report_of_the_network_is_read_as_it_was_meant(reference: int, status: int) -> None:
    scts = encode_timestamp(NOW.timestamp(), -14)
    raw = encode_status_report(TheirReport(reference, Address.of("+79131234567"), scts, scts, status)).hex()
    assert decode(raw) == StatusReport(reference, "+79131234567", NOW, NOW, status)


def test_binary_alphabet_is_shown_as_latin_1() -> None:
    assert text_of(Alphabet.BINARY, [b"\xff5"]) == "ÿ5"
