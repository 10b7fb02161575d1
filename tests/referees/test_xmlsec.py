"""xmlsec1 reads the signature of the older envelope: another library, in another language, on the same octets."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import formfiles
from gateway.exchange import legacy
from gateway.exchange.signing import sign
from tests.gateway.exchange.conftest import make_pair
from tests.gateway.exchange.ratings import rating
from tests.referees.conftest import Run

pytestmark = pytest.mark.referee
ENVELOPE = legacy.body(
    [rating(), rating(service_name="«Долго» & <криво>\r\n\t👍")], "9901", formfiles.load("direct-0.0.4"), "visit"
)


def test_signed_envelope_is_verified_and_a_changed_one_is_not(run: Run, tmp_path: Path) -> None:
    pair = make_pair(tmp_path, "otklik")
    signed = tmp_path / "signed.xml"
    check = ["xmlsec1", "--verify", "--trusted-pem", str(pair.cert_file), "--id-attr:ID", "body"]
    signed.write_bytes(sign(ENVELOPE, pair))
    assert "OK\nSignedInfo References (ok/all): 1/1" in run(*check, str(signed))
    signed.write_bytes(signed.read_bytes().replace(b'value-id="48"', b'value-id="50"', 1))
    assert "FAIL" in run(*check, str(signed), code=1)
