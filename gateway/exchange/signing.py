"""Signs the older envelope: by a key file, or by a program of the operator's.

The signature is enveloped XMLDSig, RSA-SHA256, over the element whose ID the envelope has, canonicalised exclusively
with the prefix `mkgu` included. A program gets the unsigned XML on its standard input and writes it signed to its
standard output; it is started without a shell, and what its key is and which algorithm it signs with is its business.

An envelope that is signed is in memory as a whole.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.signer import SignatureReference, XMLSigner

from gateway.errors import GatewayError
from gateway.exchange import legacy
from gateway.upstreamsettings import SignSettings

_DS = "http://www.w3.org/2000/09/xmldsig#"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ROOT = f"<{legacy.ID}:body ".encode()
_TIMEOUT_S = 60.0
_SHOWN = 300


class SigningError(GatewayError):
    """The envelope cannot be signed; the message tells what is wrong with the key, or what the program said."""


def sign(envelope: bytes, how: SignSettings, timeout_s: float = _TIMEOUT_S) -> bytes:
    """The envelope with its signature. A program that takes longer than `timeout_s` is killed. Raises SigningError."""
    if how.key_file is not None:
        return _by_key(envelope, how.key_file, how.cert_file)
    return _by_command(envelope, how.command, timeout_s)


def examine(how: SignSettings) -> None:
    """Whether there is all that signing needs. Nothing is signed, and no program started. Raises SigningError."""
    if how.key_file is None:
        if shutil.which(how.command[0]) is None:
            raise SigningError(f"There is no program {how.command[0]}; check sign.command.")
        return
    key = _key(how.key_file)
    if how.cert_file is not None:
        _certificates(how.cert_file, key)


def _by_key(envelope: bytes, key_file: Path, cert_file: Path | None) -> bytes:
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=_EXCLUSIVE,
    )
    signer.signature_annotators.insert(0, _include_prefix)
    key = _key(key_file)
    reference = SignatureReference(f"#{legacy.ID}", inclusive_ns_prefixes=[legacy.ID])
    signed = signer.sign(
        etree.fromstring(envelope, _parser()),
        key=key,
        cert=None if cert_file is None else _certificates(cert_file, key),
        reference_uri=[reference],
        id_attribute="ID",
    )
    return envelope[: envelope.index(_ROOT)] + etree.tostring(signed, encoding="utf-8") + b"\n"


def _include_prefix(signature: etree._Element, **_: object) -> None:
    """The library canonicalises with the prefix but leaves it out of the transform that says so."""
    (transform,) = signature.iterfind(f".//{{{_DS}}}Transform[@Algorithm='{_EXCLUSIVE}']")
    etree.SubElement(transform, f"{{{_EXCLUSIVE}}}InclusiveNamespaces", nsmap={"ec": _EXCLUSIVE}, PrefixList=legacy.ID)


def _key(path: Path) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as problem:
        raise SigningError(f"The key {path} cannot be read: {problem.strerror}; check sign.key_file.") from problem
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise SigningError(
            f"{path} has no key that can be used; it must be an unencrypted PEM (openssl pkey -in {path} checks it)."
        ) from problem
    if not isinstance(key, RSAPrivateKey):
        raise SigningError(f"The key {path} is no RSA key; the envelope is signed with RSA-SHA256.")
    return key


def _certificates(path: Path, key: RSAPrivateKey) -> list[str]:
    try:
        chain = load_pem_x509_certificates(path.read_bytes())
        pem = path.read_text(encoding="ascii")
    except OSError as problem:
        raise SigningError(
            f"The certificate {path} cannot be read: {problem.strerror}; check sign.cert_file."
        ) from problem
    except ValueError as problem:
        raise SigningError(f"{path} has no certificate; it must be PEM with the certificate of the key.") from problem
    if chain[0].public_key() != key.public_key():
        raise SigningError(f"The certificate {path} belongs to another key than sign.key_file; give those of one pair.")
    end = "-----END CERTIFICATE-----"
    return [part + end for part in pem.split(end)[: len(chain)]]


def _by_command(envelope: bytes, command: Sequence[str], timeout_s: float) -> bytes:
    try:
        program = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that whatever it starts ends with it
        )
    except OSError as problem:
        raise SigningError(f"{command[0]} cannot be started: {problem.strerror}; check sign.command.") from problem
    with program:
        try:
            signed, said = program.communicate(envelope, timeout_s)
        except subprocess.TimeoutExpired:
            raise SigningError(f"{command[0]} has not signed within {timeout_s:g} s and was ended.") from None
        finally:
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)
    if program.returncode:
        text = " ".join(said.decode("utf-8", "replace").split())[:_SHOWN] or "it said nothing"
        raise SigningError(f"{command[0]} ended with {program.returncode}: {text}")
    _expect_signature(signed, command[0])
    return signed


def _expect_signature(signed: bytes, program: str) -> None:
    """What is not signed at all must not go up as if it were."""
    try:
        root = etree.fromstring(signed, _parser())
    except etree.XMLSyntaxError as problem:
        raise SigningError(
            f"{program} wrote no XML ({problem}); it must write the signed envelope to its standard output."
        ) from None
    if root.find(f".//{{{_DS}}}Signature") is None:
        raise SigningError(f"{program} gave the envelope back without a signature in it.")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
