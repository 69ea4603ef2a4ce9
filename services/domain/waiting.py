"""What a wait that is over leads to: a due event asks, the journey as it stands answers (EXACTNESS 9)."""

from __future__ import annotations

from schemas.facts import Event, Organisation, WaitDue
from schemas.support_facts import EmploymentProgress
from services.domain.decisions import Chased, Decisions, Escalated, Lapsed, Reminded, WaitOvertaken
from services.domain.history import key, now, told_of
from services.domain.journey import Journey, Prompt, Referral
from services.domain.policy import Policy
from services.domain.prompting import consider
from services.domain.referral_states import ACCEPTED, CREATED


def take_due(journey: Journey, event: Event, due: WaitDue, policy: Policy) -> tuple[Decisions, ...]:
    """What is done now. ``journey`` has the event's moment on its clock. Overtaken: that is recorded, nothing else."""
    if due.step != "spell" and not policy.on(f"chase.{due.step}"):
        return (_overtaken(event, due, "the policy does not ask for it any more"),)
    if due.until is not None and now(journey) >= due.until:
        return (_overtaken(event, due, "the next step is due"),)
    match due.step:
        case "remind" | "escalate" | "lapse":
            prompt = next((item for item in journey.prompts if item.id == due.about), None)
            return (_asked(event, due, prompt, policy, journey),)
        case "accept" | "first-contact":
            return (_chased(journey, event, due),)
        case "spell":
            found = consider(journey, event, policy)
            return (found,) if found is not None else (_overtaken(event, due, "the absence is not open any more"),)


def _asked(event: Event, due: WaitDue, prompt: Prompt | None, policy: Policy, journey: Journey) -> Decisions:
    if prompt is None:
        return _overtaken(event, due, "the prompt is not known")
    if prompt.withdrawn is not None:
        return _overtaken(event, due, "the prompt was withdrawn")
    if due.step == "lapse":
        waits = prompt.answer in (None, "invite") and now(journey) >= prompt.lapses
    else:
        waits = prompt.answer is None
    if not waits:
        return _overtaken(event, due, "an answer has come")
    if due.step == "lapse":
        silent = "The person did not answer the invitation" if prompt.answer == "invite" else "Nobody answered"
        return Lapsed(
            rules=("chase.lapse",), evidence=(key(event),), sentence=f"{silent}: the prompt has lapsed.",
            prompt=prompt.id,
        )  # fmt: skip
    lead = policy.leads.get(prompt.owner.ods)
    if due.step == "escalate" and lead is not None:
        return Escalated(
            rules=("chase.escalate",), evidence=(key(event),),
            sentence="Nobody answered: the prompt goes to the organisation's named lead.", prompt=prompt.id,
            lead=Organisation(lead.ods or prompt.owner.ods, lead.name),
        )  # fmt: skip
    words = "no lead is named, so it" if due.step == "escalate" else "it"
    return Reminded(
        rules=(f"chase.{due.step}",), evidence=(key(event),),
        sentence=f"The prompt has no answer yet: {words} is sent again.", prompt=prompt.id,
    )  # fmt: skip


def _chased(journey: Journey, event: Event, due: WaitDue) -> Decisions:
    referral = next((item for item in journey.referrals if item.id == due.about), None)
    waits = {CREATED} if due.step == "accept" else {CREATED, ACCEPTED}
    if referral is None or referral.status not in waits or was_in_contact(journey, referral):
        return _overtaken(event, due, "the referral has moved on")
    words = "accepted the referral" if due.step == "accept" else "been in contact"
    return Chased(
        rules=(f"chase.{due.step}",), evidence=(key(event),),
        sentence=f"The provider has not {words} yet: they are asked about it.", referral=referral.id, step=due.step,
    )  # fmt: skip


def was_in_contact(journey: Journey, referral: Referral) -> bool:
    """Whether the provider told of a first contact with the person."""
    told = (fact for _, fact in told_of(journey, referral))
    return any(isinstance(fact, EmploymentProgress) and fact.kind == "first-contact" for fact in told)


def _overtaken(event: Event, due: WaitDue, words: str) -> WaitOvertaken:
    return WaitOvertaken(
        rules=(), evidence=(key(event),), sentence=f"Nothing is due: {words}.", step=due.step, about=due.about
    )
