import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.device.selection import Selection


@pytest.mark.parametrize(
    ("selection", "mid", "dcs", "accepted"),
    [
        (Selection(), 50, 15, False),
        (Selection(1), 50, 15, True),
        (Selection(0, "0,1,5,320-478,922"), 320, 15, True),
        (Selection(0, "0,1,5,320-478,922"), 479, 15, False),
        (Selection(0, "", "0-3,5"), 50, 5, True),
        (Selection(0, "", "0-3,5"), 50, 4, False),
        (Selection(0, "50", "0-3"), 50, 15, False),
        (Selection(1, "50"), 50, 15, False),
        (Selection(1, "50"), 51, 15, True),
    ],
)
def test_lists_say_what_is_accepted_or_what_is_not(selection: Selection, mid: int, dcs: int, accepted: bool) -> None:
    assert selection.accepts(mid, dcs) is accepted


@pytest.mark.parametrize("listed", ["x", "1,", "1-", "-1", "5-3", "65536", "1 ,2", "²"])
def test_list_that_is_none_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match=r"number|within"):
        Selection(0, listed)


@given(st.text(alphabet="0123456789,- x", max_size=20))
def test_any_list_is_read_or_refused(listed: str) -> None:
    try:
        selection = Selection(0, listed)
    except ValueError:
        return
    assert selection.accepts(1, 1) in (True, False)
