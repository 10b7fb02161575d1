"""Two visits of one phone, to a running daemon in simulated time: reports tell them apart, and else a person does."""

from __future__ import annotations

import pytest

from gateway import review
from gateway.cli.conversing import conversations_of
from gateway.model import MessageKind
from gateway.store.database import transaction
from gateway.store.opening import writable
from tests.gateway.air import PHONES, Air, air
from tests.gateway.scripts import template

SHORT = "Вы были в {office}. Оцените услугу от 1 до 5"
MARKS = "SELECT v.foreign_id, r.overall FROM ratings r JOIN visits v ON v.id = r.visit ORDER BY cursor"


def _two_visits(sky: Air) -> None:
    """Each is answered a minute after the invitation."""
    for text in ("5", "3"):
        sky.invite(PHONES[:1])
        sky.centre.world.centre.deliver(sky.centre.modem(0), PHONES[0], text, sky.centre.clock.monotonic())
        sky.centre.let_pass(60)


@pytest.mark.parametrize("quarters", [0, -20, 47])
def test_reports_tell_two_visits_apart_whatever_zone_they_are_stamped_in(quarters: int) -> None:
    with air(text=SHORT, report_zone_quarters=quarters) as sky:
        _two_visits(sky)
        assert sky.all(MARKS) == [("v-1", 5), ("v-2", 3)]
        assert sky.all("SELECT count(*) FROM parts WHERE delivered_at BETWEEN claimed_at AND done_at") == [(4,)]


def test_decision_beside_the_daemon_goes_out_by_the_daemon() -> None:
    with air(text=SHORT, report_loss_rate=1.0) as sky:
        _two_visits(sky)
        assert sky.all("SELECT text, state FROM replies ORDER BY id") == [("5", "handled"), ("3", "quarantined")]
        settings, now = sky.centre.settings, sky.centre.clock.now()
        conversations = conversations_of(settings, now)
        with writable(settings.database) as db, transaction(db):
            review.decide(db, conversations, 2, review.OPT_OUT, invitation=2, by="Ирина", note="", now=now)
        sky.centre.let_pass(10)
        assert sky.lines()[-1]["text"] == template(MessageKind.FAREWELL)
