from datetime import UTC, datetime

import pytest

from schemas.failures import Refused
from schemas.refusal import Origin, Packed, Refusal, pack_record, read_refusal, refusal_headers, unpack_record

WHEN = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
HEADERS = [("content-type", b"application/fhir+json"), ("ce_id", b"\xff\x00"), ("ce_id", b"twice"), ("empty", b"")]


def test_a_refusal_is_read_as_it_was_written():
    told = Refusal(
        arrival="test:fitpath.inbound:0:7",
        outcome="rejected",
        door="kafka",
        recorded=WHEN,
        codes=("not-valid", "person-not-known"),
        source="https://gp-practice.example",
        identity="a keyed hash",
        fingerprint="another",
        origin=Origin("fitpath.inbound", 0, 7),
    )
    assert read_refusal(refusal_headers(told)) == told


def test_a_duplicate_says_which_event_it_repeats():
    told = Refusal("a", "duplicate", "http", WHEN, source="urn:x", event_id="1")
    assert read_refusal([("other", b"x"), *refusal_headers(told)]) == told


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("other", b"{}")],
        [("fitpath-refusal", b"")],
        [("fitpath-refusal", b"\xff")],
        [("fitpath-refusal", b'{"arrival":"a"}')],
        [("fitpath-refusal", b'{"arrival":"a","outcome":"lost","door":"http","recorded":"2024-03-04T09:30:00Z"}')],
    ],
)
def test_a_record_that_is_no_refusal_is_not_readable(headers):
    with pytest.raises(Refused) as refused:
        read_refusal(headers)
    assert [problem.code for problem in refused.value.problems] == ["record-not-readable"]


@pytest.mark.parametrize("value", [b"", b"\x00\xff not text", b"x" * 100_000], ids=["empty", "bytes", "long"])
def test_a_record_is_unpacked_with_the_bytes_and_headers_that_it_had(value):
    packed = unpack_record(pack_record(HEADERS, value))
    assert (list(packed.headers), packed.value) == (HEADERS, value)


def test_a_header_without_a_value_becomes_an_empty_one():
    assert unpack_record(pack_record([("ce_id", None)], b"x")).headers == (("ce_id", b""),)


def test_what_was_never_packed_is_not_readable():
    for packed in (b"", b"\xff", b"\x80"):
        with pytest.raises(Refused):
            unpack_record(packed)


def test_a_packed_record_never_shows_what_it_holds():
    packed = Packed((("ce_subject", b"9990000018"),), b"9990000018")
    assert "999" not in f"{packed} {packed!r} {[packed]}"
