"""What may stand in a profile: forms, ranges, placeholders, and that it fits together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.documents import DocumentError, parse
from modem.emulator.device.commandline import Form
from modem.emulator.device.results import AtError, CmeError, CmsError
from modem.emulator.profiles.catalogue import packaged
from modem.emulator.profiles.profile import GENERIC_PROFILE, Profile, command_form, ranges, refusal


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        ("+CSQ", "+CSQ", Form.EXECUTE),
        ("+CSQ=?", "+CSQ", Form.TEST),
        ("^CURC?", "^CURC", Form.READ),
        ("+CMGS=", "+CMGS", Form.SET),
        ("I", "I", Form.EXECUTE),
        ("&V", "&V", Form.EXECUTE),
    ],
)
def test_form_of_a_command_is_read_as_written(text: str, name: str, form: Form) -> None:
    assert command_form(text) == (name, form)


@pytest.mark.parametrize("text", ["", "AT+CSQ", "CSQ", "+CSQ=1", "+", "+csq"])
def test_what_is_no_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a command is written"):
        command_form(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("(0-2),(1,3)", ({0, 1, 2}, {1, 3})),
        ('("SM","ME"),,(0)', ({"SM", "ME"}, None, {0})),
        ("", (None,)),
        ("()", (set(),)),
        ("(0-1,4-6)", ({0, 1, 4, 5, 6},)),
    ],
)
def test_ranges_are_those_of_a_test_form(text: str, values: tuple[object, ...]) -> None:
    assert ranges(text) == values


@pytest.mark.parametrize("text", ["0-2", "(0-2", "(a)", "(0-2)(1)", "(1,)x"])
def test_ranges_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ranges are written"):
        ranges(text)


@given(st.text(alphabet='0123456789-,()"SM', max_size=20))
def test_any_text_is_ranges_or_refused(text: str) -> None:
    try:
        groups = ranges(text)
    except ValueError:
        return
    assert groups


def test_errors_are_written_as_a_modem_writes_them() -> None:
    assert type(refusal("ERROR")) is AtError
    cme, cms = refusal("+CME ERROR: 14"), refusal("+CMS ERROR: 515")
    assert isinstance(cme, CmeError)
    assert (cme.code, cme.final(1)) == (14, "+CME ERROR: 14")
    assert isinstance(cms, CmsError)
    assert cms.final(1) == "+CMS ERROR: 515"
    assert refusal("+CSQ: 1,2") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("answers: {CSQ: x}", "p:1:11: answers.CSQ: a command is written"),
        ('answers: {"+X": "{imai}"}', "p:1:11: answers.+X: {imai} is no placeholder; known are imei"),
        ('answers: {"+X": "{"}', "a brace that is meant is written twice"),
        ("removed: [CSQ]", "p:1:11: removed.0: string should match"),
        ("quirks: {nope: {source: 'https://a.example', says: x}}", "p:1:1: file: there is no quirk nope; there are"),
        ("quirks: {errors-without-blank: {says: x}}", "p:1:10: quirks.errors-without-blank.source: is missing"),
        ("memories: {slots: {SM: 5}, chosen: 'SM,SM,ME'}", "p:1:1: memories: ME is chosen and has no slots"),
        ('values: {+CPMS: \'("SM","XX")\'}', "p:1:1: file: +CPMS offers XX, which has no slots"),
        ("notices: {start: [{text: a, when: {^CURC: 1}}]}", "a notice depends on ^CURC, which is not kept"),
        ("starting: [{until_s: 1, commands: [+CPIN], error: BUSY}]", "an error is ERROR, +CME ERROR: number"),
        ("makr: {model: x}", "p:1:1: makr: unknown key, did you mean 'maker'?"),
    ],
)
def test_fault_is_named_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(DocumentError) as problem:
        parse(text, "p", Profile)
    assert fault in str(problem.value)


def test_file_of_the_generic_modem_says_the_defaults() -> None:
    generic = packaged("generic")
    assert generic.model_copy(update={"sources": ()}) == GENERIC_PROFILE
    assert generic.model_fields_set == set(Profile.model_fields)
