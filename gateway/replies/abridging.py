"""The parts of a long text that are worth reading.

Pure. People put a mark at the beginning of what they write or at its end; what stands between is a story. So of a long
text the two ends are read, and what stands around words that may ask us to stop writing: that is never to be missed. A
mark that stands by itself in the story would contradict the ends, so it forbids a rating.
"""

from __future__ import annotations

import re

WHOLE = 134
"""Characters up to which a text is read as a whole: two UCS-2 parts."""
_END = 27
_AROUND = 12
_LEAVING = (
    "не пиш", "не писа", "не прис", "не шли", "не слать", "не звони", "не беспок", "не отправ", "не надо", "не нужн",
    "отпиш", "отпис", "удалите", "исключите", "уберите", "отказываюсь", "прекратите", "не хочу", "отстаньте", "стоп",
)  # fmt: skip
_MARK_ALONE = re.compile(
    r"(?:[.,;:!?\n(-]|ставлю|оценка|оценку) ?[1-5] ?(?:[.,;:!?\n)]|балл)"
    r"|\b(?:ставлю|оценка|поставл\w{1,3}) (?:пят|четв|четы|тро|три|дво|два|кол|едини|отл|хор|норм|уд|неуд|плох)"
)


def abridged(text: str) -> tuple[str, bool]:
    """What is to be read of a text, and whether a mark may stand in what is not."""
    if len(text) <= WHOLE:
        return text, False
    middle = text[_END:-_END].casefold()
    around = [
        middle[max(0, place - _AROUND) : place + 2 * _AROUND]
        for place in (middle.find(words) for words in _LEAVING)
        if place >= 0
    ]
    head, tail = _without_last_word(text[:_END]), text[-_END:].partition(" ")[2]
    return "\n".join((head, *around[:1], tail)), _MARK_ALONE.search(middle) is not None


def _without_last_word(text: str) -> str:
    return text.rpartition(" ")[0] or text
