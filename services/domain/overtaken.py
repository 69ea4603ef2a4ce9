"""Whether what waits to be sent may still be sent: a sink asks at each attempt (EXACTNESS 12)."""

from __future__ import annotations

from schemas.codes import TASK_ID
from schemas.fhir.fast_types import Identifiers, PlainIdentifier, Reference
from schemas.outputs import Resource, read_output
from schemas.outputs.feedback import Feedback
from schemas.outputs.information import INFORMATION_ID, InformationRequest, WithdrawnInformation
from schemas.outputs.prompt import PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage, ReferralTask
from services.domain.decisions import StopReason
from services.domain.journey import Journey
from services.domain.outputs import Output
from services.domain.stopping import SILENT


def overtaken(journey: Journey, output: Output) -> StopReason | None:
    """What has overtaken an output since it was made; none: it may go out, unless the journey is ``frozen``.

    What takes something back is never overtaken. Raises Refused when ``output`` is none of ours.
    """
    resource = read_output(output.type, output.data)
    if _takes_back(resource):
        return None
    return _withdrawn(journey, resource) or next(
        (stop.reason for stop in journey.stops if stop.reason not in SILENT and output.sequence <= stop.sequence), None
    )


def _takes_back(resource: Resource) -> bool:
    match resource:
        case WithdrawnInformation() | PromptTask(status="cancelled") | ChangedReferral(status="in-progress"):
            return True
        case _:
            return False


def _withdrawn(journey: Journey, resource: Resource) -> StopReason | None:
    match resource:
        case PromptTask(identifier=found):
            prompt = _named(TASK_ID, found)
            return next((item.withdrawn for item in journey.prompts if item.id == prompt), None)
        case InformationRequest(identifier=found):
            page = _named(INFORMATION_ID, found)
            return next((item.withdrawn for item in journey.information if item.id == page), None)
        case ChangedReferral(identifier=found):
            return _cancelled(journey, found)
        case Feedback(about=(Reference(identifier=PlainIdentifier(value=str() as referral)),)):
            # what a provider is told names the referral alone
            asked = (item.cancellation for item in journey.referrals if item.id == referral)
            return next((cancellation.reason for cancellation in asked if cancellation is not None), None)
        case ReferralMessage(entry=entries):
            tasks = (entry.resource for entry in entries if isinstance(entry.resource, ReferralTask))
            return next((reason for task in tasks if (reason := _cancelled(journey, task.identifier))), None)
        case _:
            return None


def _cancelled(journey: Journey, found: Identifiers) -> StopReason | None:
    referral = _named(TASK_ID, found)
    asked = (item.cancellation for item in journey.referrals if item.id == referral)
    return next((cancellation.reason for cancellation in asked if cancellation is not None), None)


def _named(system: str, found: Identifiers) -> str | None:
    return next((str(item.value) for item in found if item.system == system), None)
