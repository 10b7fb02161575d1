from collections.abc import Callable

import pytest

from tests.modem.emulator.conftest import Bench


@pytest.fixture
def direct(make_bench: Callable[..., Bench]) -> Bench:
    """Two modems that show messages and reports as they come."""
    bench = make_bench(2)
    for number in range(2):
        bench.say("AT+CNMI=2,2,0,1", number)
    return bench
