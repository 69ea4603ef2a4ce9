"""What the person says for themselves, with a canary in every text that it can hold."""

from __future__ import annotations

from canary_events import consent, task_said
from canary_parts import NEVER, Json, bundle, coding, concept, event

from schemas.codes import AGREEMENT_ITEM, AUDIENCE, CONSENT_PURPOSE, OWN, PERSON_ANSWER


def agrees_on_the_page(task: str, day: str, items: tuple[str, ...]) -> Json:
    """The person agrees to these items on their own page."""
    parts = [
        {"url": "by", "valueCode": "person"},
        {"url": "how", "valueCode": NEVER["answered-how"]},
        {"url": "on", "valueDate": day},
        {"url": "words", "valueString": NEVER["answered-words"]},
    ]
    answer = {
        **task_said(task, "completed", concept(PERSON_ANSWER, "agrees")),
        "extension": [{"url": f"{OWN}/StructureDefinition/answered", "extension": parts}],
    }
    return event("person-answered-1", "own-answer", f"{day}T19:00:00Z", bundle(answer, consent(day, items)))


def recorded(day: str) -> Json:
    """The person allows that the job centre is told how it goes."""
    told = _of(consent(day, ("progress",)), "progress")
    told["extension"].append({"url": f"{OWN}/StructureDefinition/recorded-by", "valueCode": "ips-provider"})
    told["identifier"] = [{"system": "https://provider.example/consents", "value": NEVER["consent-id"]}]
    actor = told["provision"]["actor"][0]
    actor["role"]["coding"].append(coding(AUDIENCE, "job-centre"))
    actor["reference"] = {"display": NEVER["consent-recipient"]}
    return event("consent-recorded-1", "recorded", f"{day}T10:00:00Z", told)


def withdrawn(day: str) -> Json:
    """The person takes back all of the referral."""
    taken = {**_of(consent(day, ()), "referral"), "status": "inactive"}
    taken["provision"]["purpose"] = [coding(AGREEMENT_ITEM, item) for item in ("contact", "work-plan", "condition")]
    taken["provision"]["purpose"].append(coding(AGREEMENT_ITEM, "something-else"))
    taken["identifier"] = [{"system": "https://practice.example/consents", "value": NEVER["withdrawal-id"]}]
    return event("consent-withdrawn-1", "withdrawn", f"{day}T10:00:00Z", taken)


def objection(day: str) -> Json:
    """The person objects to their records being joined."""
    said = _of(consent(day, ()), "joining")
    said["provision"] = {"type": "deny", "data": said["provision"]["data"]}
    said["identifier"] = [{"system": "https://practice.example/consents", "value": NEVER["objection-id"]}]
    return event("objection-recorded-1", "objection", f"{day}T10:00:00Z", said)


def _of(said: Json, purpose: str) -> Json:
    return {**said, "category": [{**concept(CONSENT_PURPOSE, purpose), "text": NEVER["consent-category"]}]}
