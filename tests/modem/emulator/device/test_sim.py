from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.device.sim import PIN_TRIES, PUK_TRIES, Secret, Sim, SimState, Slot

ENTRIES = st.lists(
    st.tuples(st.sampled_from(["pin", "puk"]), st.sampled_from(["1234", "0000", "12345678", "87654321"]))
)


def _secret() -> Secret:
    return Secret("1234", "12345678")


def test_three_wrong_pins_block_and_the_puk_sets_a_new_one() -> None:
    secret = _secret()
    assert [secret.verify("0000") for _ in range(4)] == [False] * 4
    assert (secret.tries, secret.blocked) == (0, True)
    assert not secret.verify("1234")
    assert secret.unblock("12345678", "4321")
    assert (secret.pin, secret.tries, secret.verified) == ("4321", PIN_TRIES, True)


def test_ten_wrong_puks_make_the_card_useless() -> None:
    secret = _secret()
    assert not any(secret.unblock("87654321", "4321") for _ in range(PUK_TRIES))
    assert secret.dead
    assert not secret.unblock("12345678", "4321")


@given(ENTRIES)
def test_tries_stay_in_their_range_and_the_right_pin_gives_them_back(entries: list[tuple[str, str]]) -> None:
    secret = _secret()
    for kind, value in entries:
        right = secret.verify(value) if kind == "pin" else secret.unblock(value, "1234")
        assert 0 <= secret.tries <= PIN_TRIES
        assert 0 <= secret.puk_tries <= PUK_TRIES
        assert secret.verified is right or not right
        if right:
            assert secret.tries == PIN_TRIES
    if not secret.blocked:
        assert secret.verify("1234")
        assert secret.tries == PIN_TRIES


def test_slot_says_what_can_be_done_with_the_card_and_when_that_changes() -> None:
    seen: list[SimState] = []
    card = Sim("89701", "99970", "+79000000000", "+79000000099")
    slot = Slot(card, lambda: seen.append(slot.state))
    slot.lock()
    slot.verify("1234")
    slot.require_puk()
    slot.unblock("12345678", "1234")
    slot.set_busy()
    slot.set_busy(False)
    slot.fail()
    slot.remove()
    slot.insert()
    other = Sim("89702", "99970", "+79000000001", "+79000000099")
    slot.insert(other)
    pin, ready, absent = SimState.PIN, SimState.READY, SimState.ABSENT
    shown = [pin, ready, SimState.PUK, ready, SimState.BUSY, ready, SimState.FAILED, absent, pin, absent, ready]
    assert seen == shown
    assert slot.card is other
