"""Leaving the survey, and coming back.

Pure. An opt-out is a whole word or a whole phrase («стоп», «не пишите больше»), never a stem: «остановка» and «стопка»
are complaints about something else, and irritation is not a refusal. It can stand beside a rating and both are kept,
so it is not a rule that ends the reading: `without_opt_out` takes it out of the text and lets the rest be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gateway.model import Meaning, ReplyClass
from gateway.replies.reading import Kind, Reading, reread

_GAP = r"(?:[а-я]{1,20}\s){0,3}"
_MESSAGES = r"(?:смс\w*|sms|сообщени\w*|рассылк\w*|опрос\w*|спам\w*|эсэмэс\w*|писем|письма|уведомлени\w*)"
_WRITE = (
    r"(?:пи(?:сать|шите|ши)|присыла(?:ть|йте|й)|пришлите|шлите|шли|слать|звони(?:те|ть)?|беспоко(?:йте|ить|й)"
    r"|отправля(?:йте|ть)|трево(?:жьте|жить)|донима(?:йте|ть)|спам(?:ьте|ить)|отвлекайте|приставайте|надоедайте"
    r"|опрашива(?:йте|ть)|рассылайте|напоминайте|трогайте)"
)
_US = rf"(?:мне|меня|нам|нас|сюда|больше|никогда|по этому номеру|на этот номер|на (?:мой )?номер|ваши|{_MESSAGES})"
_ENDS = (
    r"(?=\W*$|\s?[.,!;:)\n\d]|\s(?:и|а|я|мы|иначе|спасибо|пожалуйста|надоел\w*|достал\w*|задолбал\w*|вообще|уже|ок"
    r"|все|потому)\b)"
)
"""What a prohibition without an object may be followed by: «не пишите ерунду в справках» is about something else."""
_BASE = r"из (?:вашей |этой |вашего |этого |всех )?(?:баз\w*|списк\w+|рассыл\w+|опрос\w*)"
_OPT_OUT_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        # do not write
        rf"\b(?:и\s)?(?:больше\s|прошу\s|пожалуйста\s|мне\s|меня\s|сюда\s){{0,3}}не\s(?:(?:надо|нужно|стоит|смейте"
        rf"|смей)\s)?{_GAP}{_WRITE}\b(?:(?:\s(?:пожалуйста\s)?{_US}){{1,4}}(?:\sпожалуйста)?"
        rf"|(?:\sпожалуйста)?{_ENDS})",
        rf"\b(?:больше|мне|меня|сюда)\s(?:{_US}\s){{0,2}}не\s(?:(?:надо|нужно|стоит|смейте)\s)?{_GAP}{_WRITE}\b",
        rf"\b(?:больше\s)?не\s(?:надо|нужно|нужны|нужен)\s(?:больше\s|мне\s|ваши\s|ваших\s|этих\s"
        rf"|никаких\s){{0,3}}{_MESSAGES}",
        r"^(?:мне |спасибо,? |нет,? |это |этого ){0,3}(?:больше )?не (?:надо|нужно|интересует)"
        r"(?: больше| мне| этого| ничего| такого)?(?:,? ?спасибо)?\W*$",
        rf"\bбольше не (?:надо|нужно)\b{_ENDS}",
        # do not take part
        rf"\bне\s(?:хочу|желаю|буду|собираюсь|намерен\w?)\s{_GAP}(?:участвовать|получать|отвечать|проходить"
        rf"|оценивать|голосовать|{_MESSAGES})\b(?:\s(?:в\s)?(?:этом\s)?(?:больше|{_MESSAGES})){{0,3}}",
        r"\bне (?:участвую|согласн?а?е?н?)\b(?: (?:в|на) (?:ваших |этом |этих |ваш )?(?:опрос\w*|рассылк\w*"
        r"|обработк\w*))?$",
        r"(?<!не )\bотказыва(?:юсь|емся)\b(?: от (?:участия|опрос\w*|рассылк\w*|смс|оценки))?(?: (?:в )?(?:опрос\w*"
        r"|отвечать|участвовать))?",
        r"^(?:я )?отказ\w* от (?:участия|опрос\w*|рассылк\w*|смс|оценки)|^(?:я )?против (?:опрос\w*|рассыл\w+"
        r"|смс)\W*$",
        r"\b(?:отзываю|не даю|не давала?) (?:свое )?согласи[ея]\b(?: на (?:опрос|рассылку|смс|обработку)\w*)?",
        r"^(?:я )?не (?:хочу|буду|желаю)\W*$|^(?:участвовать|отвечать|оценивать|голосовать) (?:я )?не (?:хочу"
        r"|буду|желаю)\W*$",
        # stop it
        rf"\b(?:прекратите|прекрати|прекращайте|остановите|перестаньте|перестань|хватит|отключите|отмените|довольно"
        rf"|кончайте|завязывайте)\s{_GAP}(?:{_MESSAGES}|{_WRITE})\b(?:\s(?:мне|меня|нам|{_MESSAGES})){{0,3}}",
        rf"\b(?:уберите|удалите|исключите|снимите|вычеркните|сотрите|убрать|удалить|исключить|уберите-ка"
        rf"|выпишите)\s{_GAP}"
        rf"(?:номер|телефон|меня|с рассылк\w+|{_BASE})\b(?: {_BASE})?",
        r"\b(?:удалите|исключите)\W*$|^отключите(?: меня| это| эту услугу)?\W*$|\bзаблокируйте (?:мой|этот) номер\b"
        r"|\bудалит[еь] (?:все )?мои данные\b",
        r"\b(?:и\s)?(?:отстаньте|отстань|отвяжитесь|отвалите|отцепитесь)\b(?: от меня)?",
        r"(?<!как )\bот(?:пиши|пишите|писать|пишитесь|писаться|пишусь|писываюсь)\b(?: (?:меня|от|пожалуйста"
        r"|рассыл\w+|смс)){0,3}",
        r"^отписка от (?:рассылк\w+|опрос\w*|смс)",
        r"\bотмен(?:а|ить|ите) (?:подписк\w+|рассылк\w+|опрос\w*|смс)",
    )
)
_STOP_WORDS = frozenset("стоп отказ отписка отпишите отписаться отмена unsubscribe".split())
_UNMISTAKABLE = frozenset(("стоп", "unsubscribe", "отпишите", "отписаться"))
_BESIDE_STOP = frozenset(
    "пожалуйста прошу опрос опросу опросам смс sms рассылка рассылку рассылке от и все больше спасибо хватит я "
    "мне нужен 0919 сообщения сообщений участия участие балл баллов оценка it please now спам пж пжл плиз".split()
)
_STOP_TOKEN = re.compile(r"\b(?:" + "|".join(sorted(_STOP_WORDS)) + r")\b")

_OPT_IN = re.compile(
    r"^(?:прошу |пожалуйста,? |хочу |можно )?(?:start|старт|подпи(?:ши|шите|сать|саться|шусь)"
    r"(?: (?:меня|снова|обратно|опять|заново)){1,2}"
    r"|(?:верните|вернуть|включите|добавьте)(?: (?:меня|снова|обратно|опять|мой номер)){0,2} (?:в|на) "
    r"(?:опрос\w*|рассылк\w+|списк\w+)"
    r"|(?:возобновите|снова присылайте|присылайте снова|пишите снова)(?: (?:рассылк\w+|опрос\w*|смс|мне))?"
    r"|(?:снова|опять) (?:хочу )?участв\w+(?: в опрос\w+)?)(?: (?:снова|обратно|опять))?(?:,? пожалуйста)?[\s.!]*$"
)


def without_opt_out(reading: Reading) -> Reading | None:
    """The reading with its opt-out taken away, or None where nobody asks to be left alone."""
    plain = reading.plain
    for phrase in _OPT_OUT_PHRASES:
        if phrase.search(plain):
            return reread(reading, _all_phrases_cut(plain))
    if _is_bare_stop(reading):
        return reread(reading, _STOP_TOKEN.sub(" ", plain).strip())
    return None


def _all_phrases_cut(plain: str) -> str:
    for phrase in _OPT_OUT_PHRASES:
        plain = phrase.sub(" . ", plain)
    return _STOP_TOKEN.sub(" ", plain).strip()


def _is_bare_stop(reading: Reading) -> bool:
    """A stop word that has nothing beside it but a rating and politeness."""
    words = reading.words()
    if not any(word in _STOP_WORDS for word in words) or "?" in reading.plain:
        return False
    marks = {token.text for token in reading.tokens if token.kind is Kind.MARK}
    if (marks or any(char.isdigit() for char in reading.plain)) and not _UNMISTAKABLE.intersection(words):
        return False  # «3 отказ»: the third refusal of the office
    return all(word in _STOP_WORDS or word in _BESIDE_STOP or word in marks for word in words)


def opt_in(reading: Reading) -> Meaning | None:
    """Somebody who left asks to be written to again; like an opt-out a whole phrase, with nothing besides."""
    if _OPT_IN.match(reading.plain):
        return Meaning(ReplyClass.COMMENT, "opt_in", opt_in=True)
    return None


RULES: tuple[Callable[[Reading], Meaning | None], ...] = (opt_in,)
