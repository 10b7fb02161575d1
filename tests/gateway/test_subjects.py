"""Subjects of the federation by code."""

import pytest

from gateway.subjects import name_of, region_of


@pytest.mark.parametrize(
    ("oktmo", "region", "name"),
    [
        ("01701000", "01", "Алтайский край"),
        ("01401000000", "01", "Алтайский край"),
        ("84701000", "84", "Республика Алтай"),
        ("71701000", "71", "Тюменская область"),
        ("71876000", "718", "Ханты-Мансийский АО"),
        ("71951000", "719", "Ямало-Ненецкий АО"),
        ("11851000", "118", "Ненецкий АО"),
        ("11701000", "11", "Архангельская область"),
        ("00000000", "00", "00"),
    ],
)
def test_municipality_is_in_its_subject(oktmo: str, region: str, name: str) -> None:
    assert (region_of(oktmo), name_of(region_of(oktmo))) == (region, name)
