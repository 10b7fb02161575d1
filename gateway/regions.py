"""In which time zone each region of Russia lies, by its name as registers write it.

Pure. The zones are IANA names. A region in which several zones apply has none here: of a number we know the region, not
the town. Registers write the same region in many ways (`Удмуртская Республика`, `Республика Удмуртская`,
`Алтайский край`, `Кемеровская обл.`, `г. Барнаул|Алтайский край`, `г. Москва * Московская область`), so a name is the
set of its words, abbreviations written out; where words are left out or added, the other form stands beside it.
"""

from __future__ import annotations

import re
from functools import cache

_REGIONS = {
    "Europe/Kaliningrad": "Калининградская область",
    "Europe/Moscow": """
        Москва; Московская область; Санкт-Петербург; Ленинградская область; Архангельская область;
        Белгородская область; Брянская область; Владимирская область; Вологодская область; Воронежская область;
        Ивановская область; Калужская область; Костромская область; Краснодарский край; Курская область;
        Липецкая область; Мурманская область; Ненецкий автономный округ; Нижегородская область;
        Новгородская область; Орловская область; Пензенская область; Псковская область; Ростовская область;
        Рязанская область; Смоленская область; Ставропольский край; Тамбовская область; Тверская область;
        Тульская область; Ярославская область; Республика Адыгея; Республика Дагестан; Республика Ингушетия;
        Кабардино-Балкарская Республика; Республика Калмыкия; Карачаево-Черкесская Республика; Республика Карелия;
        Республика Коми; Республика Марий Эл; Республика Мордовия; Республика Северная Осетия;
        Республика Северная Осетия - Алания; Республика Татарстан; Чеченская Республика; Чувашская Республика;
        Чувашская Республика - Чувашия; Республика Чувашия""",
    "Europe/Kirov": "Кировская область",
    "Europe/Volgograd": "Волгоградская область",
    "Europe/Simferopol": "Республика Крым; Севастополь",
    "Europe/Astrakhan": "Астраханская область",
    "Europe/Samara": "Самарская область; Удмуртская Республика; Республика Удмуртия",
    "Europe/Saratov": "Саратовская область",
    "Europe/Ulyanovsk": "Ульяновская область",
    "Asia/Yekaterinburg": """
        Республика Башкортостан; Курганская область; Оренбургская область; Пермский край; Свердловская область;
        Тюменская область; Ханты-Мансийский автономный округ; Ханты-Мансийский автономный округ - Югра;
        Челябинская область; Ямало-Ненецкий автономный округ""",
    "Asia/Omsk": "Омская область",
    "Asia/Barnaul": "Алтайский край; Республика Алтай",
    "Asia/Krasnoyarsk": "Красноярский край; Республика Тыва; Республика Хакасия",
    "Asia/Novokuznetsk": "Кемеровская область; Кемеровская область - Кузбасс",
    "Asia/Novosibirsk": "Новосибирская область",
    "Asia/Tomsk": "Томская область",
    "Asia/Irkutsk": "Иркутская область; Республика Бурятия",
    "Asia/Chita": "Забайкальский край",
    "Asia/Yakutsk": "Амурская область",
    "Asia/Vladivostok": """
        Приморский край; Хабаровский край; Еврейская автономная область; Еврейский автономный округ;
        Еврейская автономный округ""",
    "Asia/Magadan": "Магаданская область",
    "Asia/Kamchatka": "Камчатский край",
    "Asia/Anadyr": "Чукотский автономный округ",
}
_OF_SEVERAL_ZONES = "Республика Саха (Якутия); Республика Саха; Республика Якутия; Сахалинская область"

_WRITTEN_OUT = {
    "обл": ("область",),
    "респ": ("республика",),
    "ао": ("автономный", "округ"),
    "аобл": ("автономная", "область"),
    "г": (),
    "город": (),
}
_BETWEEN_NAMES = re.compile(r"[*,;]|\sи\s", re.IGNORECASE)


def _words(name: str) -> frozenset[str]:
    words = re.findall(r"\w+", name.casefold().replace("ё", "е"))
    return frozenset(whole for word in words for whole in _WRITTEN_OUT.get(word, (word,)))


_ZONES: dict[frozenset[str], str | None] = {
    **{_words(name): None for name in _OF_SEVERAL_ZONES.split(";")},
    **{_words(name): zone for zone, names in _REGIONS.items() for name in names.split(";")},
}


@cache
def zone_of(place: str) -> str | None:
    """The one zone of a place, None if it has several or is not known.

    Between bars a register names the place, then the district, then the region; what is no region is passed over. Where
    several regions stand side by side, all must be known and in the same zone.
    """
    zones: set[str | None] = set()
    for level in place.split("|"):
        names = [_words(name) for name in _BETWEEN_NAMES.split(level)]
        if any(name in _ZONES for name in names):
            zones.update(_ZONES.get(name) for name in names)
    return zones.pop() if len(zones) == 1 else None
