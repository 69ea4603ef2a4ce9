import uuid

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from hypothesis import given
from outbound_histories import POLICY, all_stories, tellings
from outbound_stories import NOTE, REFER, Telling, tell

from schemas.codec import seal
from schemas.identifiers import NAMESPACE, SubjectReference
from schemas.outputs import OUTPUT_TYPES
from schemas.topics import OUTPUT_TOPICS, TOPICS, feedback
from services.domain.decisions import Prompted
from services.domain.history import now
from services.domain.outputs import Output
from services.domain.policy import policy_hash
from services.domain.step import Stepped
from services.relay.outbox import publishing

STORIES = all_stories()
JOB_CENTRE = feedback("job-centre")


def audience(output: Output, stepped: Stepped) -> str:
    """The audience or destination that an output's id is made over."""
    match output.type:
        case "ips-referral-prompted-1":
            return next(made.owner_kind for made in stepped.decisions if isinstance(made, Prompted))
        case "ips-referral-prompt-changed-1":
            return stepped.journey.prompts[-1].owner_kind
        case "ips-referral-requested-1" | "ips-referral-changed-1":
            return "ips-provider"
        case "patient-information-due-1" | "patient-information-withdrawn-1":
            return "person"
        case "feedback-given-1":
            return output.topic.removeprefix("fitpath.feedback.")
        case _:
            return ""


def ids_say_what_caused_them(telling: Telling) -> None:
    for event, stepped in telling.taken:
        apart = 0
        for ordinal, output in enumerate(stepped.outputs):
            place = apart if output.topic == JOB_CENTRE else ordinal
            apart += output.topic == JOB_CENTRE
            parts = (event.source, event.id, output.type, audience(output, stepped), str(place))
            name = "".join(len(part).to_bytes(4, "big").decode() + part for part in parts)
            assert output.id == str(uuid.uuid5(NAMESPACE, name))
            assert (output.cause_source, output.cause_id, output.ordinal) == (event.source, event.id, ordinal)
    assert len({output.id for output in telling.outputs}) == len(telling.outputs)


def they_count_on(telling: Telling) -> None:
    outputs = telling.outputs
    counted = [(output.sequence, number) for number, output in enumerate(outputs, 1) if output.topic != JOB_CENTRE]
    assert all(sequence == number for sequence, number in counted)
    apart = [output.sequence for output in outputs if output.topic == JOB_CENTRE]
    assert apart == list(range(1, len(apart) + 1)), "how much else goes out is not a job centre's to see"
    assert telling.journey.sequence == len(outputs)


def they_say_when_and_under_which_policy(telling: Telling) -> None:
    for event, stepped in telling.taken:
        for output in stepped.outputs:
            time = event.recorded if output.topic == JOB_CENTRE else now(stepped.journey)
            assert (output.time, output.subject) == (time, event.subject)
            assert output.policy == policy_hash(POLICY)
            assert output.topic in OUTPUT_TOPICS
            assert output.type in OUTPUT_TYPES


def the_same_again_is_the_same(telling: Telling) -> None:
    again = Telling(POLICY)
    for event, _ in telling.taken:
        again.take(event)
    assert again.outputs == telling.outputs


CHECKS = [
    ids_say_what_caused_them,
    they_count_on,
    they_say_when_and_under_which_policy,
    the_same_again_is_the_same,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_outputs_of_every_story(check):
    for telling in STORIES:
        check(telling)


@given(tellings())
def test_the_outputs_of_any_history(telling):
    for check in CHECKS:
        check(telling)


def test_the_stories_show_every_type_of_output():
    assert {output.type for telling in STORIES for output in telling.outputs} == set(OUTPUT_TYPES)


def row(output: Output, **beside: str | None) -> dict:
    """An output as a row of the outbox."""
    return {
        "event_offset": 4, "ordinal": output.ordinal, "output_id": uuid.UUID(output.id), "topic": output.topic,
        "type": output.type, "subject": output.subject, "sequence": output.sequence, "time": output.time,
        "cause_source": output.cause_source, "cause_id": output.cause_id, "correlation": None, "traceparent": None,
        "policy": output.policy, "data": seal(SubjectReference(output.subject), output.data), **beside,
    }  # fmt: skip


def test_the_cloudevents_sdk_reads_an_output_as_the_relay_publishes_it():
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for output in tell(POLICY, NOTE, REFER).outputs:
        told = publishing(row(output, correlation="ward-round-7", traceparent=trace))
        assert (told.topic, told.key, told.value) == (output.topic, output.subject.encode(), output.data)
        read = from_binary_event(KafkaMessage(headers=dict(told.headers), key=None, value=told.value)).get_attributes()
        assert read == {
            "specversion": "1.0", "id": output.id, "source": "urn:fitpath", "type": output.type, "time": output.time,
            "subject": output.subject, "sequence": f"{output.sequence:012d}", "causationid": output.cause_id,
            "correlationid": "ward-round-7", "traceparent": trace, "policy": output.policy,
            "datacontenttype": "application/fhir+json",
        }  # fmt: skip
        assert len(dict(told.headers)) == len(told.headers)
        assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in read)


def test_sequence_sorts_as_text_in_the_order_of_its_numbers():
    few, many = (publishing(row(output)) for output in tell(POLICY, NOTE, REFER).outputs[:2])
    assert dict(few.headers)["ce_sequence"] < dict(many.headers)["ce_sequence"]


def test_no_output_type_and_no_output_topic_is_also_an_inbound_one():
    from schemas.events import EVENT_TYPES

    assert not OUTPUT_TYPES.keys() & EVENT_TYPES.keys()
    assert {topic.name for topic in TOPICS if topic.direction == "out"} == set(OUTPUT_TOPICS)
