"""The work situation beside another resource, and whether the person agrees: what several kinds say alike."""

from __future__ import annotations

from typing import Any

from schemas.codes import WORK_SITUATION
from services.demo.messages import coded
from services.synth.people import Person


def stated(person: Person) -> dict[str, Any]:
    """An Observation that says whether they are in work."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "work situation"},
        "subject": person.patient.reference(),
        "valueCodeableConcept": coded(WORK_SITUATION, person.work),
    }
