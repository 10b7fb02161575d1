"""Signatures over requests and in legacy envelopes: whole, missing, old, changed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml import XMLSigner
from starlette.testclient import TestClient

from tests.gateway.simulator.upstream.conftest import NOW, Make
from tests.gateway.simulator.upstream.messages import LEGACY, RATES

SECRET = b"a secret that both sides know"
_SIGNER = XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")


def test_a_literal_signature_is_taken(make: Make) -> None:
    """Made by `printf '1505444400.<a/>' | openssl dgst -sha256 -hmac 'a secret that both sides know'`."""
    client = make(secret=SECRET)
    mac = "4e62b55f2590f1523e5c62dd0412519b00d0d75df9467f566df2aaa6561969c6"
    answer = client.post("/rates", content=b"<a/>", headers={"X-Otklik-Signature": f"t=1505444400,v1={mac}"})
    assert "<code>schema</code>" in answer.text


def signature(at: int, body: str, secret: bytes = SECRET) -> str:
    return f"t={at},v1={hmac.new(secret, f'{at}.{body}'.encode(), hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (signature(int(NOW.timestamp()), RATES), 200),
        (signature(int(NOW.timestamp()) - 300, RATES), 200),
        (signature(int(NOW.timestamp()) + 300, RATES), 200),
        (signature(int(NOW.timestamp()) - 301, RATES), 401),
        (signature(int(NOW.timestamp()) + 301, RATES), 401),
        (signature(int(NOW.timestamp()), RATES + " "), 401),
        (signature(int(NOW.timestamp()), RATES, b"another"), 401),
        (signature(int(NOW.timestamp()), RATES).replace("v1=", "v0="), 401),
        ("", 401),
        (None, 401),
    ],
)
def test_a_request_is_taken_only_with_a_signature_of_now(make: Make, header: str | None, status: int) -> None:
    client = make(secret=SECRET)
    client.post("/control/clock", json={"advance_s": 86_400})
    headers = {} if header is None else {"X-Otklik-Signature": header}
    assert client.post("/rates", content=RATES, headers=headers).status_code == status
    assert client.get("/control/counts").json()["packets"] == (status == 200)


@pytest.fixture(scope="module")
def signed() -> bytes:
    """The example's envelope, signed as its senders sign it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sender")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    root = etree.fromstring(LEGACY.encode())
    return etree.tostring(_SIGNER.sign(root, key=key, cert=pem.decode(), reference_uri="#mkgu", id_attribute="ID"))


def test_a_signed_envelope_is_taken(client: TestClient, signed: bytes) -> None:
    answer = client.post("/rates", content=signed)
    assert answer.status_code == 200, answer.text
    assert client.get("/control/counts").json()["counted"] == 1


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'value-id="45"', b'value-id="41"'),
        (b"01401000000", b"01402000000"),
        (b"<ds:X509Certificate>", b"<ds:X509Certificate>AAAA"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
    ],
)
def test_an_envelope_changed_on_the_way_is_refused(
    client: TestClient, signed: bytes, was: bytes, becomes: bytes
) -> None:
    assert was in signed
    answer = client.post("/rates", content=signed.replace(was, becomes, 1))
    assert answer.status_code == 401, answer.text
    assert client.get("/control/counts").json()["packets"] == 0


def test_a_signature_with_its_bare_key_is_taken_unless_something_changed(client: TestClient) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root = etree.fromstring(LEGACY.encode())
    octets = etree.tostring(_SIGNER.sign(root, key=key, reference_uri="#mkgu", id_attribute="ID"))
    assert b"<ds:KeyValue>" in octets
    assert client.post("/rates", content=octets.replace(b"01401000000", b"01402000000")).status_code == 401
    assert client.post("/rates", content=octets).status_code == 200


def test_a_signature_without_anything_to_check_it_by_is_refused(client: TestClient, signed: bytes) -> None:
    start, end = signed.index(b"<ds:KeyInfo"), signed.index(b"</ds:KeyInfo>") + len(b"</ds:KeyInfo>")
    answer = client.post("/rates", content=signed[:start] + signed[end:])
    assert (answer.status_code, "neither a certificate nor a key" in answer.text) == (401, True)
