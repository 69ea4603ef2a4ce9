import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from fhir.resources import R4B
from hypothesis import given, settings
from outbound_histories import all_stories, tellings

from schemas.events.agreement import agreement_in
from schemas.failures import Refused
from schemas.fhir.payload import open_payload
from schemas.fhir.referee import referee
from schemas.outputs import read_output
from schemas.topics import CARE_PACKAGES, DECISIONS, LOOKUPS, PATIENT_INFORMATION, PROMPTS, REFERRALS
from services.domain.outputs import Output

Json = dict[str, Any]
#: EVENTS.md, the table of outputs: topic, resource and what it says of itself.
TABLE: dict[str, tuple[str, Json]] = {
    "ips-referral-prompted-1": (PROMPTS, {"resourceType": "Task", "status": "requested", "intent": "proposal"}),
    "ips-referral-prompt-changed-1": (PROMPTS, {"resourceType": "Task", "intent": "proposal"}),
    "patient-information-due-1": (PATIENT_INFORMATION, {"resourceType": "CommunicationRequest", "status": "active"}),
    "patient-information-withdrawn-1": (
        PATIENT_INFORMATION, {"resourceType": "CommunicationRequest", "status": "revoked"},
    ),
    "ips-referral-requested-1": (REFERRALS, {"resourceType": "Bundle", "type": "message"}),
    "ips-referral-changed-1": (REFERRALS, {"resourceType": "Task", "intent": "order"}),
    "care-package-updated-1": (CARE_PACKAGES, {"resourceType": "CarePlan", "status": "active", "intent": "plan"}),
    "feedback-given-1": ("fitpath.feedback.", {"resourceType": "Communication", "status": "preparation"}),
    "decision-recorded-1": (DECISIONS, {"resourceType": "GuidanceResponse", "status": "success"}),
    "lookup-requested-1": (LOOKUPS, {"resourceType": "Task", "status": "requested", "intent": "order"}),
}  # fmt: skip


def is_valid_r4(output: Output) -> None:
    data = json.loads(output.data)
    R4B.get_fhir_model_class(data["resourceType"]).model_validate_json(output.data)
    assert referee(data) == []


def is_read_strictly_and_written_the_same(output: Output) -> None:
    assert msgspec.json.encode(read_output(output.type, output.data)) == output.data


def is_of_the_table(output: Output) -> None:
    topic, says = TABLE[output.type]
    assert output.topic == topic or (topic.endswith(".") and output.topic.startswith(topic))
    assert says.items() <= json.loads(output.data).items()


def leads_nowhere_else(output: Output) -> None:
    data = json.loads(output.data)
    here = {entry["fullUrl"] for entry in data.get("entry", [])}
    for holder in [entry["resource"] for entry in data["entry"]] if here else [data]:
        contained = {f"#{item['id']}" for item in holder.get("contained", [])}
        references = list(found_in(holder))
        assert contained <= {reference.get("reference") for reference in references}, "nothing is contained for nothing"
        for reference in references:
            target = reference.get("reference")
            if output.topic == LOOKUPS and target is not None:  # the person's own record, for who may read it anyway
                assert target.endswith("/9990000018")
                continue
            assert target is None or target in (contained if target.startswith("#") else here)
            assert target is not None or {"value", "system"} <= reference["identifier"].keys()


def found_in(node: Any) -> Iterator[Json]:
    """Every Reference in a resource: an object with a reference, or with one identifier, that is no resource itself."""
    if isinstance(node, dict):
        literal, logical = isinstance(node.get("reference"), str), isinstance(node.get("identifier"), dict)
        if (literal or logical) and "resourceType" not in node:
            yield node
        for inner in node.values():
            yield from found_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from found_in(inner)


CHECKS = [is_valid_r4, is_read_strictly_and_written_the_same, is_of_the_table, leads_nowhere_else]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_output_of_every_story(check):
    for telling in all_stories():
        for output in telling.outputs:
            check(output)


@settings(deadline=None)
@given(tellings())
def test_every_output_of_any_history(telling):
    for output in telling.outputs:
        for check in CHECKS:
            check(output)


@settings(deadline=None)
@given(tellings())
def test_the_consent_that_travels_reads_back_as_the_agreement_that_was_given(telling):
    sent = [json.loads(output.data) for output in telling.outputs if output.type == "ips-referral-requested-1"]
    assert [agreement_in(open_payload(json.dumps(data).encode())) for data in sent] == [
        referral.agreement for referral in telling.journey.referrals
    ]


def test_an_unknown_type_and_a_body_that_is_no_json_are_refused():
    for kind, body, code in (
        ("fit-note-issued-1", b"{}", "type-not-known"),
        ("feedback-given-1", b"{", "body-not-readable"),
        ("feedback-given-1", b'{"resourceType": "\xff"}', "body-not-readable"),
    ):
        with pytest.raises(Refused, match=code):
            read_output(kind, body)
