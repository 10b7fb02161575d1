"""What is sealed opens only where it belongs, by the key that sealed it."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from gateway.sealing import Altered, Ring, SealKey, UnknownKey

OLD, NEW = SealKey(bytes(32), date(2025, 1, 1)), SealKey(bytes(range(32)), date(2026, 1, 1))


def test_sealed_text_is_key_nonce_and_ciphertext() -> None:
    sealed = Ring([NEW]).seal("+79131234567", b"p-1")
    assert sealed[:4] == NEW.id == bytes.fromhex("c855a5fc")
    assert len(sealed) == 4 + 12 + len("+79131234567") + 16
    assert AESGCM(NEW.secret).decrypt(sealed[4:16], sealed[16:], b"p-1") == b"+79131234567"


def test_text_of_before_opens() -> None:
    nonce = bytes(12)
    sealed = OLD.id + nonce + AESGCM(OLD.secret).encrypt(nonce, b"+79131234567", b"p-1")
    assert Ring([OLD, NEW]).unseal(sealed, b"p-1") == "+79131234567"


@given(st.text(), st.binary())
def test_what_was_sealed_opens_by_any_ring_with_its_key(text: str, bound: bytes) -> None:
    sealed = Ring([OLD, NEW]).seal(text, bound)
    assert Ring([NEW]).unseal(sealed, bound) == text
    with pytest.raises(UnknownKey) as raised:
        Ring([OLD]).unseal(sealed, bound)
    assert raised.value.id == NEW.id.hex()


@given(st.integers(min_value=32), st.integers(0, 7))
def test_one_bit_changed_opens_nothing(place: int, bit: int) -> None:
    sealed = bytearray(Ring([NEW]).seal("+79131234567", b"p-1"))
    sealed[4 + place % (len(sealed) - 4)] ^= 1 << bit
    with pytest.raises(Altered, match="put to another row"):
        Ring([NEW]).unseal(bytes(sealed), b"p-1")


@given(st.binary(max_size=40))
def test_octets_that_nobody_sealed_are_refused(octets: bytes) -> None:
    with pytest.raises((Altered, UnknownKey)):
        Ring([NEW]).unseal(octets, b"p-1")
    with pytest.raises(Altered):
        Ring([NEW]).unseal(NEW.id + octets, b"p-1")


def test_sealed_phone_moved_to_another_person_opens_nothing() -> None:
    with pytest.raises(Altered):
        Ring([NEW]).unseal(Ring([NEW]).seal("+79131234567", b"p-1"), b"p-2")


def test_same_phone_is_never_sealed_twice_alike() -> None:
    ring = Ring([NEW])
    assert len({ring.seal("+79131234567", b"p-1") for _ in range(100)}) == 100


def test_key_does_not_show_in_what_is_printed_of_it() -> None:
    assert NEW.secret.hex() not in repr(NEW)
    assert repr(NEW.secret) not in repr(NEW)
