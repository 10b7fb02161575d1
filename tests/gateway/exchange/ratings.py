"""A rating as the database gives it to whoever writes it down for upstream."""

from __future__ import annotations

from typing import Any

NAMES = {"r": "http://vashkontrol.ru/service/rates/1.2.0"}


def rating(**changes: Any) -> dict[str, Any]:
    """The rating of the exchange format's own example."""
    return {
        "rating_id": "r-7f3a91",
        "person": "p-5c0e7b",
        "authority_id": "10000000001",
        "authority": "Росреестр",
        "service_id": "10000000101",
        "service_name": "Государственная регистрация прав",
        "procedure_id": "10000000102",
        "received_at": "2017-09-12T08:40:00.000Z",
        "rated_at": "2017-09-14T04:02:31.999Z",
        "time_zone": "Asia/Barnaul",
        "okato": "01401000000",
        "overall": None,
        "time": 5,
        "queue": 3,
        "staff": 5,
        "comfort": 4,
        "info": 5,
        "comment": "",
        **changes,
    }
