"""The register of numbers: read in all its forms, asked for a citizen's zone. All ranges are made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import numbering, numbertable, regions
from gateway.errors import ConfigError
from gateway.numbering import Numbering, Range

HEADER = "АВС/ DEF;От;До;Емкость;Оператор;Регион"
REGISTER = f"""{HEADER}
900;0000000;0009999;10000;ООО "Пример";Алтайский край
900;0010000;0019999;10000;ООО "Пример";г. Москва и Московская область
900;0030000;0039999;10000;ООО "Пример";Республика Саха /Якутия/
301;2100000;2109999;10000;ООО "Пример";г. Улан - Удэ|Республика Бурятия
"""


def zone_of(text: str, phone: str) -> str | None:
    return Numbering(numbering.read(text, "r.csv")).zone_of(phone)


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+79000000000", "Asia/Barnaul"),
        ("+79000009999", "Asia/Barnaul"),
        ("+79000010000", "Europe/Moscow"),
        ("+79000019999", "Europe/Moscow"),
        ("+79000020000", None),
        ("+79000035000", None),
        ("+79000040000", None),
        ("+78999999999", None),
        ("+73012100000", None),
        ("+380501234567", None),
    ],
)
def test_number_has_the_zone_of_its_range(phone: str, zone: str | None) -> None:
    assert zone_of(REGISTER, phone) == zone


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_register_is_read_in_each_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "DEF-9xx.csv"
    path.write_bytes(REGISTER.replace("\n", end).encode(encoding))
    assert numbertable.numbering_of(path).zone_of("+79000000001") == "Asia/Barnaul"
    assert numbertable.numbering_of(None).zone_of("+79000000001") is None


def test_older_and_newer_forms_of_the_register_are_read() -> None:
    older = f"{HEADER}\n900\t;\t0000000\t;\t0009999\t;\t10000\t;\tПример\t;\tТомская область\n"
    assert zone_of(older, "+79000000001") == "Asia/Tomsk"
    newer = (
        f"{HEADER};Территория ГАР;ИНН\n"
        '900;0000000;0009999;10000;"Пример" ООО;-;г. Бийск|г.о. город Бийск|Алтайский край;0000000000\n'
        '900;0010000;0019999;10000;ООО "Пример;Омская обл.;Омская область;0000000000\n'
    )
    assert zone_of(newer, "+79000000001") == "Asia/Barnaul"
    assert zone_of(newer, "+79000010001") == "Asia/Omsk"
    assert numbering.read(newer, "r")[0].place == "г. Бийск|г.о. город Бийск|Алтайский край"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<html>", "r.csv:1: there is no column DEF; the first line of a register of numbers is АВС/ DEF;От"),
        ("АВС/ DEF;От;До", "r.csv:1: there is no column РЕГИОН"),
        (HEADER, "r.csv: there is no range of mobile numbers in it; they are in the register's DEF-9xx.csv"),
        (f"{HEADER}\n301;0;9;10;x;y", "there is no range of mobile numbers"),
        (f"{HEADER}\n\n900;0;9;10;x", "r.csv:3: the row has 5 cells, the header has 6"),
        (f"{HEADER}\n900;9;0;10;x;y", "r.csv:2: 900;9;0 is no range of numbers"),
        (f"{HEADER}\n900;0;10000000;10;x;y", "r.csv:2: 900;0;10000000 is no range of numbers"),
        (f"{HEADER}\n9000;0;9;10;x;y", "r.csv:2: 9000;0;9 is no range of numbers"),
        (f"{HEADER}\n900;-1;9;10;x;y", "r.csv:2: 900;-1;9 is no range of numbers"),
    ],
)
def test_what_is_no_register_is_refused(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        numbering.read(text, "r.csv")
    assert told in str(caught.value)


def test_register_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"The register of numbers .*x\.csv cannot be read: .*survey\.number_zones"):
        numbertable.load(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Алтайский край", "Asia/Barnaul"),
        ("АЛТАЙСКИЙ КРАЙ", "Asia/Barnaul"),
        ("Республика Алтай", "Asia/Barnaul"),
        ("г. Барнаул|Алтайский край", "Asia/Barnaul"),
        ("р-н Алтайский|Республика Хакасия", "Asia/Krasnoyarsk"),
        ("г. Новокузнецк  |  Кемеровская обл.", "Asia/Novokuznetsk"),
        ("Кемеровская область - Кузбасс", "Asia/Novokuznetsk"),
        ("г. Москва и Московская область", "Europe/Moscow"),
        ("г. Москва * Московская область", "Europe/Moscow"),
        ("Московская область * Москва|Московская область * Москва", "Europe/Moscow"),
        ("Город Санкт-Петербург и Ленинградская обл.", "Europe/Moscow"),
        ("г. Санкт - Петербург и Ленинградская обл.", "Europe/Moscow"),
        ("Архангельская обл. и Ненецкий АО", "Europe/Moscow"),
        ("г. Севастополь и Республика Крым", "Europe/Simferopol"),
        ("Республика Татарстан (Татарстан)", "Europe/Moscow"),
        ("Республика Северная Осетия - Алания", "Europe/Moscow"),
        ("Республика Удмуртская", "Europe/Samara"),
        ("Удмуртская Республика", "Europe/Samara"),
        ("Ханты - Мансийский - Югра АО", "Asia/Yekaterinburg"),
        ("Ханты-Мансийский автономный округ — Югра", "Asia/Yekaterinburg"),
        ("Еврейская автономная обл.", "Asia/Vladivostok"),
        ("Еврейская АО", "Asia/Vladivostok"),
        ("Корякский округ|Камчатский край", "Asia/Kamchatka"),
        ("Чукотский АО", "Asia/Anadyr"),
        ("Республика Саха /Якутия/", None),
        ("г. Мирный|Республика Саха (Якутия)", None),
        ("Сахалинская область", None),
        ("Алтайский край и Томская область", None),
        ("Алтайский край и Тридевятое царство", None),
        ("Алтайский край * Сахалинская область", None),
        ("Российская Федерация", None),
        ("Алтайский", None),
        ("", None),
        ("-", None),
    ],
)
def test_region_has_its_zone_however_it_is_written(place: str, zone: str | None) -> None:
    assert regions.zone_of(place) == zone


# East of the hours of Moscow and Kaliningrad, by hours from UTC.
EASTERN = {
    4: "Удмуртская Республика; Астраханская область; Самарская область; Саратовская область; Ульяновская область",
    5: "Республика Башкортостан; Курганская область; Оренбургская область; Пермский край; Свердловская область;"
    " Тюменская область; Ханты-Мансийский АО - Югра; Ямало-Ненецкий АО; Челябинская область",
    6: "Омская область",
    7: "Республика Алтай; Республика Тыва; Республика Хакасия; Алтайский край; Красноярский край;"
    " Кемеровская область; Новосибирская область; Томская область",
    8: "Республика Бурятия; Иркутская область",
    9: "Амурская область; Забайкальский край",
    10: "Приморский край; Хабаровский край; Еврейская АО",
    11: "Магаданская область",
    12: "Камчатский край; Чукотский АО",
}


@pytest.mark.parametrize(("hours", "names"), EASTERN.items())
def test_eastern_regions_have_their_clock(hours: int, names: str) -> None:
    for name in names.split("; "):
        zone = regions.zone_of(name)
        assert zone is not None, name
        assert datetime(2026, 6, 1, tzinfo=ZoneInfo(zone)).utcoffset() == timedelta(hours=hours), name


spans = st.tuples(st.integers(0, 300), st.integers(0, 40), st.sampled_from(["A", "B", None]))


@given(st.lists(spans, max_size=12), st.integers(0, 360))
def test_lookup_says_what_a_walk_over_all_ranges_says(drawn: list[tuple[int, int, str | None]], number: int) -> None:
    ranges = [Range(9_000_000_000 + first, 9_000_000_000 + first + more, "", zone) for first, more, zone in drawn]
    covering = {part.zone for part in ranges if part.first <= 9_000_000_000 + number <= part.last}
    expected = covering.pop() if len(covering) == 1 else None
    assert Numbering(ranges).zone_of(f"+7{9_000_000_000 + number}") == expected
