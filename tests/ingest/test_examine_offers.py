"""`examine`: what can be said of an offered event without asking anybody."""

from datetime import UTC, datetime, timedelta

import pytest
from door_parts import JSON, NOTE, body_of, event

from schemas.failures import Problem, Refused
from schemas.identifiers import ArrivalId, NhsNumber, SubjectKey
from services.ingest.accept import Original
from services.ingest.examine import Examined, Offer, examine

NOW = datetime(2024, 3, 10, 10, 0, tzinfo=UTC)
KEY = SubjectKey(b"a key of the tests, never a secret")
NUMBER = "9990000018"
NAMED_BY_ENVELOPE = "fit-note-issued-1/stu3-document-named-by-envelope.valid.json"


def offer(of: dict, **changes: str) -> Offer:
    """An event as a door offers it, with an id that says nothing."""
    attributes = {name: str(value) for name, value in of.items() if name not in ("data", "datacontenttype")}
    return Offer({**attributes, "id": "note-1", **changes}, JSON, body_of(of), ArrivalId("an-arrival"))


def judge(of: dict, **changes: str) -> Examined:
    return examine(offer(of, **changes), NOW, KEY)


def problems(of: dict, **changes: str) -> set[tuple[str, str | None]]:
    with pytest.raises(Refused) as refused:
        judge(of, **changes)
    return {(problem.code, problem.expression) for problem in refused.value.problems}


def test_a_good_event_gets_its_recorded_time_its_arrival_and_a_subject_reference():
    accepted = judge(event(NOTE), correlationid="ward-round-7", backfill="true").accepted
    assert (accepted.recorded, accepted.arrival) == (NOW, "an-arrival")
    assert accepted.subject == KEY.reference(NhsNumber.parse(NUMBER))
    assert (accepted.correlation, accepted.backfill) == ("ward-round-7", True)


def test_a_time_up_to_a_day_ahead_is_taken_and_one_beyond_is_refused():
    ahead = NOW + timedelta(days=1)
    assert judge(event(NOTE), time=ahead.isoformat()).accepted.time == ahead
    late = (ahead + timedelta(microseconds=1)).isoformat()
    assert problems(event(NOTE), time=late) == {("time-in-future", "time")}
    assert judge(event(NOTE), time="1999-12-31T23:59:59Z").accepted.time.year == 1999


def test_a_publishers_recorded_time_is_never_believed():
    assert judge(event(NOTE), recordedtime="2020-01-01T00:00:00Z").accepted.recorded == NOW


def test_nobody_outside_speaks_as_fitpath():
    assert problems(event(NOTE), source="urn:fitpath") == {("envelope-not-valid", "source")}


@pytest.mark.parametrize("name", ["id", "source", "correlationid", "traceparent", "requestid"])
@pytest.mark.parametrize("text", ["x-9990000018", "urn:x:999-000-0018", "999.000.0018", "x%20999%20000%200018"])
def test_an_identifier_that_holds_the_persons_number_is_refused_by_its_name(name, text):
    assert problems(event(NOTE), **{name: text}) == {("identifier-in-id", name)}


@pytest.mark.parametrize("name", ["id", "source", "correlationid"])
def test_an_identifier_that_holds_ten_other_digits_is_not_refused(name):
    assert judge(event(NOTE), **{name: "x-9990000026"}).accepted


def test_a_number_in_an_id_of_the_payload_is_refused_with_its_place_as_the_sender_knows_it():
    named = event(NAMED_BY_ENVELOPE)
    named["data"]["id"] = "emed3-9990000050"
    assert problems(named) == {("identifier-in-id", "DocumentReference.id")}


@pytest.mark.parametrize("subject", ["9990000019", "999 000 0019", "https://fhir.nhs.uk/Id/nhs-number|9990000019"])
def test_a_wrong_check_digit_in_the_subject_is_refused_also_when_the_body_names_somebody(subject):
    assert problems(event(NOTE), subject=subject) == {("nhs-number-not-valid", "subject")}
    assert problems(event(NAMED_BY_ENVELOPE), subject=subject) == {("nhs-number-not-valid", "subject")}


def test_a_subject_that_disagrees_with_the_body_is_refused_and_one_that_agrees_is_taken():
    assert problems(event(NOTE), subject="9990000026") == {("persons-disagree", "subject")}
    assert judge(event(NOTE), subject="999-000-0018").accepted.subject == judge(event(NOTE)).accepted.subject


@pytest.mark.parametrize("subject", ["", "QQ123456C", "Patient/9990000018", "urn:other|9990000050", "Jo Synthetic"])
def test_a_subject_that_is_no_nhs_number_names_nobody(subject):
    assert problems(event(NAMED_BY_ENVELOPE), subject=subject) == {("person-not-known", None)}


@pytest.mark.parametrize("kind", ["wait-due-1", "facts-forwarded-1", "question-answered-1", "fit-note-issued-2", "x"])
def test_a_type_that_is_not_open_to_publishers_is_refused(kind):
    assert problems(event(NOTE), type=kind) == {("type-not-known", "type")}


def test_all_problems_of_envelope_and_body_are_found_at_once():
    broken = event("fit-note-issued-1/wrong-check-digit.invalid.json")
    found = problems(broken, time="2030-01-01T00:00:00Z", subject="9990000019", specversion="0.3")
    assert {code for code, _ in found} == {"envelope-not-valid", "nhs-number-not-valid"}
    assert ("nhs-number-not-valid", "subject") in found
    assert len(found) == 3
    assert {code for code, _ in problems(broken, time="2030-01-01T00:00:00Z")} == {
        "nhs-number-not-valid",
        "time-in-future",
    }


def test_what_the_door_found_already_is_the_reason_and_nothing_else_is_looked_at():
    found = (Problem("body-not-readable"),)
    with pytest.raises(Refused) as refused:
        examine(Offer({}, JSON, b"", ArrivalId("a"), problems=found), NOW, KEY)
    assert refused.value.problems == found


def test_what_is_examined_is_the_same_the_second_time():
    """`simulate`, doors and replay judge alike: nothing here asks a clock, a random number or the outside."""
    assert judge(event(NOTE)).accepted == judge(event(NOTE)).accepted
    assert judge(event(NAMED_BY_ENVELOPE)).payload == judge(event(NAMED_BY_ENVELOPE)).payload


def test_nothing_that_may_end_in_a_log_shows_a_body_or_whom_it_is_about():
    offered = offer(event(NOTE), subject=NUMBER)
    examined = examine(offered, NOW, KEY)
    original = Original("fitpath.inbound", 0, 7, [], offered.body)
    for shown in (offered, examined, original, examined.accepted):
        assert NUMBER not in f"{shown} {shown!r} {[shown]}"
        assert "QuestionnaireResponse" not in f"{shown!r}"
