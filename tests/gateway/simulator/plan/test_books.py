"""The books of what waits: they balance, and where they are cooked it is seen."""

import pytest

from gateway.errors import SimulationError
from gateway.simulator.plan.accounts import Accounts, Left


def test_what_came_and_went_balances():
    books = Accounts(0.0)
    books.enter(2, 10.0, 10.0)
    books.leave(1, 10.0, 14.0, Left.SENT)
    books.enter(1, 20.0, 18.0)
    books.leave(1, 10.0, 7000.0, Left.WITHDRAWN)
    books.leave(1, 18.0, 9000.0, Left.FAILED)
    books.close()
    assert books.area_s == 4 + 6990 + 8982
    assert (books.entered, list(books.left.values())) == (3, [1, 1, 1])


def test_the_longest_queue_of_each_hour_is_known_also_when_nothing_happens_in_it():
    books = Accounts(0.0)
    books.enter(3, 100.0, 100.0)
    books.leave(1, 100.0, 200.0, Left.SENT)
    books.leave(2, 100.0, 3 * 3600.0 + 5, Left.SENT)
    books.enter(1, 5 * 3600.0, 5 * 3600.0)
    books.leave(1, 5 * 3600.0, 5 * 3600.0, Left.SENT)
    assert +books.most == {0: 3, 1: 2, 2: 2, 3: 2, 5: 1}


def test_what_is_left_behind_is_seen():
    books = Accounts(0.0)
    books.enter(2, 1.0, 1.0)
    books.leave(1, 1.0, 2.0, Left.SENT)
    with pytest.raises(SimulationError, match="do not balance: 2 parts came, 1 went, and 1 wait"):
        books.close()


def test_a_wait_that_is_told_wrong_breaks_the_law():
    books = Accounts(0.0)
    books.enter(1, 1.0, 1.0)
    books.leave(1, 1.5, 2.0, Left.SENT)
    with pytest.raises(SimulationError, match="Little's law does not hold"):
        books.close()
