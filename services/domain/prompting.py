"""Whether to prompt a professional now: the rules in their order, each with its say."""

from __future__ import annotations

from datetime import timedelta

from schemas.facts import Event
from schemas.identifiers import made_id
from services.domain.decisions import Held, Prompted
from services.domain.history import birth_date, introductions, key, now
from services.domain.journey import Journey
from services.domain.policy import Policy
from services.domain.rules import RULES
from services.domain.rules.again import already_helped, asked_before
from services.domain.rules.evidence import Evidence, evidence
from services.domain.rules.holds import NO_EVIDENCE, Hold
from services.domain.rules.person import age, identity, other_programme, safety, wish
from services.domain.rules.timing import Moment, moment
from services.domain.rules.whom import Asked, whom
from services.domain.rules.work import Situation, situation

_TRACK = {"find-work": "to find work", "keep-work": "to keep work"}


def consider(journey: Journey, event: Event, policy: Policy) -> Prompted | Held | None:
    """Prompt, hold, or nothing new to say. ``journey`` has the event applied.

    A hold is recorded only when its reason changes.
    """
    found = evidence(journey, policy)
    hold = identity(journey, event, policy)
    if hold is not None:
        return held(hold, journey, event, policy, found)
    if found is None:
        return held(NO_EVIDENCE, journey, event, policy, None)
    hold = (
        safety(journey, policy)
        or wish(journey, policy)
        or other_programme(journey, policy)
        or already_helped(journey, policy)
    )
    if hold is not None:
        return held(hold, journey, event, policy, found)
    work = situation(journey, policy)
    asked = whom(journey, event, policy)
    if asked is not None:
        hold = asked_before(journey, asked.owner, found, policy)
    hold = hold or age(journey, policy)
    if hold is not None:
        return held(hold, journey, event, policy, found)
    why_now = moment(journey, event, work, policy)
    if why_now is None:
        words = "the person is not known to be out of work, and the absence is short so far"
        return held(Hold("waiting-for-spell", "when", words), journey, event, policy, found)
    if asked is None:
        nobody = Hold("nobody-to-ask", "whom", "no message names an organisation to ask")
        return held(nobody, journey, event, policy, found)
    return _prompt(journey, event, policy, found, work, why_now, asked)


def _lifted(journey: Journey, asked: Asked, found: Evidence, policy: Policy) -> tuple[str, ...]:
    """The rules by which the person's coming forward lifted what would have held."""
    if not introductions(journey):
        return ()
    said, again = "wish.introduction", "again.introduction"
    return (
        *((said,) if policy.on(said) and wish(journey, policy.without(said)) else ()),
        *((again,) if policy.on(again) and asked_before(journey, asked.owner, found, policy.without(again)) else ()),
    )


def _prompt(
    journey: Journey, event: Event, policy: Policy, found: Evidence, work: Situation, why_now: Moment, asked: Asked
) -> Prompted:
    unknown = tuple(
        name
        for name, missing in (
            ("work situation", work.work is None),
            ("age", birth_date(journey) is None),
            ("identity", not any(f.person and f.person.verification == "verified" for f in journey.facts)),
        )
        if missing
    )
    check = f" Not known, please check: {', '.join(unknown)}." if unknown else ""
    return Prompted(
        rules=(*found.rules, *work.rules, *why_now.rules, *_lifted(journey, asked, found, policy), asked.rule),
        evidence=tuple(sorted({key(event), *found.events, *work.events, *why_now.events})),
        sentence=(
            f"Please consider offering Individual Placement and Support {_TRACK[work.track]}:"
            f" {_joined(found.words)}, and {_joined(why_now.words)}. It is voluntary.{check}"
        ),
        prompt=made_id(event.source, event.id, "prompt", asked.owner.ods, "0"),
        owner=asked.owner,
        owner_kind=asked.kind,
        track=work.track,
        work=work.work,
        unknown=unknown,
        lapses=now(journey) + timedelta(days=policy.prompt.lapse_days),
        copied=asked.copied,
    )


def held(hold: Hold, journey: Journey, event: Event, policy: Policy, found: Evidence | None) -> Held | None:
    """A hold is recorded when its reason changes."""
    if journey.hold == hold.reason:
        return None
    return Held(
        rules=_spoken(hold, policy),
        evidence=tuple(sorted({key(event), *(found.events if found else ())})),
        sentence=f"Not prompted: {hold.words}.",
        reason=hold.reason,
    )


def _spoken(hold: Hold, policy: Policy) -> tuple[str, ...]:
    """The rule that says no, or all of a family of which none says yes."""
    if hold.rule in RULES:
        return (hold.rule,)
    return tuple(name for name in RULES if name.startswith(f"{hold.rule}.") and policy.on(name))


def _joined(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
