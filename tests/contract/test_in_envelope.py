from datetime import UTC, datetime, timedelta

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import (
    UNREADABLE,
    Accepted,
    as_headers,
    attribute_name,
    attributes_of,
    from_headers,
    from_text,
    read_offered,
    to_headers,
    to_text,
)
from schemas.failures import Refused
from schemas.identifiers import ArrivalId, NhsNumber, SubjectKey

WHEN = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
OFFERED = {
    "specversion": "1.0",
    "id": "note-1",
    "source": "https://gp-practice.example/fit-notes",
    "type": "fit-note-issued-1",
    "time": "2024-03-04T09:30:00Z",
}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ACCEPTED = Accepted(
    id="note-1",
    source="https://gp-practice.example/fit-notes",
    type="fit-note-issued-1",
    time=WHEN,
    subject=SubjectKey(b"a key of the tests, never a secret").reference(NhsNumber.parse("9990000018")),
    recorded=WHEN + timedelta(seconds=1.25),
    arrival=ArrivalId("test:fitpath.inbound:0:7"),
    correlation="ward-round-7",
    traceparent=TRACE,
    backfill=True,
)


def problems(**changes: str) -> set[tuple[str, str | None]]:
    with pytest.raises(Refused) as refused:
        read_offered({**OFFERED, **changes})
    return {(problem.code, problem.expression) for problem in refused.value.problems}


def test_the_attributes_of_a_publisher_are_read():
    offered = read_offered({**OFFERED, "subject": "9990000018", "correlationid": "c", "traceparent": TRACE})
    assert (offered.id, offered.source) == (OFFERED["id"], OFFERED["source"])
    assert (offered.type, offered.time) == (OFFERED["type"], WHEN)
    assert (offered.subject, offered.correlation, offered.traceparent) == ("9990000018", "c", TRACE)
    assert not offered.backfill


@pytest.mark.parametrize(("text", "is_backfill"), [("true", True), ("TRUE", True), ("false", False), ("", False)])
def test_old_news_may_be_sent_as_backfill(text, is_backfill):
    assert read_offered({**OFFERED, "backfill": text}).backfill is is_backfill


@pytest.mark.parametrize("text", ["1", "yes", "0", "True "])
def test_a_backfill_mark_that_is_neither_true_nor_false_is_refused_rather_than_taken_for_news(text):
    with pytest.raises(Refused) as why:
        read_offered({**OFFERED, "backfill": text})
    assert [(problem.code, problem.expression) for problem in why.value.problems] == [
        ("envelope-not-valid", "backfill")
    ]


def test_everything_that_is_missing_is_named_at_once():
    with pytest.raises(Refused) as refused:
        read_offered({"id": "", "subject": "x"})
    assert {problem.expression for problem in refused.value.problems} == set(OFFERED)
    assert {problem.code for problem in refused.value.problems} == {"envelope-incomplete"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "0.3"),
        ("time", "2024-03-04"),
        ("time", "2024-03-04T09:30:00"),
        ("time", "2024-02-30T09:30:00Z"),
        ("time", "0001-01-01T00:00:00+14:00"),
        ("time", "yesterday"),
        ("recordedtime", "later"),
        ("id", "x" * 513),
        ("id", "a\x00b"),
        ("source", "a\nb"),
        ("correlationid", "a\x85b"),
        ("subject", "\ud800"),
        ("id", "\uffff"),
        ("id", UNREADABLE),
    ],
)
def test_an_attribute_that_cloudevents_does_not_allow_is_named(name, value):
    assert problems(**{name: value}) == {("envelope-not-valid", name)}


def test_a_name_that_we_do_not_know_is_never_repeated():
    assert problems(**{"9990000018": "\x00"}) == {("envelope-not-valid", "attribute")}
    assert attribute_name("subject") == "subject"


def test_a_trace_that_cannot_be_read_is_dropped_not_refused():
    assert read_offered({**OFFERED, "traceparent": "nonsense"}).traceparent is None


def test_an_offered_envelope_never_shows_whom_it_is_about():
    offered = read_offered({**OFFERED, "id": "note-9990000018", "subject": "9990000018"})
    assert "999" not in f"{offered} {offered!r} {[offered]}"


def test_an_accepted_envelope_is_read_from_its_headers_as_it_was_written():
    assert from_headers(to_headers(ACCEPTED)) == ACCEPTED


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_read_as_it_was_written_to_the_microsecond(moment):
    assert from_text(to_text(moment)) == moment


def test_a_time_with_an_offset_is_read_as_utc():
    assert from_text("2024-03-04T10:30:00.5+01:00") == WHEN + timedelta(seconds=0.5)
    assert to_text(from_text("2024-03-04t10:30:00+01:00")) == "2024-03-04T09:30:00.000000Z"


def test_the_cloudevents_sdk_reads_an_accepted_event_as_we_mean_it():
    headers = to_headers(ACCEPTED)
    event = from_binary_event(KafkaMessage(headers=dict(headers), key=None, value=b"{}"))
    read = event.get_attributes()
    assert (read["id"], read["source"], read["type"]) == (ACCEPTED.id, ACCEPTED.source, ACCEPTED.type)
    assert (read["time"], read["subject"]) == (ACCEPTED.time, ACCEPTED.subject)
    assert read["datacontenttype"] == "application/fhir+json"
    assert set(read) - {"datacontenttype"} == {name[3:] for name, _ in headers if name.startswith("ce_")}
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in read)


def test_what_is_not_said_has_no_header():
    names = {name for name, _ in as_headers({"id": "1", "correlationid": None}, "text/plain")}
    assert names == {"content-type", "ce_id"}


@pytest.mark.parametrize("missing", ["id", "source", "type", "time", "subject", "recordedtime", "arrival"])
def test_a_record_without_an_attribute_of_ours_is_not_readable(missing):
    not_readable([header for header in to_headers(ACCEPTED) if header[0] != f"ce_{missing}"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_subject", b"9990000018"),
        ("ce_time", b"now"),
        ("ce_id", b"\xff"),
        ("ce_id", b"a\x00"),
        ("ce_recordedtime", b""),
    ],
)
def test_a_record_with_an_attribute_of_another_form_is_not_readable(name, value):
    not_readable([(have, value if have == name else text) for have, text in to_headers(ACCEPTED)])


def test_a_record_with_an_attribute_twice_is_not_readable():
    not_readable([*to_headers(ACCEPTED), ("ce_id", b"another")])


def not_readable(headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(Refused) as refused:
        from_headers(headers)
    assert [problem.code for problem in refused.value.problems] == ["record-not-readable"]
    assert "999" not in refused.value.problems[0].words()


def test_headers_that_are_no_attributes_and_empty_ones_are_passed_over():
    assert attributes_of([("ce_id", b"1"), ("content-type", b"x"), ("ce_subject", None), ("CE_TYPE", b"x")]) == {
        "id": "1"
    }
