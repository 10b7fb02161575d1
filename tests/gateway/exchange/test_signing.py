"""The signature of the older envelope, checked by those who did not make it, and what can be wrong with a signer."""

from __future__ import annotations

import fcntl
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway import formfiles
from gateway.exchange import legacy
from gateway.exchange.signing import SigningError, sign
from gateway.upstreamsettings import SignSettings
from tests.gateway.exchange.conftest import make_pair
from tests.gateway.exchange.ratings import rating

NAMES = {"ds": "http://www.w3.org/2000/09/xmldsig#", "ec": "http://www.w3.org/2001/10/xml-exc-c14n#"}
COMMENT = "«Долго» & <криво>\r\n\t👍"
ENVELOPE = legacy.body(
    [rating(), rating(rating_id="r-2", service_name=COMMENT)], "9901", formfiles.load("direct-0.0.4"), "visit"
)
EXPECTED = SignatureConfiguration(
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}), digest_algorithms=frozenset({DigestAlgorithm.SHA256})
)
SIGNER = """
import sys, time
envelope = sys.stdin.buffer.read()
signature = b'<ds:Signature/></mkgu:body>'
sys.stdout.buffer.write(envelope.replace(b'</mkgu:body>', signature))
"""


def verified(signed: bytes, pair: SignSettings) -> Any:
    assert pair.cert_file is not None
    certificate = x509.load_pem_x509_certificate(pair.cert_file.read_bytes())
    found = XMLVerifier().verify(signed, x509_cert=certificate, id_attribute="ID", expect_config=EXPECTED)
    return found.signed_xml


def command(*arguments: str) -> SignSettings:
    return SignSettings(command=(sys.executable, *arguments))


def test_signed_envelope_is_accepted_and_covers_every_form(pair: SignSettings) -> None:
    signed = sign(ENVELOPE, pair)
    assert signed.startswith(ENVELOPE.removesuffix(b"</mkgu:body>\n"))
    forms = verified(signed, pair).findall(".//form")
    assert [form.get("foreign-id") for form in forms] == ["r-7f3a91", "r-2"]
    assert forms[1].findtext(".//service") == COMMENT


def test_signature_says_what_it_was_made_with(pair: SignSettings) -> None:
    root = etree.fromstring(sign(ENVELOPE, pair))
    found: Any = root.xpath("ds:Signature//@Algorithm | ds:Signature//@URI | //@PrefixList", namespaces=NAMES)
    assert found == [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "#mkgu",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "mkgu",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]
    assert root.xpath("count(//ec:InclusiveNamespaces[parent::ds:Transform])", namespaces=NAMES) == 1


def test_mark_that_was_changed_afterwards_is_noticed(pair: SignSettings) -> None:
    with pytest.raises(InvalidDigest):
        verified(sign(ENVELOPE, pair).replace(b'value-id="48"', b'value-id="50"', 1), pair)


def test_signature_by_another_key_is_noticed(pair: SignSettings, tmp_path: Path) -> None:
    with pytest.raises(InvalidSignature):
        verified(sign(ENVELOPE, pair), make_pair(tmp_path, "other"))


def test_key_without_a_certificate_tells_its_public_key(pair: SignSettings) -> None:
    signed = sign(ENVELOPE, SignSettings(key_file=pair.key_file))
    assert etree.fromstring(signed).find(".//ds:KeyInfo/ds:KeyValue/ds:RSAKeyValue", NAMES) is not None


def test_key_or_certificate_that_cannot_be_used_is_told(pair: SignSettings, tmp_path: Path) -> None:
    no_key, curve = tmp_path / "no.key", tmp_path / "curve.key"
    no_key.write_text("nothing")
    key = ec.generate_private_key(ec.SECP256R1())
    curve.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    other = make_pair(tmp_path, "other")
    for key_file, cert_file, fault in (
        (tmp_path / "gone", None, "cannot be read: No such file"),
        (no_key, None, "has no key that can be used"),
        (curve, None, "is no RSA key"),
        (pair.key_file, tmp_path / "gone", "certificate .* cannot be read: No such file"),
        (pair.key_file, no_key, "has no certificate"),
        (pair.key_file, other.cert_file, "belongs to another key"),
    ):
        with pytest.raises(SigningError, match=fault):
            sign(ENVELOPE, SignSettings(key_file=key_file, cert_file=cert_file))


def test_program_gets_the_envelope_and_its_output_is_the_signed_one() -> None:
    signed = sign(ENVELOPE, command("-c", SIGNER))
    assert signed == ENVELOPE.replace(b"</mkgu:body>", b"<ds:Signature/></mkgu:body>")


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("import sys; sys.exit('the token is not inserted')", "ended with 1: the token is not inserted"),
        ("print('no')", "wrote no XML"),
        ("import sys; print(sys.stdin.read().split('?>')[1])", "without a signature"),
    ],
)
def test_program_that_does_not_sign_is_told_with_what_it_said(script: str, fault: str) -> None:
    with pytest.raises(SigningError, match=fault):
        sign(ENVELOPE, command("-c", script))


def test_program_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    lock = tmp_path / "lock"  # whoever still runs holds it
    script = (
        f"import fcntl, subprocess; f = open({str(lock)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX);"
        " subprocess.run(['sleep', '600'], pass_fds=[f.fileno()])"
    )
    with pytest.raises(SigningError, match=r"has not signed within 0\.3 s and was ended"):
        sign(ENVELOPE, command("-c", script), timeout_s=0.3)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def test_program_that_is_not_there_is_told() -> None:
    with pytest.raises(SigningError, match="/no/signer cannot be started: No such file"):
        sign(ENVELOPE, SignSettings(command=("/no/signer",)))
