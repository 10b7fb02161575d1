"""How the network is: how long it takes, what it loses and doubles, and whose telephone is off."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.simulator.scenario.model import Lasting, Scenario


def conditions(scenario: Scenario, zone: ZoneInfo, start: datetime) -> dict[str, Any]:
    """A change of the network (`modem.emulator.network.changes`) that makes it as the scenario says."""
    network = scenario.network
    offset = start.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset"
    return {
        "latency_ms": delay_ms(scenario.modems.submit),
        "report_latency_ms": delay_ms(network.delivery),
        "report_loss_rate": network.reports_lost,
        "duplicate_rate": network.doubled,
        "zone_quarters": int(offset.total_seconds() // 900),
    }


def delay_ms(lasting: Lasting) -> float | dict[str, Any]:
    """A time that varies, as the network wants to have it written."""
    if not lasting.median_s or not lasting.sigma:
        return lasting.median_s * 1000
    return {"kind": "lognormal", "median_ms": lasting.median_s * 1000, "sigma": lasting.sigma}
