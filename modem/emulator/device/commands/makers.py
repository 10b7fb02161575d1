"""Commands of makers: other names for what the generic modem does by the standard's.

No modem has them unless its profile takes them in.
"""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.calls import send_tones
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Handler, Verb, incorrect
from modem.emulator.device.sim import SimState


def _tone_in_call(modem: Device, values: Parameters) -> Answer:
    """^DTMF=<call>,<key> of Huawei modems: one tone in the call of that number."""
    if len(values) != 2 or values[0] != 1:
        raise CmeError(50)
    return send_tones(modem, values[1:])


def _tries(text: str) -> Handler:
    """The tries left of PIN, PUK, PIN2 and PUK2, in a form of the maker's."""

    def answer(modem: Device, values: Parameters) -> Answer:
        card = modem.sim
        pin, pin2 = card.pin, card.pin2
        return text.format(
            state=modem.slot.state.value, pin=pin.tries, puk=pin.puk_tries, pin2=pin2.tries, puk2=pin2.puk_tries
        )

    return answer


def _tries_of_facility(modem: Device, values: Parameters) -> Answer:
    """+QPINC[=<facility>] of Quectel modems."""
    rows = {"SC": _tries('+QPINC: "SC",{pin},{puk}'), "P2": _tries('+QPINC: "P2",{pin2},{puk2}')}
    if values and values[0] not in rows:
        raise CmeError(50)
    return "\r\n".join(str(row(modem, ())) for name, row in rows.items() if not values or name == values[0])


def _huawei_tries(modem: Device, values: Parameters) -> Answer:
    """^CPIN? of Huawei modems: the code, its tries, then those of PUK, PIN, PUK2 and PIN2."""
    asked = {SimState.PIN: "{pin}", SimState.PUK: "{puk}"}.get(modem.slot.state, "")
    return _tries("^CPIN: {state}," + asked + ",{puk},{pin},{puk2},{pin2}")(modem, values)


def _siemens_tries(modem: Device, values: Parameters) -> Answer:
    """^SPIC of Siemens modems: the tries of what +CPIN? asks for, of PIN2 if that is nothing."""
    asked = {SimState.PIN: "{pin}", SimState.PUK: "{puk}"}.get(modem.slot.state, "{pin2}")
    return _tries("^SPIC: " + asked)(modem, values)


def _start_anew(modem: Device, values: Parameters) -> Answer:
    """+RST=1 of Ai-Thinker modems."""
    if values != (1,):
        raise CmeError(50)
    modem.later(0.0, lambda then: modem.restart())  # once OK is out
    return None


# https://git.kernel.org/pub/scm/network/ofono/ofono.git/tree/drivers/atmodem/sim.c knows these forms; those of Wavecom
# and Siemens are in their manuals (https://www.manualsdir.com/manuals/139384/siemens-mc35.html?page=195).
MAKERS: CommandTable = {
    "+SPIC": Verb(execute=_tries("+SPIC: {pin},{puk},{pin2},{puk2}"), refusal=incorrect),
    "+QPINC": Verb(read=_tries_of_facility, set=_tries_of_facility, refusal=incorrect),
    "^CPIN": Verb(read=_huawei_tries, refusal=incorrect),
    "+ZPINPUK": Verb(test=_tries("+ZPINPUK: {pin},{puk}"), refusal=incorrect),
    "+CPINC": Verb(
        execute=_tries("+CPINC: {pin},{pin2},{puk},{puk2}"), read=_tries("+CPINC: {pin},{pin2},{puk},{puk2}")
    ),
    "^SPIC": Verb(execute=_siemens_tries, refusal=incorrect),
    "^DTMF": Verb(set=_tone_in_call, refusal=incorrect),  # github.com/babca/python-gsmmodem sends it to Huawei modems
    "+RST": Verb(set=_start_anew),
    "+QTONEDET": number_setting("+QTONEDET", "ddet", 1),  # Quectel: tones received, as {code} in the notice
}
