"""Whether an output that takes something back may be sent: not to somebody who never had it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.outputs import read_output
from schemas.outputs.information import InformationRequest, WithdrawnInformation
from schemas.outputs.prompt import ChangedPrompt, PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage, ReferralTask
from services.domain.outputs import Output
from services.domain.overtaking import Recalled, Send, Standing


def takes_back(output: Output) -> str | None:
    """The prompt, referral or page that an output takes back; none where it does not. Raises Refused."""
    match read_output(output.type, output.data):
        case (
            ChangedPrompt(status="cancelled", identifier=found)
            | WithdrawnInformation(identifier=found)
            | ChangedReferral(status="in-progress", identifier=found)
        ):
            return str(found[0].value)
        case _:
            return None


def taking_back(output: Output, became: Iterable[tuple[Output, bool]]) -> Standing:
    """How an output that takes something back stands at one destination. Raises Refused.

    ``became``: what has its outcome there by now, and whether it was delivered. Who was never told of a prompt, a
    referral or a page, since it was held back in time, does not learn of it by its end.
    """
    thing = takes_back(output)
    went = [delivered for item, delivered in became if thing in things(item)]
    return Recalled("not-sent") if went and not any(went) else Send()


def things(output: Output) -> frozenset[str]:
    """The prompts, referrals and pages that an output tells of, by identifier. Raises Refused."""
    match read_output(output.type, output.data):
        case PromptTask(identifier=found) | ChangedReferral(identifier=found) | InformationRequest(identifier=found):
            return frozenset(str(item.value) for item in found)
        case ReferralMessage(entry=entries):
            tasks = (item.resource for item in entries if isinstance(item.resource, ReferralTask))
            return frozenset(str(item.value) for task in tasks for item in task.identifier)
        case _:
            return frozenset()
