"""Days on which Russia does not work, and Saturdays on which it does, as far as they have been decreed.

Pure. The holidays themselves are law (Labour Code, article 112). Each year the Government moves days off that fall on a
weekend, or by its power on others: `_MOVED` has those moves as its decrees have them, and the moves to the next working
day that the same article makes by itself. Sources:

- 2017: Government decree 756 of 04.08.2016, https://tass.ru/obschestvo/3515336
- 2025: https://www.consultant.ru/document/cons_doc_LAW_481586/
- 2026: https://www.consultant.ru/document/cons_doc_LAW_515170/
- 2027: https://www.consultant.ru/document/cons_doc_LAW_544706/

Of a year that is not among them only the holidays of the law are known, and `RUSSIA.through` says so.
"""

from __future__ import annotations

from datetime import date

from scheduler.windows import Holidays

_LAW = (*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
_YEARS = range(2017, 2041)

# From which day the day off is taken, and to which it goes; a Saturday that is no holiday becomes a working day.
_MOVED = {
    2017: (((1, 1), (2, 24)), ((1, 7), (5, 8)), ((11, 4), (11, 6))),
    2025: (((1, 4), (5, 2)), ((1, 5), (12, 31)), ((2, 23), (5, 8)), ((3, 8), (6, 13)), ((11, 1), (11, 3))),
    2026: (((1, 3), (1, 9)), ((1, 4), (12, 31)), ((3, 8), (3, 9)), ((5, 9), (5, 11))),
    2027: (
        *(((1, 2), (11, 5)), ((1, 3), (12, 31)), ((2, 20), (2, 22))),
        *(((5, 1), (5, 3)), ((5, 9), (5, 10)), ((6, 12), (6, 14))),
    ),
}


def _russia() -> Holidays:
    law = {date(year, *day) for year in _YEARS for day in _LAW}
    moves = [(date(year, *taken), date(year, *given)) for year, moved in _MOVED.items() for taken, given in moved]
    return Holidays(
        off=frozenset(law | {given for _, given in moves}),
        worked=frozenset(taken for taken, _ in moves if taken not in law),
        through=date(max(_MOVED), 12, 31),
    )


RUSSIA = _russia()
