import pytest

from modem.tables import (
    BARE_NOTICES,
    CME_CAUSES,
    CMS_CAUSES,
    GSM7_BASIC,
    GSM7_EXTENSION,
    NOTICE_NAMES,
    TP_STATUS,
    CauseClass,
    StatusClass,
    status_class,
)


def test_basic_alphabet_has_128_different_characters_in_the_standard_places() -> None:
    assert len(GSM7_BASIC) == len(set(GSM7_BASIC)) == 128
    assert [GSM7_BASIC[code] for code in (0x00, 0x0A, 0x0D, 0x10, 0x1B, 0x24, 0x40, 0x5F, 0x60, 0x7F)] == [
        *["@", "\n", "\r", "Δ", "\x1b", "¤", "¡", "§", "¿", "à"]
    ]
    assert "`" not in GSM7_BASIC


def test_extension_table_is_that_of_the_standard() -> None:
    assert "".join(GSM7_EXTENSION[code] for code in sorted(GSM7_EXTENSION)) == "\f^{}\\[~]|€"
    assert GSM7_EXTENSION[0x65] == "€"


def test_causes_carry_their_own_code_text_and_sentence() -> None:
    for causes in (CMS_CAUSES, CME_CAUSES):
        for code, cause in causes.items():
            assert cause.code == code
            assert cause.text.strip()
            assert cause.plain.endswith(".")
    assert set(CMS_CAUSES) >= {
        *range(300, 306),
        *range(310, 319),
        320,
        321,
        322,
        330,
        331,
        332,
        500,
        512,
        513,
        514,
        515,
    }
    assert CMS_CAUSES[38].text == "Network out of order"
    assert CMS_CAUSES[0xC5].text == "SM Rejected-Duplicate SM"
    assert CME_CAUSES[11].text == "SIM PIN required"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (42, CauseClass.RETRY_SOON),
        (38, CauseClass.RETRY_LATER),
        (30, CauseClass.PERMANENT),
        (300, CauseClass.RESET_MODEM),
        (310, CauseClass.SIM_TROUBLE),
        (515, CauseClass.RETRY_SOON),
    ],
)
def test_cause_of_a_submit_decides_what_comes_next(code: int, expected: CauseClass) -> None:
    assert CMS_CAUSES[code].cls is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0x00, StatusClass.DELIVERED),
        (0x1F, StatusClass.DELIVERED),
        (0x20, StatusClass.TRYING),
        (0x3F, StatusClass.TRYING),
        (0x40, StatusClass.FAILED),
        (0x5F, StatusClass.FAILED),
        (0x60, StatusClass.GAVE_UP),
        (0x7F, StatusClass.GAVE_UP),
        (0xFF, StatusClass.GAVE_UP),
    ],
)
def test_status_at_the_edge_of_a_range_has_its_class(status: int, expected: StatusClass) -> None:
    assert status_class(status) is expected


@pytest.mark.parametrize("status", [-1, 256])
def test_status_that_is_no_octet_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="one octet"):
        status_class(status)


def test_every_status_has_a_text_and_notices_do_not_overlap() -> None:
    assert all(TP_STATUS.values())
    assert NOTICE_NAMES.isdisjoint({"OK", "ERROR", "+CMS ERROR", "+CME ERROR"})
    assert {"+CMTI", "+CMT", "+CDS", "+CDSI", "^RSSI", "+WIND", "+ZPASR"} <= NOTICE_NAMES
    assert {"RING", "NO CARRIER", "+PBREADY"} <= BARE_NOTICES
