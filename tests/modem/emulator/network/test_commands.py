"""SMS-COMMAND at the service centre (23.040 §9.2.2.4): what becomes of the message, and what is reported."""

import pytest

from modem.emulator.codec.address import Address
from modem.emulator.codec.command import Command, CommandType
from modem.emulator.codec.tpdu import MTI_COMMAND
from modem.emulator.codec.tpdu import SRR as SRR_OF_COMMAND
from modem.emulator.device.results import AtError, CmsError
from tests.modem.emulator.conftest import Bench
from tests.modem.emulator.network.wire import NOBODY, SRR, change, reports, statuses, submit, texts

MR = 77  # of the command


class _Answers:
    """Catches what the centre answers to the commands of a modem."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def command(self, kind: int, mn: int = 0, to: str = NOBODY, *, srr: bool = False) -> int | AtError:
        """Send a command; the reference it was accepted under, or the error."""
        answers: list[int | AtError] = []
        modem = self.bench.modem
        first = MTI_COMMAND | (SRR_OF_COMMAND if srr else 0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(modem, "settle", lambda mr, error, now: answers.append(mr if error is None else error))
            command = Command(MR, kind, mn, Address.of(to), first=first)
            self.bench.world.centre.command(modem, MR, command, self.bench.now)
        (answer,) = answers
        return answer


@pytest.fixture
def held(direct: Bench) -> _Answers:
    """A modem whose message 0, to a handset that is off, waits at the centre and has been tried."""
    change(direct, handsets={NOBODY: {"state": "off"}})
    direct.send(*submit(flags=SRR))
    direct.wait(1)
    return _Answers(direct)


def test_enquiry_reports_the_last_try_under_the_command_s_reference(held: _Answers) -> None:
    assert held.command(CommandType.ENQUIRE) == MR
    (report,) = reports(held.bench.wait(10))
    assert (report.mr, report.status, report.of_command) == (MR, 0x22, True)
    assert report.to.text == NOBODY
    assert report.scts.hex() == "32115150310282"  # of the message
    assert report.discharge.hex() == "32115150311282"  # of the answer


@pytest.mark.parametrize(("mn", "to"), [(1, NOBODY), (0, "+79130000000")])
def test_enquiry_about_a_message_that_is_not_held_says_so(held: _Answers, mn: int, to: str) -> None:
    assert held.command(CommandType.ENQUIRE, mn, to) == MR
    assert statuses(held.bench.wait(0)) == [0x49]


def test_deleted_message_is_never_delivered_and_its_sender_is_told(held: _Answers) -> None:
    assert held.command(CommandType.DELETE) == MR
    (report,) = reports(held.bench.wait(0))
    assert (report.mr, report.status, report.of_command) == (0, 0x47, False)
    change(held.bench, handsets={NOBODY: {"state": "on"}})
    assert held.bench.wait(10 * 86400) == b""
    assert len(held.bench.world.centre.store) == 0


def test_deletion_that_asks_for_a_report_gets_one_of_its_own(held: _Answers) -> None:
    held.command(CommandType.DELETE, srr=True)
    assert [(one.mr, one.status, one.of_command) for one in reports(held.bench.wait(0))] == [
        (0, 0x47, False),
        (MR, 0x47, True),
    ]


def test_message_for_a_modem_is_deleted_from_its_queue(direct: Bench) -> None:
    receiver = direct.world.modems[1].number
    direct.say("AT+CFUN=4", 1)
    for text in ("one", "two", "three"):
        direct.send(*submit(receiver, text=text))
    direct.wait(1)
    assert _Answers(direct).command(CommandType.DELETE, 1, receiver) == MR
    assert texts(direct.raw(b"AT+CFUN=1\r", 1)) == ["one", "three"]


def test_message_on_its_way_is_deleted_too(direct: Bench) -> None:
    receiver = direct.world.modems[1].number
    for to in (receiver, NOBODY):
        direct.send(*submit(to, flags=SRR))
    for mn, to in enumerate((receiver, NOBODY)):
        assert _Answers(direct).command(CommandType.DELETE, mn, to) == MR
    assert statuses(direct.wait(100)) == [0x47, 0x47]
    assert direct.wait(0, 1) == b""


def test_message_that_a_terminal_has_to_acknowledge_is_too_late_to_delete(direct: Bench) -> None:
    receiver = direct.world.modems[1].number
    direct.say("AT+CSMS=1", 1)
    direct.send(*submit(receiver, flags=SRR))
    assert texts(direct.wait(1, 1)) == ["5"]
    answer = _Answers(direct).command(CommandType.DELETE, 0, receiver)
    assert isinstance(answer, CmsError)
    assert answer.code == 160
    direct.say("AT+CNMA", 1)
    assert statuses(direct.wait(0)) == [0x00]


def test_report_can_be_waived_and_wanted_again(held: _Answers) -> None:
    bench = held.bench
    assert held.command(CommandType.CANCEL_REPORT) == MR
    change(bench, handsets={NOBODY: {"state": "on"}})
    assert bench.wait(10) == b""
    change(bench, handsets={NOBODY: {"state": "off"}})
    bench.send(*submit())
    bench.wait(1)
    assert held.command(CommandType.ENABLE_REPORT, 1) == MR
    change(bench, handsets={NOBODY: {"state": "on"}})
    assert [(one.mr, one.status) for one in reports(bench.wait(0))] == [(1, 0x00)]


@pytest.mark.parametrize(
    ("kind", "mn", "code"),
    [
        (CommandType.DELETE, 9, 160),
        (CommandType.CANCEL_REPORT, 9, 160),
        (CommandType.ENABLE_REPORT, 9, 160),
        (4, 0, 161),
    ],
)
def test_command_that_cannot_be_carried_out_is_refused(held: _Answers, kind: int, mn: int, code: int) -> None:
    answer = held.command(kind, mn)
    assert isinstance(answer, CmsError)
    assert answer.code == code
    assert held.bench.wait(1) == b""


SINGLE_SHOT = bytes.fromhex("40000000000000")  # TP-VP in the enhanced format: one try


def test_single_shot_message_is_given_up_after_one_try(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "off"}}, report_trying=True)
    direct.say("AT+CFUN=4", 1)
    for to in (NOBODY, direct.world.modems[1].number):
        length, pdu = submit(to, flags=SRR)
        body = bytes.fromhex(pdu)
        at = 4 + (len(to)) // 2 + 1 + 2  # behind TP-DA, TP-PID and TP-DCS
        one_try = bytes([0, body[1] | 0x08]) + body[2:at] + SINGLE_SHOT + body[at:]
        direct.send(length + 7, one_try.hex())
    assert statuses(direct.wait(1)) == [0x62, 0x62]
    assert len(direct.world.centre.store) == 0
