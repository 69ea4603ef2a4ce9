"""A decision as a GuidanceResponse."""

from __future__ import annotations

from msgspec import UNSET

from schemas.codes import DECISION, SOURCE
from schemas.fhir.fast_types import Coding, Concept
from schemas.outputs.decision_record import HOLD, RULE, SUBJECT_ID, DecisionRecord
from schemas.outputs.elements import at, by_event, by_id, concept, event_id
from services.domain.build.context import Context
from services.domain.decisions import Decision, Held, kind_of
from services.domain.policy import policy_hash


def decision_record(made: Decision, context: Context) -> DecisionRecord:
    """The record of one decision: its kind (and the reason of a hold), its sentence, rules, evidence and policy."""
    hold = (Coding(HOLD, code=made.reason),) if isinstance(made, Held) else ()
    return DecisionRecord(
        request_identifier=event_id(context.event.source, context.event.id),
        module_uri=f"{SOURCE}:policy:{policy_hash(context.policy)}",
        status="success",
        subject=by_id(SUBJECT_ID, context.journey.subject, "Patient"),
        occurrence_date_time=at(context.time),
        reason_code=(
            Concept((Coding(DECISION, code=kind_of(made)), *hold), made.sentence),
            *(concept(RULE, rule) for rule in made.rules),
        ),
        reason_reference=tuple(by_event(key.source, key.id) for key in made.evidence) if made.evidence else UNSET,
    )
