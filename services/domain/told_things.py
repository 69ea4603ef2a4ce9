"""Which prompts, referrals and pages an output tells of, and which it takes back. Pure."""

from __future__ import annotations

from schemas.outputs import Resource
from schemas.outputs.information import InformationRequest, WithdrawnInformation
from schemas.outputs.prompt import ChangedPrompt, PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage, ReferralTask


def takes_back(resource: Resource) -> str | None:
    """The prompt, referral or page that an output takes back; none where it does not."""
    match resource:
        case (
            ChangedPrompt(status="cancelled", identifier=found)
            | WithdrawnInformation(identifier=found)
            | ChangedReferral(status="in-progress", identifier=found)
        ):
            return str(found[0].value)
        case _:
            return None


def things(resource: Resource) -> frozenset[str]:
    """The prompts, referrals and pages that an output tells of, by identifier."""
    match resource:
        case PromptTask(identifier=found) | ChangedReferral(identifier=found) | InformationRequest(identifier=found):
            return frozenset(str(item.value) for item in found)
        case ReferralMessage(entry=entries):
            tasks = (item.resource for item in entries if isinstance(item.resource, ReferralTask))
            return frozenset(str(item.value) for task in tasks for item in task.identifier)
        case _:
            return frozenset()
