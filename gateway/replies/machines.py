"""Rules for what needs no answer: echoes, automatic replies, operators' texts, signs of nothing.

Pure. Everything here is `noise`, and noise is never answered: a machine at the other end would answer back.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gateway.model import Meaning, ReplyClass
from gateway.replies.reading import Kind, Reading

_NOISE_WORDS = frozenset(
    "ок ok окей okay оке окок k ага угу да не нет неа алло але ало ну хм эм ясно понятно принято ладно лады "
    "хорошо-хорошо привет здравствуйте здрасте здравствуй добрый день вечер утро доброе доброго времени суток "
    "hi hello yes no тест test проверка ой ах эх лол lol хаха ха хе ххх".split()
)
_MOJIBAKE = re.compile("[ÐÑÃÂ�][\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122]|\ufffd|[ÃÂÐÑ]{2}")
_AUTOMATIC = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bваш баланс|\bбаланс[:а]?\s|\bна вашем счет|\bна счете?\b|\bпополн\w+ (?:счет|баланс)"
        r"|\bсписан[оы]\b.*\bруб",
        r"\bтариф\w*\b.{0,40}\b(?:подключ|руб|пакет)|\bподключена услуга|\bуслуга .{1,40} (?:подключена|отключена)",
        r"\bкод (?:подтверждения|доступа|активации)|\bпароль\b|\bникому не (?:сообщайте|говорите)",
        r"\bабонент .{0,40}(?:недоступ|не доступ|занят|не может|выключен|вне зоны|звонил|просит|перезвон"
        r"|не отвечает)",
        r"\b(?:вам звонил|вы звонили|снова на связи|появился в сети|доступен для звонк|пропущенн\w+ (?:звон|вызов))",
        r"\b(?:автоответ|автоматическ\w+ (?:ответ|сообщение)|это автомат)",
        r"\b(?:сейчас|пока|временно)? ?(?:занят|занята|не могу (?:говорить|разговаривать|ответить))\b.*"
        r"\b(?:перезвоню|позже|позвоню|напишу|отвечу|потом|сообщение|смс)",
        r"^(?:я )?(?:сейчас )?(?:занят|занята|не могу говорить|на совещании|за рулем|на встрече|в отпуске"
        r"|на работе)\W*$",
        r"^(?:я )?(?:вам |тебе )?(?:перезвоню|позвоню|отвечу|напишу)(?: (?:вам|тебе))?(?: (?:позже|потом|скоро"
        r"|вечером))?\W*$",
        r"^(?:перезвони(?:те)?|позвони(?:те)?)(?: мне)?(?:,? пожалуйста)?\W*$",
        r"^(?:я )?(?:сейчас )?(?:за рулем|на совещании|на встрече|на работе|в дороге|занят"
        r"|занята)\b.{0,30}\b(?:позвоню|перезвоню|потом|позже)",
        r"\b(?:нахожусь|я) (?:на совещании|за рулем|в отпуске)\b",
        r"\bнедостаточно средств|\bвам (?:перевели|поступил|зачислен)",
        r"\b(?:сообщение (?:не )?доставлено|недоставлено|delivery|undeliver|auto.?reply|out of office|call me back)",
        r"\b(?:кредит|займ|скидк\w+|акция|выигра\w+|промокод)\b.{0,60}(?:руб|%|одобрен|подробн|http|www|\.ru)"
        r"|https?:|www\.",
        r"^(?:вы были в мфц|mms|ммс)\b",
    )
)
_ECHO = re.compile(r"^\+?(?:0919|919)\W*$")
_TEST = re.compile(r"^(?:тест\w*|test\w*|проверка(?: связи)?)\b[\s\d.,!-]*$")
_LAUGH = re.compile(r"^(?:(?:ха|хе|хи|ах|ха-ха|lol|лол)+|х{2,}|(.)\1+|(.)|(..)\3{1,})$")
_MASHED = re.compile(r"йцук|цуке|фыва|ывап|ячсм|qwer|asdf|zxcv|лорп|ъх|длор|прол(?!о|е|и)")
_ALL_CONSONANTS = re.compile(r"^[бвгджзйклмнпрстфхцчшщъь]{4,}$|^[bcdfghjklmnpqrstvwxz]{4,}$")
_MOOD_SIGNS = frozenset(
    "👍👎❤♥😀😁😂😃😄😅😆😇😉😊😋😍😎😏😒😔😕😘😜😞😠😡😢😤😩😫😭🙂🙁🙃🙄🙏🤔🤗🤣🤬🤮🤦🤷🥰💩🌹🌸🌷💐🎉🔥💪👏👌✌💔💯👊🖕✊🤝👋"
)


def empty(reading: Reading) -> Meaning | None:
    """Nothing but signs, and none that says anything."""
    plain = reading.plain
    if any(char.isalnum() or char in "★☆⭐🌟*" or char in _MOOD_SIGNS for char in plain):
        return None
    if "?" in plain and not plain.replace("?", "").strip(" !.,\n"):
        return Meaning(ReplyClass.HELP, "question_marks")
    return Meaning(ReplyClass.NOISE, "nothing_said")


def mojibake(reading: Reading) -> Meaning | None:
    """A text decoded by the wrong table; whatever it said cannot be trusted."""
    if len(_MOJIBAKE.findall(reading.raw)) >= 2:
        return Meaning(ReplyClass.NOISE, "mojibake")
    return None


def echo(reading: Reading) -> Meaning | None:
    """Our own number or our own words, and nothing besides."""
    if _ECHO.match(reading.plain) or (reading.quoted and not any(char.isalnum() for char in reading.sifted)):
        return Meaning(ReplyClass.NOISE, "echo")
    return None


def automatic(reading: Reading) -> Meaning | None:
    """A telephone or an operator wrote this."""
    if any(pattern.search(reading.plain) for pattern in _AUTOMATIC):
        return Meaning(ReplyClass.NOISE, "automatic_reply")
    return None


def trial(reading: Reading) -> Meaning | None:
    """Somebody tries whether messages arrive; the numbers in it are no ratings."""
    if _TEST.match(reading.plain):
        return Meaning(ReplyClass.NOISE, "test_message")
    return None


def small_talk(reading: Reading) -> Meaning | None:
    """Acknowledgements and greetings without content."""
    words = reading.words()
    if not words or len(words) != sum(t.kind is not Kind.BREAK for t in reading.tokens):
        return None
    if all(word in _NOISE_WORDS or _is_babble(word) for word in words):
        return Meaning(ReplyClass.NOISE, "small_talk")
    return None


def _is_babble(word: str) -> bool:
    """Letters without a word in them: one letter repeated, laughter, a hand laid on the keyboard."""
    return bool(_LAUGH.match(word) or _MASHED.search(word) or _ALL_CONSONANTS.match(word))


RULES: tuple[Callable[[Reading], Meaning | None], ...] = (empty, mojibake, echo, automatic, trial)
LAST_RULES: tuple[Callable[[Reading], Meaning | None], ...] = (small_talk,)
