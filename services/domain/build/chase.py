"""A referral that stands still as its Task again: the provider is asked about it."""

from __future__ import annotations

from schemas.codes import BSER, TASK_ID
from schemas.outputs.elements import at, by_id, concept, named, organisation
from schemas.outputs.prompt import TASK_CODE
from schemas.outputs.referral import CHASE, REFERRAL_ID, ChangedReferral
from services.domain.build.context import Context
from services.domain.decisions import Chased
from services.domain.journey import Referral
from services.domain.referral_states import CREATED, WORDS


def chased_referral(made: Chased, referral: Referral, context: Context) -> ChangedReferral:
    """The Task under its own identifier; whom it is about stands in the referral that the provider has."""
    return ChangedReferral(
        identifier=(named(TASK_ID, referral.id),),
        status="requested" if referral.status == CREATED else "accepted",
        business_status=concept(BSER, referral.status, WORDS[referral.status]),
        intent="order",
        code=concept(TASK_CODE, "fulfill"),
        focus=by_id(REFERRAL_ID, referral.id, "ServiceRequest"),
        for_=context.subject("ips-provider"),
        reason_code=concept(CHASE, made.step, made.sentence),
        authored_on=at(referral.requested),
        last_modified=at(context.time),
        requester=organisation(referral.referrer),
        owner=organisation(referral.provider),
    )
