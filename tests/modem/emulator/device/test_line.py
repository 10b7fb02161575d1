import pytest

from tests.modem.emulator.conftest import Bench


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT+IPR?", ["+IPR: 0", "OK"]),
        ("AT+IPR=115200;+IPR?", ["+IPR: 115200", "OK"]),
        ("AT+IPR=12345", ["ERROR"]),
        ("AT+ICF?;+ICF=?", ["+ICF: 3,3", "+ICF: (0-6),(0-3)", "OK"]),
        ("AT+ICF=3;+ICF?", ["+ICF: 3,3", "OK"]),
        ("AT+ICF=7,1", ["ERROR"]),
        ("AT+IFC=0,0;+IFC?", ["+IFC: 0,0", "OK"]),
        ("AT+IFC=?", ["+IFC: (0-2),(0-2)", "OK"]),
        ("AT+IFC=1,2,0", ["ERROR"]),
        ("AT+FCLASS?", ["0", "OK"]),
        ("AT+FCLASS=0", ["OK"]),
        ("AT+FCLASS=1", ["ERROR"]),
    ],
)
def test_setting_of_the_line_is_kept_and_checked(bench: Bench, line: str, answer: list[str]) -> None:
    assert bench.say(line) == answer
