"""CloudEvents in batch mode: a JSON array of events in one request, each answered for itself.

The items are taken one after the other: what is told of one person keeps its order. When the broker goes away,
the items that are left are not tried: each would wait for it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from schemas.failures import Problem, Refused
from schemas.operation_outcome import operation_outcome
from services.ingest.accept import BrokerAway
from services.ingest.structured import STRUCTURED, is_media_type, structured_offer
from services.observe import log, place

if TYPE_CHECKING:
    from schemas.identifiers import ArrivalId
    from services.ingest.accept import Acceptor, Answer
    from services.ingest.admission import Admission
    from services.ingest.callers import Caller
    from services.ingest.examine import Offer

BATCH = "application/cloudevents-batch+json"
MOST_ITEMS = 500
_DECODER = msgspec.json.Decoder(list[msgspec.Raw])
_STATUS = {"accepted": 202, "duplicate": 200}


class ItemAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one item is answered: the status that it would have had by itself, and what became of it.

    ``not-taken`` counts nowhere and has no arrival. ``refusal`` is an OperationOutcome with every problem.
    """

    status: int
    outcome: Literal["accepted", "duplicate", "rejected", "not-taken"]
    arrival: str | None = None
    codes: tuple[str, ...] = ()
    refusal: msgspec.Raw = msgspec.Raw()


def is_batch(media_type: str) -> bool:
    """Whether a body is a batch that we read."""
    return is_media_type(media_type, BATCH)


def read_batch(body: bytes) -> list[bytes]:
    """The items as they stand. Raises Refused: `body-not-readable`, or `too-large` when there are too many."""
    try:
        items = [bytes(item) for item in _DECODER.decode(body)]
    except msgspec.DecodeError:
        raise Refused([Problem("body-not-readable", detail="a JSON array of events is needed")]) from None
    if not items:
        raise Refused([Problem("body-not-readable", detail="a batch holds at least one event")])
    if len(items) > MOST_ITEMS:
        raise Refused([Problem("too-large", detail=f"a batch holds at most {MOST_ITEMS} events")])
    return items


async def accept_items(
    acceptor: Acceptor, admission: Admission, items: Sequence[bytes], caller: Caller,
    new_arrival: Callable[[], ArrivalId],
    traceparent: str | None = None,
) -> list[ItemAnswer]:  # fmt: skip
    """Take the items in their order; each has an arrival and an answer of its own. ``traceparent`` is the request's."""
    answers: list[ItemAnswer] = []
    away = False
    for item in items:
        offer = structured_offer(item, STRUCTURED, new_arrival())
        try:
            admission.admit(offer, caller, size=len(item))
        except Refused as why:
            answers.append(_not_taken(why.problems))
            continue
        if away:
            answers.append(_not_taken(_AWAY))
        else:
            answers.append(await _accept(acceptor, replace(offer, caller=caller.source).in_trace(traceparent)))
            away = answers[-1].codes == ("broker-away",)
    return answers


_AWAY = (Problem("broker-away"),)


async def _accept(acceptor: Acceptor, offer: Offer) -> ItemAnswer:
    try:
        return _answered(await acceptor.accept(offer))
    except BrokerAway:
        return _not_taken(_AWAY)
    except Refused as why:  # too large for the broker
        return _not_taken(why.problems)
    except Exception as why:  # noqa: BLE001 - one item must not cost the others their answer
        log("ingest").error("an item ended by a fault of Fitpath", arrival=offer.arrival, **place(why))
        return _not_taken([Problem("processing-failed")])


def _answered(answer: Answer) -> ItemAnswer:
    if answer.outcome == "rejected":
        return _refused(answer.problems, "rejected", answer.arrival)
    return ItemAnswer(_STATUS[answer.outcome], answer.outcome, answer.arrival)


def _not_taken(problems: Sequence[Problem]) -> ItemAnswer:
    return _refused(problems, "not-taken", None)


def _refused(problems: Sequence[Problem], outcome: Literal["rejected", "not-taken"], arrival: str | None) -> ItemAnswer:
    codes = tuple(dict.fromkeys(problem.code for problem in problems))
    return ItemAnswer(Refused(problems).status, outcome, arrival, codes, msgspec.Raw(operation_outcome(problems)))
