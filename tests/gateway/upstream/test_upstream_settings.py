"""What may be configured of an upstream, and what is refused before anything is sent."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.upstreamsettings import UpstreamSettings


def settings(url: str) -> UpstreamSettings:
    return UpstreamSettings.model_validate({"name": "up", "url": url, "vendor": "9901"})


@pytest.mark.parametrize(
    "url",
    [
        "https://up.example:99999",
        "https://up.example:x",
        "https://up.example:0",
        "https://up.example/a b",
        "https://up.example/\n",
        "https://up.example/#here",
        "https://up.example/hershel?token=1",
        "ftp://up.example",
        "https:///hershel",
    ],
)
def test_address_that_no_path_can_be_written_behind_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match=r"address|question mark"):
        settings(url)


@pytest.mark.parametrize("url", ["https://up.example:8443/hershel/", "http://оценка.рф/hershel", "http://[::1]:8080"])
def test_address_loses_no_more_than_its_last_slash(url: str) -> None:
    assert settings(url).url == url.rstrip("/")
