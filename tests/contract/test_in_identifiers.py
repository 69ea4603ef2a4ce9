import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import (
    NAMESPACE,
    EventId,
    NhsNumber,
    NotAnIdentifier,
    SubjectKey,
    holds_number,
    is_ods_code,
    length_prefixed,
    made_id,
    parse_subject,
)

KEY = SubjectKey(b"a key of the tests, never a secret")
SOMEBODY, SOMEBODY_ELSE = NhsNumber.parse("9990000018"), NhsNumber.parse("9990000026")


@pytest.mark.parametrize("text", ["9990000018", "999 000 0018", "999-000-0018", " 9990000018 "])
def test_a_number_is_read_with_or_without_spaces_and_hyphens(text):
    assert NhsNumber.parse(text) == SOMEBODY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "999000001",
        "99900000180",
        "9990000019",
        "999O000018",
        "９９９００００００１８",
        "999.000.0018",
        "9990000018\n",
    ],
)
def test_what_has_not_ten_digits_or_a_wrong_check_digit_is_no_number_and_is_not_repeated(text):
    with pytest.raises(NotAnIdentifier) as why:
        NhsNumber.parse(text)
    assert not any(digit in str(why.value) for digit in "0123456789")


@given(st.integers(0, 9_999_999_999), st.integers(1, 9), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(number, change, place):
    digits = f"{number:010d}"
    other = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assert not (is_number(digits) and is_number(other))


def is_number(text: str) -> bool:
    try:
        NhsNumber.parse(text)
    except NotAnIdentifier:
        return False
    return True


def test_a_number_is_shown_by_nothing_but_reveal():
    said = f"{SOMEBODY} {SOMEBODY!r} {SOMEBODY!s} {[SOMEBODY]} {({'a': SOMEBODY},)}"
    assert "999" not in said
    assert SOMEBODY.reveal() == "9990000018"


def test_a_key_is_never_shown_and_a_short_one_is_refused():
    assert "secret" not in f"{KEY} {KEY!r} {[KEY]}"
    with pytest.raises(NotAnIdentifier):
        SubjectKey(b"short")


def test_a_subject_reference_tells_the_same_person_and_nothing_else():
    reference = KEY.reference(SOMEBODY)
    assert reference == KEY.reference(NhsNumber.parse("999 000 0018"))
    assert parse_subject(reference) == reference
    other_key = SubjectKey(b"another key of the tests, no secret")
    assert len({reference, KEY.reference(SOMEBODY_ELSE), other_key.reference(SOMEBODY)}) == 3
    assert "999000" not in reference


@pytest.mark.parametrize("text", ["", "9990000018", "s-", "s-" + "A" * 32, "s-" + "a" * 31, "s-" + "a" * 32 + "\n"])
def test_what_is_no_subject_reference_is_refused_without_being_repeated(text):
    with pytest.raises(NotAnIdentifier) as why:
        parse_subject(text)
    assert str(why.value) == "a subject reference is s- and 32 hex digits"


def test_a_fingerprint_tells_parts_apart_and_needs_the_key():
    assert KEY.fingerprint(b"ab", b"c") != KEY.fingerprint(b"a", b"bc")
    assert KEY.fingerprint(b"ab") == KEY.fingerprint(b"ab")
    assert KEY.fingerprint(b"ab") != SubjectKey(b"another key of the tests, no secret").fingerprint(b"ab")
    assert KEY.fingerprint(SOMEBODY.reveal().encode())[:32] not in KEY.reference(SOMEBODY)


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_no_two_lists_of_parts_are_joined_alike(one, other):
    assert (length_prefixed(*one) == length_prefixed(*other)) == (one == other)


def test_a_made_id_is_a_uuid5_the_same_for_ever():
    made = made_id("urn:fitpath", "event-1", "prompt")
    assert uuid.UUID(made).version == 5
    assert made == made_id("urn:fitpath", "event-1", "prompt")
    assert made != made_id("urn:fitpath", "event-1prompt")
    assert made_id("a", "b") == "4501c575-efc2-5e4c-97a4-e318d0491cba"
    assert made_id("a", "b") == str(uuid.uuid5(NAMESPACE, "\0\0\0\1a\0\0\0\1b"))


@pytest.mark.parametrize(
    "text",
    [
        "note-9990000018",
        "urn:x:999 000 0018",
        "999-000-0018",
        "a/999.000.0018/b",
        "999_000_0018",
        "x%20999%20000%200018",
    ],
)
def test_a_number_inside_an_id_is_found_however_it_is_set_apart(text):
    assert holds_number(text, SOMEBODY)
    assert not holds_number(text, SOMEBODY_ELSE)


@pytest.mark.parametrize("text", ["", "note-999000001", "999a0000018", "e3e64a4e-7ba0-5743-8cda-09ba6651c34b"])
def test_an_id_without_the_number_does_not_hold_it(text):
    assert not holds_number(text, SOMEBODY)


@pytest.mark.parametrize(
    ("text", "is_one"), [("Y99001", True), ("A1", True), ("y99001", False), ("", False), ("Y 1", False)]
)
def test_an_ods_code_has_two_to_twelve_capitals_and_digits(text, is_one):
    assert is_ods_code(text) is is_one


def test_an_event_is_one_event_by_source_and_id():
    assert EventId("urn:a", "1") == EventId("urn:a", "1")
    assert len({EventId("urn:a", "1"), EventId("urn:a", "2"), EventId("urn:b", "1")}) == 3
