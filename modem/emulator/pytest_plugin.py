"""Fixtures for tests of software that talks to GSM modems: `modem`, `modem_pair`, `network`, `fault`.

pytest loads this in every project in which Otklik is installed, so nothing of the emulator is imported before a test
asks for a fixture. All fixtures of one test belong to one network, made for that test and gone with it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from modem.emulator.testing import EmulatedModem, EmulatedNetwork

_KEY: pytest.StashKey[EmulatedNetwork] = pytest.StashKey()
_SHOWN = 60
_MARKER = (
    "modem(profile='generic', latency_ms=0, report_latency_ms=0, seed=0): what the emulated modems of a test are; "
    "profile may be a list, one for each modem"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the emulated network."""
    group = parser.getgroup("otklik", "emulated GSM modems")
    group.addoption("--modem-seed", default="0", help="Everything random in the emulated network comes from it.")
    group.addoption("--modem-profile", default="generic", help="The modem that tests get which do not name one.")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def network(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedNetwork]:
    """The network of this test: its conditions, its subscribers, what happened in it."""
    from modem.documents import DocumentError
    from modem.emulator.errors import EmulatorError
    from modem.emulator.testing import EmulatedNetwork

    options: dict[str, Any] = {
        "profile": request.config.getoption("--modem-profile"),
        "seed": request.config.getoption("--modem-seed"),
    }
    for marker in reversed(list(request.node.iter_markers("modem"))):
        options |= marker.kwargs
    try:
        made = EmulatedNetwork(2, tmp_path_factory.mktemp("modems"), control=True, **options)
    except (TypeError, ValueError, EmulatorError, DocumentError) as wrong:
        raise pytest.UsageError(f"modem marker: {wrong}") from None
    with made:
        request.node.stash[_KEY] = made
        try:
            yield made
        finally:
            del request.node.stash[_KEY]


@pytest.fixture
def modem(network: EmulatedNetwork) -> EmulatedModem:
    """A modem."""
    return network.modems[0]


@pytest.fixture
def modem_pair(network: EmulatedNetwork) -> tuple[EmulatedModem, EmulatedModem]:
    """Two modems in one network; the first one is `modem`."""
    return network.modems[0], network.modems[1]


class Fault(Protocol):
    """Lets a fault happen to `modem`, or wait for its opportunity."""

    def __call__(self, kind: str, **fields: object) -> int | None:
        """The number of a fault that waits."""
        ...


@pytest.fixture
def fault(modem: EmulatedModem) -> Fault:
    """Arm a fault on the modem: `fault("lost_answer", on="+CMGS")`."""
    return modem.fault


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what was said on the lines of its modems."""
    report = yield
    network = item.stash.get(_KEY, None)
    if network is not None and report.when == "call" and report.failed:
        from modem.emulator.testing import show

        lines = network.events()[-_SHOWN:]
        report.sections.append(("emulated network", "\n".join(map(show, lines)) or "  nothing happened"))
    return report
