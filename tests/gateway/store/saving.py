"""The small day of the saved databases, and how one is saved when a migration is released:

    python -m tests.gateway.store.saving m006

writes saved/m006.sql, and the key files beside it. Databases saved before are never written anew.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from gateway import alarms, keyfile, pseudonyms
from gateway.store import optouts, ratings, visits
from modem.outcomes import Unknown
from tests.gateway.conftest import Centre

SAVED = Path(__file__).with_name("saved")
KEY = bytes(range(32))


def live(centre: Centre) -> None:
    """A rating corrected, a vector, an opt-out and another visit of the same man, silence, doubt, noise, and more."""
    _ask(centre, 1, "5")
    centre.later(minutes=5)
    centre.hear("4", _phone(1))
    centre.send(first=15)
    _ask(centre, 2)
    _ask(centre, 3, "СТОП")
    _ask(centre, 4, "5 4 3 4 5")
    _ask(centre, 5, "Очень долго ждали, посадите ещё одного специалиста в окно, прошу вас")
    centre.visit("v6", _phone(6), consent=False)
    centre.visit("v7", None, consent=False)
    centre.visit("v8", _phone(8))
    centre.invite()
    centre.send(Unknown("The modem did not answer."))
    centre.visit("v9", _phone(9))
    centre.invite()
    centre.send(first=90)
    centre.report(90, 0x46, _phone(9))
    _ask(centre, 1)
    centre.visit("v3b", _phone(3))
    centre.invite()
    centre.report(20, 0, _phone(2))
    _ask(centre, 0, "1")
    centre.later(minutes=1)
    centre.keep(*centre.pdus("пять", _phone(2), 9))
    visits.refuse_row(
        centre.db, source="test", digest="d", line=7, foreign_id="v99", reason="there is no office X", now=centre.now
    )
    ratings.mark_exported(centre.db, form="jsonl", after_cursor=0, until=1, rows=1, now=centre.now)
    centre.visit("w1", "+79130200011")
    centre.invite()
    centre.visit("w2", "+79130200012")
    outsider = pseudonyms.load(centre.path).of("+79130200077")
    optouts.opt_out(centre.db, outsider, way="operator", by="op", at=centre.now, now=centre.now)
    alarms.tell(centre.db, place="modem m1", kind="memory", text="The memory is filling up.", now=centre.now)
    centre.db.conn.commit()


def _phone(number: int) -> str:
    return f"+7913020000{number}"


def _ask(centre: Centre, number: int, answer: str | None = None) -> None:
    centre.visit(f"v{number}", _phone(number))
    centre.invite()
    centre.send(first=10 * number)
    if answer is not None:
        centre.later(minutes=1)
        centre.hear(answer, _phone(number))
        centre.send(first=10 * number + 1)
    centre.later(minutes=1)


def save(name: str) -> None:
    """Write the day as this version of the program keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "otklik.db"
        pseudonyms.path_of(path).write_text(KEY.hex() + "\n", encoding="ascii")
        centre = Centre(path)
        live(centre)
        for table, column in (("offices", "office"), ("services", "service")):
            centre.db.execute(f"DELETE FROM {table} WHERE code NOT IN (SELECT {column} FROM visits)")
        centre.db.conn.commit()
        centre.db.close()
        with closing(sqlite3.connect(path)) as saved, (SAVED / f"{name}.sql").open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in saved.iterdump())
        for place in (pseudonyms.path_of, keyfile.seals_of):
            shutil.copy(place(path), place(SAVED / name))


if __name__ == "__main__":
    save(sys.argv[1])
