"""The pictures are drawn from the data: lengths are measured in the SVG and held against the figures."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from lxml import etree

from gateway.simulator.measures.measures import Measures, ModemMeasures
from gateway.simulator.report import colours, loadpictures, pictures, writing
from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.drawing import standing_alone
from gateway.simulator.report.figures import figures
from gateway.simulator.report.linepicture import MOST_LINES, Line, Plan, Point, lines
from tests.gateway.simulator.report import invented
from tests.gateway.simulator.report.wellformed import parsed

_NUMBER = re.compile(r"-?\d+\.?\d*")
_HOSTILE = 'МФЦ "<script>&$x$'
_FREE = {"part": 0, "sim_month": 0, "modem": 0, "operator_hour": 0}
_EXACT = 0.02
"""Coordinates have two digits after the point."""

Drawn = tuple[dict[str, Any], dict[str, Picture]]


def _draw(measures: Measures, **changes: Any) -> Drawn:
    tree = figures(invented.scenario(**changes), measures, invented.office_names() | {"BRN1": _HOSTILE})
    return tree, pictures.of_run(tree)


@pytest.fixture(scope="module")
def lived() -> Drawn:
    return _draw(invented.measures(days=20, scale=0.1), days=20)


@pytest.fixture(scope="module")
def other() -> Drawn:
    """Another run, small, with an outage from 06:00 to 12:00."""
    modem = ModemMeasures(Counter({9: 5, 10: 10}), Counter({9: 900, 10: 1800}), [(6 * 3600, 12 * 3600)])
    measures = Measures(
        days=1,
        boxes=1,
        counts=Counter(visits=8, no_consent=4, invited=4, delivered=2, replied=1),
        sent=Counter({9: 5, 10: 10}),
        sent_by_hour=Counter({9: 5, 10: 10}),
        may_send_by_hour=Counter({9: 15}),
        queue_most=Counter({9: 15, 10: 10}),
        waits_s=Counter({1: 1, 30: 3}),
        modems={"box1/m1": modem},
    )
    return _draw(measures, days=1, boxes=1, first_day="2017-01-09", cost=_FREE)


def _shape(picture: Picture, key: str) -> etree._Element:
    (found,) = etree.fromstring(picture.svg).xpath(f"//g[@id='{picture.name}-of-{key}']")
    assert isinstance(found, etree._Element)
    return found


def _points(picture: Picture, key: str) -> list[tuple[float, float]]:
    (path,) = _shape(picture, key).xpath("(path | defs/path)[1]")
    numbers = [float(number) for number in _NUMBER.findall(path.get("d"))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _size(picture: Picture, key: str) -> tuple[float, float]:
    """Width and height of a shape."""
    points = _points(picture, key)
    x, y = [point[0] for point in points], [point[1] for point in points]
    return max(x) - min(x), max(y) - min(y)


def _proportional(lengths: list[float], values: list[float]) -> bool:
    scale = max(lengths) / max(values)
    return all(abs(length - scale * value) <= _EXACT for length, value in zip(lengths, values, strict=True))


def test_page_with_all_pictures_is_well_formed_and_asks_nobody_for_anything(
    tmp_path: Path, lived: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "of_run", lambda tree: lived[1])
    writing.write_report(tmp_path, invented.scenario(days=20), invented.measures(days=20, scale=0.1), {})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    parser = parsed(page)
    assert all(link.startswith(("#", "data:,")) for link in parser.links)
    assert not [name for name in parser.names if name.startswith("on") or name in ("src", "style", "action")]
    for outside in ("<script", "http:", "https:", "@import"):
        assert outside not in page, outside
    assert "default-src 'none'" in page
    assert not re.search(r"url\((?!#)", page)
    assert page.count("<svg ") == len(list((tmp_path / "pictures").iterdir())) == 12
    assert "pip install" not in page
    assert f'<td class="word">{mpl.__version__}</td>' in page


def test_bars_of_the_funnel_are_as_long_as_the_counts(lived: Drawn, other: Drawn) -> None:
    for tree, drawn in (lived, other):
        steps = tree["funnel"]["steps"]
        widths = [_size(drawn["funnel"], step["step"])[0] for step in steps]
        assert _proportional(widths, [step["count"] for step in steps])
    assert not _proportional(widths, [step["count"] for step in lived[0]["funnel"]["steps"]])


def test_bars_of_waits_and_delays_are_as_high_as_the_counts(lived: Drawn, other: Drawn) -> None:
    spreads = (
        (lived[0]["waits"], lived[1]["waits"]),
        (lived[0]["delays"], lived[1]["delays"]),
        (lived[0]["call_backs"], lived[1]["call-waits"]),
        (other[0]["waits"], other[1]["waits"]),
    )
    for tree, picture in spreads:
        bins = tree["bins"]
        shown = [index for index in range(len(bins)) if f'"{picture.name}-of-bin-{index}"' in picture.svg]
        assert sum(bins[index]["count"] for index in shown) == sum(each["count"] for each in bins)
        heights = [_size(picture, f"bin-{index}")[1] for index in shown]
        assert _proportional(heights, [bins[index]["count"] for index in shown])


def test_goal_stands_between_the_bars_that_it_parts(lived: Drawn) -> None:
    picture = lived[1]["waits"]
    (at, _), *_ = _points(picture, "bound")
    # 30 minutes: the bin that ends there is the eighth
    assert max(x for x, _ in _points(picture, "bin-7")) < at < min(x for x, _ in _points(picture, "bin-8"))


def test_modem_is_as_dark_as_it_was_busy_and_hatched_while_away(other: Drawn) -> None:
    picture = other[1]["gantt"]
    nine, ten = _size(picture, "0-9"), _size(picture, "0-10")
    assert ten[1] == pytest.approx(2 * nine[1], abs=_EXACT)
    hour = nine[0] / 0.94
    away = _points(picture, "0-away-0")
    assert _size(picture, "0-away-0")[0] == pytest.approx(6 * hour, abs=0.1)
    assert min(x for x, _ in _points(picture, "0-9")) - min(x for x, _ in away) == pytest.approx(3 * hour, abs=0.1)
    (path,) = _shape(picture, "0-away-0").xpath("path")
    assert path.get("fill").startswith("url(#gantt-h")


def test_utilisation_replies_and_cost_are_as_long_as_their_values(lived: Drawn) -> None:
    tree, drawn = lived
    modems = [modem["utilisation"] for modem in tree["modems"]["modems"]]
    assert _proportional([_size(drawn["utilisation"], str(row))[0] for row in range(2)], modems)
    replies = [row["count"] for row in tree["replies"]]
    keys = [row["class"].replace("_", "-") for row in tree["replies"]]
    assert _proportional([_size(drawn["replies"], key)[0] for key in keys], replies)
    paid = tree["cost"]["roubles"]
    assert _proportional([_size(drawn["cost"], key)[0] for key in paid], list(paid.values()))


def test_lines_of_the_queue_go_up_and_down_with_the_counts(lived: Drawn, other: Drawn) -> None:
    for tree, drawn in (lived, other):
        for key in ("sent", "free"):
            values = [point[key] for point in tree["queue"]["points"]]
            heights = [-y for _, y in _points(drawn["queue"], key)]
            above_least = [height - min(heights) for height in heights]
            assert _proportional(above_least, [value - min(values) for value in values])


def test_fields_of_the_week_are_darker_the_busier_and_say_how_busy(lived: Drawn, other: Drawn) -> None:
    seen = {}
    for tree, drawn in (lived, other):
        for cell in tree["load"]["cells"]:
            if cell["parts"]:
                shape = _shape(drawn["load"], f"{cell['weekday']}-{cell['hour']}")
                assert shape.findtext("title").endswith(f"{cell['hour']:02}:00: {100 * cell['of_capacity']:.1f} %")
                seen[cell["of_capacity"]] = colours.luminance(shape.find("path").get("fill"))
    lights = [light for _, light in sorted(seen.items())]
    assert all(later <= earlier for earlier, later in pairwise(lights))
    assert len(set(lights)) == 3, "up to 17, 33 and 50 per cent"


def test_every_field_of_the_week_has_legible_text() -> None:
    for colour in loadpictures.STEPS:
        assert colours.contrast(colour, loadpictures.ink_on(colour)) >= 4.5
    lights = [colours.luminance(colour) for colour in loadpictures.STEPS]
    assert all(colours.contrast(one, next_one) >= 1.15 for one, next_one in pairwise(loadpictures.STEPS))
    assert lights == sorted(lights, reverse=True)


def test_interval_of_an_office_is_where_its_ends_are(lived: Drawn) -> None:
    offices = [office for office in lived[0]["satisfaction"]["offices"] if office["ratings"]]
    picture = lived[1]["offices"]
    ends = [
        (x, 100 * share)
        for row, office in enumerate(offices)
        if not office["small"]
        for (x, _), share in zip(_points(picture, str(row)), (office["low"], office["high"]), strict=True)
    ]
    (first_x, first_share), (last_x, last_share) = min(ends), max(ends)
    scale = (last_x - first_x) / (last_share - first_share)
    assert all(x == pytest.approx(first_x + scale * (share - first_share), abs=_EXACT) for x, share in ends)


def test_office_with_few_ratings_is_dotted_and_grey(lived: Drawn) -> None:
    offices = [office for office in lived[0]["satisfaction"]["offices"] if office["ratings"]]
    for row, office in enumerate(offices):
        (path,) = _shape(lived[1]["offices"], str(row)).xpath("path")
        dotted = path.get("stroke-dasharray") is not None
        assert (dotted, path.get("stroke")) == (office["small"], colours.SOFT if office["small"] else colours.DEEP)
    assert any(office["small"] for office in offices)


def test_marks_meant_and_understood_are_as_high_as_the_counts(lived: Drawn) -> None:
    tree, drawn = lived
    keys = [(key, row) for row in tree["understood"]["marks"] for key in ("meant", "read")]
    heights = [_size(drawn["understood"], f"{key}-{row['mark']}")[1] for key, row in keys]
    assert _proportional(heights, [row[key] for key, row in keys])
    (meant,) = _shape(drawn["understood"], "meant-5").xpath("path")
    (read,) = _shape(drawn["understood"], "read-5").xpath("path")
    assert meant.get("fill").startswith("url(#understood-h")
    assert read.get("fill") == colours.DEEP


def test_every_picture_says_what_it_is_and_keeps_its_text(lived: Drawn) -> None:
    for name, picture in lived[1].items():
        root = etree.fromstring(picture.svg)
        assert root.get("role") == "img"
        assert [root.find(tag).get("id") for tag in ("title", "desc")] == root.get("aria-labelledby").split()
        assert root.findtext("title") == picture.title
        assert root.findtext("desc") == picture.says != ""
        assert len(root.xpath("//text")) > 3
        assert not root.xpath("//*[@style] | //style | //image | //script | //metadata"), name
        assert all(str(key).startswith(f"{name}-") for key in root.xpath("//@id"))
        assert "http" not in picture.svg
        assert etree.fromstring(standing_alone(picture)).tag == "{http://www.w3.org/2000/svg}svg"


def test_axes_have_titles_with_units(lived: Drawn) -> None:
    said = {name: etree.fromstring(one.svg).xpath("//text/text()") for name, one in lived[1].items()}
    for name, title in {
        "funnel": "visits",
        "waits": "invitations",
        "cost": "roubles",
        "delays": "first replies",
    }.items():
        assert title in said[name]
    assert any("per cent" in text for text in said["offices"])
    assert "hour of the day at the offices; in each field: per cent of what the modems can send" in said["load"]


def test_hostile_office_name_is_text_in_the_picture(lived: Drawn) -> None:
    picture = lived[1]["offices"]
    assert any(text.startswith(_HOSTILE) for text in etree.fromstring(picture.svg).xpath("//text/text()"))
    assert "<script" not in picture.svg


def test_equal_data_make_equal_octets_whatever_the_users_style(other: Drawn) -> None:
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": None, "svg.fonttype": "path"}):
        again = pictures.of_run(other[0])
    assert {name: one.svg for name, one in again.items()} == {name: one.svg for name, one in other[1].items()}


def test_what_has_no_data_has_no_picture(other: Drawn) -> None:
    assert set(other[1]) == {"funnel", "load", "queue", "waits", "gantt", "utilisation"}


def test_colours_differ_in_grey_in_light_and_in_dark() -> None:
    for deep, middle, pale, paper in (
        (*colours.SERIES, colours.PAPER),
        tuple(map(colours.in_the_dark, (*colours.SERIES, colours.PAPER))),
    ):
        assert colours.contrast(deep, middle) >= 1.5
        assert colours.contrast(middle, pale) >= 1.5
        assert colours.contrast(middle, paper) >= 3
    for ink in (colours.INK, colours.SOFT, colours.GOAL):
        assert colours.contrast(ink, colours.PAPER) >= 4.5
        assert colours.contrast(colours.in_the_dark(ink), colours.in_the_dark(colours.PAPER)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000", "#ffffff") == 21
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_lines_of_a_comparison_go_through_their_points_with_bands_around() -> None:
    short = Line("text=short", [Point(1, 0.5, 0.4, 0.6), Point(2, 0.9, 0.85, 0.95)])
    long = Line("text=long", [Point(1, 0.3), Point(2, 0.7)])
    picture = lines("grid", "Sent in time", "Two lines.", Plan("modems", "share", [short, long], None, (0.95, "goal")))
    ((x1, y1), (x2, y2)) = _points(picture, "line-0")
    ((_, v1), (_, v2)) = _points(picture, "line-1")
    scale = (y1 - y2) / 0.4
    assert v1 - v2 == pytest.approx(scale * 0.4, abs=_EXACT)
    assert v1 - y1 == pytest.approx(scale * 0.2, abs=_EXACT)
    band = [y for x, y in _points(picture, "band-0") if x == pytest.approx(x1, abs=_EXACT)]
    assert max(band) - min(band) == pytest.approx(scale * 0.2, abs=2 * _EXACT)
    assert 'id="grid-of-band-1"' not in picture.svg
    (_, level), *_ = _points(picture, "goal")
    assert y1 - level == pytest.approx(scale * 0.45, abs=_EXACT)
    dashes = {_shape(picture, f"line-{row}").find("path").get("stroke-dasharray") for row in range(2)}
    assert len(dashes) == 2
    assert x1 < x2


def test_more_lines_than_can_be_told_apart_are_left_to_the_table() -> None:
    many = [Line(str(number), [Point(0, number), Point(1, number)]) for number in range(MOST_LINES + 1)]
    picture = lines("grid", "Many", "Many lines.", Plan("x", "y", many))
    assert picture.svg.count('id="grid-of-line-') == MOST_LINES
