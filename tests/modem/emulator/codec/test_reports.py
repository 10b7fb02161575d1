import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import build
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.reports import (
    DeliverReport,
    Optionals,
    StatusReport,
    SubmitReport,
    decode_deliver_report,
    decode_status_report,
    decode_submit_report,
    encode_deliver_report,
    encode_status_report,
    encode_submit_report,
)
from modem.emulator.codec.userdata import UserData

STAMP = "62114270120582"
REPORT = "00" + "0607" + "04819091" + STAMP + STAMP + "46"
HI = build(b"hi", 0, [])


def test_status_report_has_the_octets_of_the_standard() -> None:
    stamp = bytes.fromhex(STAMP)
    report = StatusReport(7, Address.of("0919"), stamp, stamp, 0x46, smsc="+79000000099")
    octets = encode_status_report(report)
    assert octets.hex().upper() == "07919700000090F9" + REPORT[2:]
    assert decode_status_report(octets) == report
    assert not report.of_command


def test_status_report_of_a_command_says_so() -> None:
    assert decode_status_report(bytes.fromhex(REPORT.replace("0006", "0026"))).of_command


@pytest.mark.parametrize(
    ("tail", "optional"),
    [
        ("00", Optionals()),
        ("0111", Optionals(pid=0x11)),
        ("0204", Optionals(dcs=4)),
        ("0402E834", Optionals(ud=HI)),
        ("0711F402C3A9", Optionals(0x11, 0xF4, UserData(b"\xc3\xa9", 2, 0xF4, False))),
        ("0908BEEF", Optionals(pid=0x08)),  # a reserved bit: what follows is unknown
        ("4111BEEF", Optionals(pid=0x11)),
        ("810011BEEF", Optionals(pid=0x11)),  # and so with further indicators
    ],
)
def test_fields_behind_the_status_are_those_its_indicator_announces(tail: str, optional: Optionals) -> None:
    pdu = bytes.fromhex(REPORT + tail)
    assert decode_status_report(pdu).optional == optional
    again = encode_status_report(decode_status_report(pdu))
    assert decode_status_report(again) == decode_status_report(pdu)


def test_header_of_user_data_in_a_report_is_read_and_announced() -> None:
    ud = build(b"x", 4, [(0x70, b"\x01")])
    report = StatusReport(1, Address.of("0919"), bytes(7), bytes(7), 0, optional=Optionals(dcs=4, ud=ud))
    read = decode_status_report(encode_status_report(report))
    assert read.first == 0x46
    assert read.optional.ud is not None
    assert read.optional.ud.elements == [(0x70, b"\x01")]


@pytest.mark.parametrize(
    "tail",
    [
        "80",  # indicators without end
        "01",  # what is announced is not there
        "0403E8",
        "0011",  # what is there is not announced
        "06048D" + "00" * 141,  # 21 + 3 + 141 octets: one more than any TPDU has
    ],
)
def test_report_that_is_not_as_its_indicator_says_is_refused(tail: str) -> None:
    with pytest.raises(FieldError):
        decode_status_report(bytes.fromhex(REPORT + tail))


@pytest.mark.parametrize("cut", range(1, 23))
def test_report_that_ends_early_is_refused(cut: int) -> None:
    with pytest.raises(FieldError):
        decode_status_report(bytes.fromhex(REPORT)[:-cut])


@pytest.mark.parametrize(
    ("octets", "error", "report"),
    [
        ("0000", False, DeliverReport()),
        ("00077F0002E834", False, DeliverReport(None, Optionals(0x7F, 0, HI))),
        ("00D300", True, DeliverReport(0xD3)),
        ("00D30402E834", True, DeliverReport(0xD3, Optionals(ud=HI))),
    ],
)
def test_deliver_report_of_both_forms_goes_both_ways(octets: str, error: bool, report: DeliverReport) -> None:
    assert decode_deliver_report(bytes.fromhex(octets), error=error) == report
    assert encode_deliver_report(report) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        ("", False),
        ("00", False),  # TP-PI is mandatory
        ("0100", False),  # a SUBMIT-REPORT
        ("00D3", True),
        ("007F00", True),  # a reserved cause
        ("000000", False),
    ],
)
def test_deliver_report_that_is_none_is_refused(octets: str, error: bool) -> None:
    with pytest.raises(FieldError):
        decode_deliver_report(bytes.fromhex(octets), error=error)


def test_deliver_report_has_room_for_159_octets_of_user_data() -> None:
    for fcs, room in ((None, 159), (0xD3, 158)):
        full = DeliverReport(fcs, Optionals(0, 4, build(bytes(room), 4, [])))
        assert len(encode_deliver_report(full)) == 164
        with pytest.raises(FieldError):
            encode_deliver_report(DeliverReport(fcs, Optionals(0, 4, build(bytes(room + 1), 4, []))))


def test_cause_below_80_and_a_coding_at_odds_with_the_user_data_are_not_encoded() -> None:
    for report in (DeliverReport(0x22), DeliverReport(None, Optionals(dcs=8, ud=HI))):
        with pytest.raises(FieldError):
            encode_deliver_report(report)


@pytest.mark.parametrize(
    ("octets", "error", "report"),
    [
        ("0100" + STAMP, False, SubmitReport(bytes.fromhex(STAMP))),
        ("0101" + STAMP + "11", False, SubmitReport(bytes.fromhex(STAMP), None, Optionals(pid=0x11))),
        ("01C504" + STAMP + "02E834", True, SubmitReport(bytes.fromhex(STAMP), 0xC5, Optionals(ud=HI))),
    ],
)
def test_submit_report_has_its_time_behind_the_indicator(octets: str, error: bool, report: SubmitReport) -> None:
    assert decode_submit_report(bytes.fromhex(octets), error=error) == report
    assert encode_submit_report(report) == bytes.fromhex(octets)


@given(st.binary(max_size=170), st.booleans())
def test_any_octets_are_a_report_or_refused(octets: bytes, error: bool) -> None:
    for start in (b"", b"\x00", b"\x00\x02\x01\x02\x81\x21" + bytes(15), b"\x01\x80"):
        for decode in (
            decode_status_report,
            lambda tpdu: decode_deliver_report(tpdu, error=error),
            lambda tpdu: decode_submit_report(tpdu, error=error),
        ):
            try:
                decode(start + octets)
            except FieldError:
                continue


OPTIONALS = st.builds(
    lambda pid, ud: Optionals(pid, ud.dcs if ud else None, ud),
    st.none() | st.integers(0, 255),
    st.none() | st.builds(build, st.binary(max_size=100), st.sampled_from([4, 8, 0xF4]), st.just([])),
)


@given(OPTIONALS, st.none() | st.integers(0x80, 0xFF), st.binary(min_size=7, max_size=7))
def test_any_report_comes_back(optional: Optionals, fcs: int | None, scts: bytes) -> None:
    error = fcs is not None
    delivered = DeliverReport(fcs, optional)
    assert decode_deliver_report(encode_deliver_report(delivered), error=error) == delivered
    submitted = SubmitReport(scts, fcs, optional)
    assert decode_submit_report(encode_submit_report(submitted), error=error) == submitted
    status = StatusReport(9, Address.of("+79131234567"), scts, scts, 0, optional=optional)
    assert decode_status_report(encode_status_report(status)) == status
