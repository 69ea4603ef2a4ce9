"""Whether an output may still be sent, by the journey as it stands at the moment of sending (EXACTNESS 12). Pure.

What is decided on a topic stands there in order. Towards the outside a stop counts from the moment at which the ledger
has applied it: so each output names what overtakes it, and whoever sends asks before each attempt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias, assert_never

import msgspec
from msgspec import UnsetType

from schemas.codes import ADJUSTMENT
from schemas.fhir.fast_types import Concept, Identifiers
from schemas.outputs import Resource, read_output
from schemas.outputs.care_package import CarePackage
from schemas.outputs.decision_record import DecisionRecord
from schemas.outputs.feedback import AGREED_THING, Feedback
from schemas.outputs.information import InformationRequest, WithdrawnInformation
from schemas.outputs.lookup import LookupTask
from schemas.outputs.prompt import CALL_ASKED, ChangedPrompt, PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage, ReferralTask
from schemas.topics import feedback
from services.domain.agreed_things import stands_agreed
from services.domain.decisions import StopReason
from services.domain.history import now
from services.domain.journey import Information, Journey, Prompt, Referral
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.referral_states import CANCELLATION_REQUESTED, TERMINAL
from services.domain.rules.again import is_open
from services.domain.rules.agreements import agreed_to
from services.domain.rules.person import wish
from services.domain.stopping import SILENT, frozen
from services.domain.told_things import takes_back, things
from services.domain.waiting import was_in_contact

#: What overtook an output: a closed list.
Overtaken = Literal["answered", "lapsed", "wish", "moved-on", "ended", "superseded", "not-sent", "not-known"]
#: What an output waits for, without a receipt.
WaitsFor = Literal["ledger-behind", "frozen"]

_OVER = TERMINAL | {CANCELLATION_REQUESTED}


class Send(msgspec.Struct, frozen=True, tag=True):
    """It holds: send it."""


class Recalled(msgspec.Struct, frozen=True, tag=True):
    """It does not hold any more, and never will again."""

    reason: Overtaken | StopReason


class Waits(msgspec.Struct, frozen=True, tag=True):
    """Nothing can be said yet: ask again."""

    reason: WaitsFor


Standing: TypeAlias = Send | Recalled | Waits


def standing_of(output: Output, journey: Journey, policy: Policy) -> Standing:
    """How an output stands. Raises Refused when its payload cannot be read.

    An output and the journey that it came of are committed together, and it is published after that: so the journey
    is never behind what is being sent. Only a ledger that was put back to an earlier point can be; it does not know
    yet what may have overtaken the output, and will once it has read the events again.
    """
    if output.sequence > journey.sequence:
        return Waits("ledger-behind")
    resource = read_output(output.type, output.data)
    if isinstance(resource, LookupTask):
        return Send()  # a frozen journey waits for the answer
    if frozen(journey):
        return Waits("frozen")
    if takes_back(resource) is not None:
        return Send()  # the later, the more so
    reason = _stopped(resource, output, journey) or _overtaken(resource, journey, policy, output.time)
    return Recalled(reason) if reason is not None else Send()


def _stopped(resource: Resource, output: Output, journey: Journey) -> StopReason | None:
    """What stopped the very thing that an output tells of, or the whole journey since it was made, lifted or not.

    A job centre's outputs are counted by themselves: a stop that was lifted says nothing of them.
    """
    ended = {
        **{prompt.id: prompt.withdrawn for prompt in journey.prompts},
        **{page.id: page.withdrawn for page in journey.information},
        **{item.id: item.cancellation.reason for item in journey.referrals if item.cancellation is not None},
    }
    told_of = things(resource)
    if isinstance(resource, Feedback) and resource.about and len(resource.about) == 1:
        # what a provider is told names the referral alone
        told_of = frozenset({str(resource.about[0].identifier.value)})
    apart = output.topic == feedback("job-centre")
    reasons = [ended.get(thing) for thing in told_of]
    reasons += [stop.reason for stop in journey.stops if stop.reason not in SILENT and (
        apart or output.sequence <= stop.sequence
    )]  # fmt: skip
    reasons += [stop.reason for stop in journey.lifted if not apart and output.sequence <= stop.sequence]
    return next((reason for reason in reasons if reason is not None), None)


def _overtaken(resource: Resource, journey: Journey, policy: Policy, made: datetime) -> Overtaken | StopReason | None:
    """What overtook an output, if anything did. mypy names this place for each new kind of output."""
    match resource:
        case ChangedPrompt() if CALL_ASKED in _codes(resource.business_status):
            return _calling(_prompt(_id(resource.identifier), journey), made)
        case ChangedPrompt() | PromptTask():
            return _asking(_prompt(_id(resource.identifier), journey), journey, policy)
        case InformationRequest():
            return _informing(_id(resource.identifier), journey, policy)
        case ReferralMessage():
            task = next(item.resource for item in resource.entry if isinstance(item.resource, ReferralTask))
            return _referring(_referral(_id(task.identifier), journey), journey, policy)
        case ChangedReferral():
            return _chasing(resource, journey, policy)
        case CarePackage():
            # it is told whole each time: an older one could only tell what was taken back or put right since
            return "superseded" if str(journey.package) != resource.meta.version_id else None
        case Feedback():
            return _telling(resource, journey, policy)
        case DecisionRecord() | LookupTask() | WithdrawnInformation():
            return None  # what happened, happened
        case unknown:
            assert_never(unknown)


def _asking(prompt: Prompt | None, journey: Journey, policy: Policy) -> Overtaken | None:
    """A professional is asked: until there is an answer, the prompt has lapsed, or the person said no themselves."""
    if prompt is None:
        return "not-known"
    if prompt.answer is not None:
        return "answered"
    if now(journey) > prompt.lapses:
        return "lapsed"
    return _unwanted(journey, policy)


def _telling(resource: Feedback, journey: Journey, policy: Policy) -> StopReason | None:
    """What happened, happened; but a job centre is told only what is agreed to at the moment of sending, and a provider
    no adjustments where the work plan is not agreed to any more.
    """
    said = [item for item in resource.extension or () if item.url in (AGREED_THING, ADJUSTMENT)]
    told = [str(item.identifier.value) for item in resource.recipient if item.identifier]
    things_told = [str(item.value_code) for item in said if item.url == AGREED_THING]
    agreed = all(stands_agreed(journey, thing, ods, policy) for thing in things_told for ods in told)
    if len(things_told) < len(said):
        known_by = [str(item.identifier.value) for item in resource.about or () if item.identifier]
        about = [item for item in journey.referrals if item.id in known_by]
        agreed = all(agreed_to(journey, item.agreement, "work-plan", policy) for item in about)
    return None if agreed else "withdrawal"


def _calling(prompt: Prompt | None, made: datetime) -> Overtaken | None:
    """The person asked to be called: until they have said no since, whatever else became of the prompt."""
    if prompt is None:
        return "not-known"
    no_since = prompt.answer == "person-declined" and prompt.answered is not None and prompt.answered > made
    return "answered" if no_since else None


def _informing(identifier: str | UnsetType, journey: Journey, policy: Policy) -> Overtaken | None:
    """A page for the person. What a fit note means for them holds whatever they want."""
    made = next((item for item in journey.information if item.id == identifier), None)
    if made is None:
        return "not-known"
    match made.purpose:
        case "note":
            return None
        case "unsure":
            return _unwanted(journey, policy)
        case "invitation":
            return _inviting(made, journey, policy)
        case "referral" | "appointment" | "benefits":
            return _referring(_referral(made.about, journey), journey, policy)
        case unknown:
            assert_never(unknown)


def _inviting(made: Information, journey: Journey, policy: Policy) -> Overtaken | None:
    prompt = _prompt(made.about, journey)
    if prompt is None:
        return "not-known"
    if prompt.answer != "invite":
        return "moved-on"
    return _unwanted(journey, policy) if is_open(prompt, journey) else "lapsed"


def _referring(referral: Referral | None, journey: Journey, policy: Policy) -> Overtaken | None:
    """A provider is asked to help: until the referral has ended or is being cancelled, or the person says no."""
    if referral is None:
        return "not-known"
    return "ended" if referral.status in _OVER else _unwanted(journey, policy)


def _chasing(resource: ChangedReferral, journey: Journey, policy: Policy) -> Overtaken | None:
    """The provider is asked why a referral stands still: until it does not stand there any more."""
    referral = _referral(_id(resource.identifier), journey)
    over = _referring(referral, journey, policy)
    if over is not None or referral is None:
        return over
    return (
        "moved-on"
        if referral.status not in _codes(resource.business_status) or was_in_contact(journey, referral)
        else None
    )


def _unwanted(journey: Journey, policy: Policy) -> Overtaken | None:
    """The person's own latest word is that they do not want this."""
    return "wish" if wish(journey, policy) is not None else None


def _codes(concept: Concept) -> list[str]:
    return [str(coding.code) for coding in concept.coding or ()]


def _id(identifiers: Identifiers) -> str | UnsetType:
    """By which of its things an output is known; what we make has one."""
    return identifiers[0].value


def _prompt(identifier: str | UnsetType, journey: Journey) -> Prompt | None:
    return next((item for item in journey.prompts if item.id == identifier), None)


def _referral(identifier: str | UnsetType, journey: Journey) -> Referral | None:
    return next((item for item in journey.referrals if item.id == identifier), None)
