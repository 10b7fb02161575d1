"""Surveys as data: what makes a version, what is refused and how it is said, what they cost, and talks held by them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway import config, directory, scriptfiles
from gateway.conversations import held
from gateway.model import CRITERIA, MessageKind, Office
from gateway.preview import Preview
from gateway.script import Script
from gateway.settings import SurveySection
from gateway.survey import Send, SurveySettings, most_messages
from gateway.survey.cost import most_parts
from gateway.wording import LONGEST, render
from modem import documents
from tests.gateway.conftest import Centre

PACKAGED = {name: scriptfiles.load(name) for name in scriptfiles.packaged()}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in scriptfiles.packaged().items()}
OFFICE = Office("BRN1", "МФЦ г. Барнаул", "МФЦ Барнаул", "г. Барнаул", "01701000", "01401000000", "Asia/Barnaul", 60)


def parsed(text: str) -> Script:
    return documents.parse(text, "own.yaml", Script)


# -- versions ----------------------------------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of each text in a document, keys aside; what a question asks for is no text."""
    if isinstance(value, str):
        yield path
    elif path[-1:] != ("asks",):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, step))


def turned(value: Any) -> Any:
    """The document with the keys of every mapping in the other order, but for the first language."""
    if isinstance(value, list):
        return [turned(item) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(reversed(value))
    if "ru" in value and isinstance(value["ru"], dict):
        keys.sort(key=lambda language: language != "ru")
    return {key: turned(value[key]) for key in keys}


@pytest.mark.parametrize("name", PACKAGED)
def test_version_changes_with_each_letter(name: str) -> None:
    whole = yaml.safe_load(TEXTS[name])
    versions = {PACKAGED[name].version}
    places = list(leaves(whole))
    for place in places:
        changed = yaml.safe_load(TEXTS[name])
        inner = changed
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] += "x"
        versions.add(Script.model_validate(changed).version)
    assert len(versions) == len(places) + 1 > 15


@pytest.mark.parametrize("name", PACKAGED)
def test_version_stays_where_only_order_and_spelling_of_the_file_change(name: str) -> None:
    whole = yaml.safe_load(TEXTS[name])
    for spelling in (yaml.safe_dump(turned(whole), sort_keys=False, allow_unicode=True), json.dumps(turned(whole))):
        assert parsed("# another comment\n" + spelling).version == PACKAGED[name].version


def test_version_is_made_of_what_the_file_says_and_of_no_default() -> None:
    said = dict.fromkeys(("reprompt", "thanks", "help", "farewell", "reminder"), "x")
    script = {"name": "s", "questions": [{"asks": ["overall"], "text": {"ru": "q"}}], "texts": {"ru": said}}
    # A key that a later program knows must not change the version of a survey that does not have it.
    assert json.loads(Script.model_validate(script).body) == script


def test_version_changes_with_the_first_language() -> None:
    whole = yaml.safe_load(TEXTS["overall"])
    whole["texts"] = dict(reversed(whole["texts"].items()))
    other = Script.model_validate(whole)
    assert other.languages == ("en", "ru")
    assert other.version != PACKAGED["overall"].version


def test_copy_with_other_content_has_a_version_of_its_own() -> None:
    before = PACKAGED["overall"]
    asked_for = before.version  # found once, and kept
    other = before.model_copy(update={"about": "another"})
    assert other.version not in (asked_for, "")
    assert json.loads(other.body)["about"] == "another"


@pytest.mark.parametrize("name", PACKAGED)
def test_body_makes_the_same_script_again(name: str) -> None:
    again = Script.model_validate_json(PACKAGED[name].body)
    assert (again, again.version, again.languages) == (
        PACKAGED[name],
        PACKAGED[name].version,
        PACKAGED[name].languages,
    )


# -- what is refused ---------------------------------------------------------------------------------------------------

_IN_CRITERIA = [
    ("name: criteria", "name: Мой опрос", "2:1: name: a name has small Latin letters, digits, - and _, at most 31"),
    ("asks: [time, queue,", "asks: [queue, time,", "5:5: questions.0.asks: write [time, queue, staff, comfort, info]:"),
    ("asks: [time, queue,", "asks: [time, quue,", "5:18: questions.0.asks.1: input should be 'overall', 'time',"),
    ("asks: [time, queue,", "asks: [time, quue,", "did you mean 'queue'?"),
    ("asks: [time, queue,", "asks: [overall, time, queue,", "5:5: questions.0.asks: a survey asks for overall alone,"),
    ("asks: [time,", "asks: [time, time,", "5:5: questions.0.asks: time is asked for by question 1 already; each"),
    ("asks: [time, queue, staff, comfort, info]", "asks: []", "5:5: questions.0.asks: there is nothing in it"),
    ('      en: "{date}', '      de: "{date}', "6:5: questions.0.text: there is no text in en, and texts has that"),
    ('      en: "{date}', '      de: "{date}', "8:7: questions.0.text.de: texts has nothing in de; add it there, or"),
    ('      en: "{date}', '      EN: "{date}', "8:7: questions.0.text.EN: a language has two or three small Latin"),
    ('    missing: "Осталось', '    # "', "10:3: texts.ru: a question asks for several things, so missing must ask"),
    ("1 до 5: {asked}.\"\n    names", '1 до 5."\n    names', "16:5: texts.ru.missing: it must name {asked}, or"),
    ("оценки приняты", "оценки ({asked}) приняты", "12:5: texts.ru.thanks: this text asks for nothing, so"),
    ("queue: очередь, ", "", "17:5: texts.ru.names: they must say how queue is called in this language"),
    ("queue: очередь, ", 'queue: " ", ', "17:26: texts.ru.names.queue: the name is empty"),
    ("{date} {office}. Rate", "{date} {ofice}. Rate", "8:7: questions.0.text.en: there is no variable {ofice} (a text"),
    ("{date} {office}. Rate", "{date} {ofice}. Rate", "{office} was probably meant."),
    ("оценки приняты.", "оценки приняты.\\0", "12:5: texts.ru.thanks: the text has a character that no"),
    ("оценки приняты.", "оценки приняты." + "!" * LONGEST, "12:5: texts.ru.thanks: the text has 699 letters; an"),
    ("    reprompt: \"Не", "    repromt: \"Не", "11:5: texts.ru.repromt: unknown key, did you mean 'reprompt'?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), _IN_CRITERIA)
def test_fault_is_named_with_its_place_and_what_was_meant(old: str, new: str, sentence: str) -> None:
    text = TEXTS["criteria"]
    assert old in text
    with pytest.raises(documents.DocumentError) as refusal:
        parsed(text.replace(old, new, 1))
    assert any(f"own.yaml:{sentence}" in fault or sentence in fault for fault in str(refusal.value).splitlines())


def test_faults_of_the_whole_are_told_all_at_once() -> None:
    text = TEXTS["five-questions"].replace("asks: [info]", "asks: [time]").replace("оценки приняты", "{asked}")
    with pytest.raises(documents.DocumentError) as refusal:
        parsed(text.replace("time: сроки, ", ""))
    assert [fault.split(": ")[1] for fault in str(refusal.value).splitlines()] == [
        "questions.4.asks",
        "texts.ru.thanks",
        "texts.ru.names",
    ]


def test_overall_needs_a_name_only_where_a_text_says_it() -> None:
    text = TEXTS["overall"].replace("    names: {overall: услуга}\n", "")
    assert parsed(text).named(("overall",), "ru") == ""
    with pytest.raises(documents.DocumentError, match="they must say how overall is called"):
        parsed(text.replace("Пришлите одну цифру", "Пришлите {asked}"))


# -- texts -------------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_characters="{}"), min_size=1))
def test_text_without_braces_is_said_as_it_is(text: str) -> None:
    assert render(text, datetime(2017, 9, 12, tzinfo=UTC), OFFICE) == text


@given(st.text(min_size=1))
def test_any_text_can_be_said_with_its_braces_doubled(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert render(doubled, datetime(2017, 9, 12, tzinfo=UTC), OFFICE) == text


@pytest.mark.parametrize("name", PACKAGED)
def test_unknown_language_is_that_of_those_who_have_none(name: str) -> None:
    script = PACKAGED[name]
    asks = script.asks[0]
    for kind in MessageKind:
        assert script.template(kind, asks, "tt") == script.template(kind, asks, "") == script.template(kind, asks, "ru")
        assert script.template(kind, asks, "en") != script.template(kind, asks, "ru")
    assert script.named(asks, "tt") == script.named(asks, "ru") != script.named(asks, "en")


def packaged_preview(name: str) -> Preview:
    settings = config.load(config.packaged_config())
    return Preview(PACKAGED[name], directory.load(settings.offices, settings.services).offices.values())


def test_packaged_texts_fit_into_the_parts_they_are_written_for() -> None:
    several = {
        f"{name}, {line.name} ({line.language})": line.measure.parts
        for name in PACKAGED
        for line in packaged_preview(name).lines()
        if line.measure.parts > 1
    }
    assert several == {
        "criteria, question 1 (ru)": 2,
        "criteria, reprompt (ru)": 2,
        "criteria, reminder (ru)": 2,
        "criteria, help (ru)": 2,
        "criteria, question 1 (en)": 2,
        "criteria, reminder (en)": 2,
        "overall, question 1 (en)": 2,
        "overall, reminder (en)": 2,
    }


def test_longest_rest_of_several_questions_is_shown() -> None:
    whole = yaml.safe_load(TEXTS["criteria"])
    del whole["texts"]["en"]
    whole["questions"] = [{"asks": asks, "text": {"ru": "?"}} for asks in (["time", "queue"], ["staff", "comfort"])]
    lines = {line.name: line.text for line in Preview(Script.model_validate(whole), [OFFICE]).lines()}
    assert lines["missing"] == "Осталось оценить от 1 до 5: очередь, персонал."
    assert lines["reprompt"].endswith(" по порядку: персонал, комфорт.")
    assert lines["reminder"].endswith(": сроки, очередь.")


@pytest.mark.parametrize(
    ("name", "reminder", "costs"),
    [
        ("overall", False, [("ru", 1, 2, 4), ("en", 2, 3, 5)]),
        ("overall", True, [("ru", 1, 2, 5), ("en", 2, 3, 7)]),
        ("five-questions", False, [("ru", 1, 6, 8), ("en", 1, 6, 8)]),
        ("criteria", False, [("ru", 2, 3, 11), ("en", 2, 3, 9)]),
    ],
)
def test_cost_of_packaged_surveys(name: str, reminder: bool, costs: list[tuple[str, int, int, int]]) -> None:
    settings = held(SurveySection(reminder_s=3600 if reminder else None), PACKAGED[name])
    found = packaged_preview(name).costs(settings)
    assert [(cost.language, cost.silent, cost.answered, cost.most) for cost in found] == costs


@pytest.mark.parametrize("name", PACKAGED)
@pytest.mark.parametrize("reminder", [False, True])
def test_most_messages_are_as_many_as_some_conversation_sends(name: str, reminder: bool) -> None:
    settings = SurveySettings(PACKAGED[name].asks, reminder=reminder)
    assert most_parts(settings, lambda send: 1) == most_messages(settings)


def test_dearest_conversation_leaves_out_what_is_cheap() -> None:
    # Four messages at most: thanks and farewell can both be said, if the re-prompt or help is left out for it.
    def parts(send: Send) -> int:
        return {MessageKind.THANKS: 3, MessageKind.FAREWELL: 4, MessageKind.HELP: 2}.get(send.kind, 1)

    assert most_parts(SurveySettings(), parts) == 1 + 2 + 3 + 4


# -- conversations -----------------------------------------------------------------------------------------------------


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Centre]]:
    """Starts a centre with a survey, always on one file: as a daemon that is stopped, configured and started again."""
    started: list[Centre] = []

    def stop() -> None:
        started[-1].db.conn.commit()
        started[-1].db.close()

    def start_with(script: str) -> Centre:
        if started:
            stop()
        started.append(Centre(tmp_path / "otklik.db", script=script))
        return started[-1]

    yield start_with
    stop()


def asked(centre: Centre, language: str = "") -> str:
    """The invitation of somebody who has just been to an office."""
    centre.visit(language=language)
    centre.invite()
    return "".join(centre.send())


def answer(centre: Centre, *texts: str) -> list[str]:
    """What is said to each of these texts, five minutes after one another."""
    answers = []
    for text in texts:
        centre.later(minutes=5)
        centre.hear(text)
        answers.append("".join(centre.send()))
    return answers


def ratings(centre: Centre) -> list[tuple[object, ...]]:
    return centre.all(f"SELECT overall, {', '.join(CRITERIA)} FROM ratings ORDER BY cursor")


def test_conversation_goes_on_under_the_version_it_began_with(start: Callable[[str], Centre], tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(TEXTS["five-questions"], encoding="utf-8")
    centre = start(str(path))
    before = centre.script.version
    asked(centre)
    assert answer(centre, "5") == ["Спасибо. Оцените от 1 до 5: ожидание в очереди"]
    path.write_text(TEXTS["overall"].replace("Спасибо, Ваша оценка", "Мерси, Ваша оценка"), encoding="utf-8")
    again = start(str(path))
    assert answer(again, "4", "5", "5", "3") == [
        "Оцените от 1 до 5: вежливость и компетентность персонала",
        "Оцените от 1 до 5: комфорт в помещении",
        "И последнее, от 1 до 5: доступность информации",
        "Спасибо, Ваши оценки приняты.",
    ]
    again.later(days=4)
    again.invited("v2")
    assert answer(again, "4") == ["Мерси, Ваша оценка принята."]
    assert before != again.script.version
    assert again.all("SELECT form_version, mode, overall, time, info FROM ratings ORDER BY cursor") == [
        (before, "criteria", None, 5, 3),
        (again.script.version, "overall", 4, 4, 4),
    ]
    assert again.all("SELECT version FROM surveys ORDER BY first_used_at") == [(before,), (again.script.version,)]


def test_five_criteria_in_one_answer_are_thanked_for(start: Callable[[str], Centre]) -> None:
    centre = start("criteria")
    assert asked(centre) == (
        "13.09.2017 МФЦ Барнаул. Оцените от 1 до 5: сроки, очередь, персонал, комфорт, информацию."
        " Ответ: 5 цифр через пробел, напр. 5 4 5 5 4"
    )
    assert answer(centre, "5 4 5 3 5") == ["Спасибо, Ваши оценки приняты."]
    assert ratings(centre) == [(None, 5, 4, 5, 3, 5)]


def test_only_what_a_partial_answer_left_out_is_asked_for(start: Callable[[str], Centre]) -> None:
    centre = start("criteria")
    asked(centre)
    assert answer(centre, "очередь 2, персонал 5", "сроки 4 информация 5", "5") == [
        "Осталось оценить от 1 до 5: сроки, комфорт, информация.",
        "Осталось оценить от 1 до 5: комфорт.",
        "Спасибо, Ваши оценки приняты.",
    ]
    assert ratings(centre) == [(None, 4, 2, 5, 5, 5)]


def test_what_was_sent_before_the_next_question_answers_the_one_before(start: Callable[[str], Centre]) -> None:
    centre = start("criteria")
    asked(centre)
    centre.later(minutes=5)
    first = centre.pdus("очередь 2, персонал 5")
    centre.later(seconds=5)
    second = centre.pdus("4 5 5", ref=2)  # three of five; it is not about the three that are about to be asked for
    centre.later(seconds=10)
    centre.keep(*first, *second)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT class FROM replies ORDER BY id") == [("partial",), ("ambiguous",)]
    assert centre.all("SELECT answers FROM invitations") == [('{"queue": 2, "staff": 5}',)]


def test_reprompt_after_a_partial_answer_names_what_is_missing(start: Callable[[str], Centre]) -> None:
    centre = start("criteria")
    asked(centre)
    assert answer(centre, "очередь 2, персонал 5", "какая разница", "4 5 5") == [
        "Осталось оценить от 1 до 5: сроки, комфорт, информация.",
        "Не поняли ответ. Пришлите цифры от 1 до 5 по порядку: сроки, комфорт, информация.",
        "Спасибо, Ваши оценки приняты.",
    ]
    assert ratings(centre) == [(None, 4, 2, 5, 5, 5)]


@pytest.mark.parametrize(
    ("script", "texts", "rating"),
    [
        ("criteria", ["очередь 2, персонал 5"], (None, None, 2, 5, None, None)),
        ("criteria", ["очередь 2", "сроки 3", "так себе"], (None, 3, 2, None, None, None)),
        ("criteria", ["4"], (4, 4, 4, 4, 4, 4)),
        ("five-questions", ["5", "4"], (None, 5, 4, None, None, None)),
    ],
)
def test_silence_after_a_partial_answer_rates_by_what_there_is(
    start: Callable[[str], Centre], script: str, texts: list[str], rating: tuple[int | None, ...]
) -> None:
    centre = start(script)
    asked(centre)
    answer(centre, *texts)
    assert ratings(centre) == []
    centre.later(days=3)
    centre.outbox.expire_silent(centre.db, centre.now)
    assert ratings(centre) == [rating]
    assert centre.states() == {"v1": "answered"}
    assert centre.send() == []


def test_one_question_after_the_other_skips_what_was_told_already(start: Callable[[str], Centre]) -> None:
    centre = start("five-questions")
    assert asked(centre) == "13.09.2017 Вы были в МФЦ Барнаул. Оцените от 1 до 5: сроки услуги"
    assert answer(centre, "5", "не знаю", "4", "персонал 5, комфорт 3", "очередь 3", "5") == [
        "Спасибо. Оцените от 1 до 5: ожидание в очереди",
        "Не поняли ответ. Пришлите одну цифру от 1 до 5: очередь.",
        "Оцените от 1 до 5: вежливость и компетентность персонала",
        "И последнее, от 1 до 5: доступность информации",
        "",  # a correction; the last question stands
        "Спасибо, Ваши оценки приняты.",
    ]
    assert ratings(centre) == [(None, 5, 3, 5, 3, 5)]


def test_one_number_for_five_things_is_asked_about_and_then_stands_for_all(start: Callable[[str], Centre]) -> None:
    centre = start("criteria")
    asked(centre)
    assert answer(centre, "5", "5") == [
        "Не поняли ответ. Пришлите цифры от 1 до 5 по порядку: сроки, очередь, персонал, комфорт, информация.",
        "Спасибо, Ваши оценки приняты.",
    ]
    assert centre.all("SELECT overall, time, info, expanded FROM ratings") == [(5, 5, 5, 1)]


def test_citizen_with_a_language_is_spoken_to_in_it(start: Callable[[str], Centre]) -> None:
    centre = start("five-questions")
    assert asked(centre, "en") == "13.09.2017 you visited МФЦ Барнаул. Rate from 1 to 5: the time it took"
    assert answer(centre, "5", "?", "hm", "4", "STOP") == [
        "Thank you. Rate from 1 to 5: waiting in the queue",
        "A survey about public services. Send 1 to 5, or STOP. The reply is free.",
        "We did not understand. Please send one digit from 1 to 5: queue.",
        "Rate from 1 to 5: politeness and competence of the staff",
        "You are out of the survey. There will be no more messages.",
    ]
    assert ratings(centre) == [(None, 5, 4, None, None, None)]


def test_criteria_are_known_by_their_english_names(start: Callable[[str], Centre]) -> None:
    centre = start("criteria")
    asked(centre, "en")
    assert answer(centre, "queue 2, staff 5", "Comfort: 4", "3 5") == [
        "Still to be rated from 1 to 5: time, comfort, information.",
        "Still to be rated from 1 to 5: time, information.",
        "Thank you, your ratings have been accepted.",
    ]
    assert ratings(centre) == [(None, 3, 2, 5, 4, 5)]


def test_citizen_with_a_language_that_the_survey_has_not_is_spoken_to_in_the_first(
    start: Callable[[str], Centre],
) -> None:
    centre = start("criteria")
    assert "Оцените" in asked(centre, "tt")
    assert answer(centre, "5 5 5 5 5") == ["Спасибо, Ваши оценки приняты."]
