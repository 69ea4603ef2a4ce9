"""The event of an answer: the same that a system would publish, from a source of our own.

Its id is made from the question and the answer, so that a form that is sent
twice makes one event. The Bundle says who answered, in which role and for
which organisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas.codes import PAGES
from schemas.envelope import MEDIA_TYPE, to_text
from schemas.identifiers import ArrivalId, made_id
from services.ingest.examine import Offer
from services.ingest.pages.replies import PromptReply, Reply
from services.ingest.pages.resources import resources_of

if TYPE_CHECKING:
    from datetime import datetime

    from services.ingest.pages.questions import Question
    from services.ingest.pages.texts import Texts


def offer_of(question: Question, reply: Reply, texts: Texts, seen: str, now: datetime, arrival: ArrivalId) -> Offer:
    """The offer for ``accept``. The same answer makes the same event, whenever it is sent.

    ``seen`` is how far the question had come when its form was made: the same words later are another answer.
    """
    kind = _kind(reply)
    said = msgspec.json.encode((reply, question.asked, question.policy.provider.ods, texts.version)).decode()
    name = made_id(PAGES, kind, question.task, seen, said)
    body = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": url, "resource": resource}
            for url, resource in resources_of(question, reply, texts, name).items()
        ],
    }
    attributes = {
        "specversion": "1.0", "id": name, "source": PAGES, "type": kind, "time": to_text(now),
        "datacontenttype": MEDIA_TYPE,
    }  # fmt: skip
    return Offer(attributes, MEDIA_TYPE, msgspec.json.encode(body), arrival)


def seen(question: Question) -> str:
    """How far a question has come. A prompt has one answer of a kind; of a referral the same may be told again."""
    return "0" if question.kind == "prompt" else str(len(question.journey.facts))


def _kind(reply: Reply) -> str:
    if isinstance(reply, PromptReply):
        return "prompt-answered-1"
    return "referral-updated-1" if reply.step is None else "employment-progress-1"
