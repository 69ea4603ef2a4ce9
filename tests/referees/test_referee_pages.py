"""What the answer pages make is FHIR R4 for a validator that is not ours."""

import json
import uuid
from datetime import UTC, date, datetime

import pytest
from judgement import errors_of

from schemas.facts import Organisation
from schemas.identifiers import ArrivalId
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.ingest.pages.events import offer_of
from services.ingest.pages.questions import Question
from services.ingest.pages.replies import Agreement, PromptReply, ReferralReply, Reply, Who
from services.ingest.pages.texts import read_texts

pytestmark = [pytest.mark.referee, pytest.mark.timeout(600)]  # the first run fetches the validator
WHO = Who("Dr Example Onetest", "GP")
DAY = date(2026, 3, 6)
REPLIES: dict[str, Reply] = {
    "invite": PromptReply(WHO, "invite", wish="keen", wish_by="person"),
    "refer": PromptReply(WHO, "refer", agreement=Agreement("person", "spoken", DAY, ("contact", "work-plan"))),
    "not suitable": PromptReply(WHO, "not-suitable", reason="returning-soon"),
    "accept": ReferralReply(WHO, status="3.0", worker_id="esw-1", worker_name="Gorse Testworker"),
    "decline": ReferralReply(WHO, status="4.0", reason="no-capacity"),
    "step": ReferralReply(WHO, step="first-contact", on=DAY),
}


@pytest.mark.parametrize("said", REPLIES)
def test_an_answer_is_accepted(said: str, validator, policy: Policy):
    reply = REPLIES[said]
    question = Question(
        id=uuid.UUID(int=1),
        kind="prompt" if isinstance(reply, PromptReply) else "referral",
        task="0f4c8a54-6a57-5d0b-9c52-6a3f7a1d2b01",
        asked=Organisation("Y99001", "Synthetic Street Surgery"),
        nhs_number="9990000018",
        name=None,
        reason=None,
        inputs=(),
        journey=Journey("s-0"),
        policy=policy,
    )
    offer = offer_of(question, reply, read_texts(), "0", datetime(2026, 3, 6, 12, tzinfo=UTC), ArrivalId("a"))
    assert errors_of(validator, json.loads(offer.body)) == []
