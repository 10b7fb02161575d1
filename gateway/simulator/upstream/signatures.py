"""Is it from whom it says it is: the HMAC over a request, and the XML signature of a legacy envelope.

Pure. Time is passed in.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import datetime

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway.simulator.upstream import xml
from gateway.simulator.upstream.errors import NotSigned

WINDOW_S = 300
"""How far the time in a signature may be from ours, either way."""

_DS = "http://www.w3.org/2000/09/xmldsig#"
_HEADER = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_BY_CERTIFICATE = SignatureConfiguration(
    location="./",
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)
_BY_KEY = replace(_BY_CERTIFICATE, require_x509=False)


def check_hmac(header: str | None, body: bytes, secret: bytes, now: datetime) -> None:
    """Raises NotSigned unless `header` is `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, made just now."""
    if header is None:
        raise NotSigned("The header X-Otklik-Signature is missing.")
    found = _HEADER.fullmatch(header)
    if found is None:
        raise NotSigned("X-Otklik-Signature is not of the form t=<unix seconds>,v1=<64 hexadecimal digits>.")
    made = hmac.new(secret, found[1].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made, found[2]):
        raise NotSigned("The signature does not match the body.")
    if abs(now.timestamp() - int(found[1])) > WINDOW_S:
        raise NotSigned(f"The signature is not of now: more than {WINDOW_S} s off; set the clock.")


def signed(root: etree._Element) -> etree._Element:
    """A legacy envelope without its signature, if it has one that is whole; one without a signature as it is.

    The signature is checked by the certificate or the key that it carries, so it shows that nothing was changed on the
    way, not who signed. What is handed back is what was signed: nothing beside it is read. Raises NotSigned.
    """
    signature = root.find(f"{{{_DS}}}Signature")
    if signature is None:
        return root
    certificate = signature.findtext(f".//{{{_DS}}}X509Certificate")
    if not certificate and signature.find(f".//{{{_DS}}}KeyValue") is None:
        raise NotSigned("The signature carries neither a certificate nor a key to check it by.")
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate.strip()}\n-----END CERTIFICATE-----\n" if certificate else None
    expected = _BY_CERTIFICATE if certificate else _BY_KEY
    try:
        result = XMLVerifier().verify(root, x509_cert=pem, id_attribute="ID", expect_config=expected)
    except (SignXMLException, ValueError) as problem:
        raise NotSigned(f"The signature of the envelope is not good: {str(problem).rstrip('.')}.") from None
    whole = None if isinstance(result, list) else result.signed_xml
    if whole is None or xml.name(whole) != (xml.LEGACY, "body"):
        raise NotSigned("The signature is over something else than the envelope.")
    return whole
