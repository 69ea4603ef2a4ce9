"""The disclosure table of a policy: never beyond the ceiling, and what it leaves out is left out."""

import json
from itertools import product

import msgspec
import pytest
from canary_journeys import found_in, silent_journeys, whole_journey
from canary_parts import MAY_COME_OUT
from outbound_histories import POLICY

from schemas.disclosure import CEILING, beyond_ceiling
from schemas.topics import AUDIENCES, CARE_PACKAGES, OUTPUT_TOPICS, PROMPTS, REFERRALS, feedback
from services.domain.policy import Policy, PolicyNotValid, parse_policy
from services.policy_files import default_policy_text

EVERY_ITEM = sorted(set().union(*CEILING.values()))


@pytest.mark.parametrize(("audience", "item"), list(product(AUDIENCES, EVERY_ITEM)), ids=lambda name: name)
def test_a_policy_is_refused_exactly_where_it_goes_beyond_the_ceiling(audience, item):
    table = {**POLICY.disclosure, audience: (item,)}
    text = _with_list(audience, [item])
    if item in CEILING[audience]:
        assert parse_policy(text).disclosure == table
        assert beyond_ceiling(table) == []
    else:
        with pytest.raises(PolicyNotValid, match=f"{audience} may never get {item}"):
            parse_policy(text)
        assert beyond_ceiling(table) == [(audience, item)]


def test_an_item_that_nobody_has_heard_of_and_an_audience_that_does_not_exist_are_refused():
    with pytest.raises(PolicyNotValid, match="gp-practice may never get everything"):
        parse_policy(_with_list("gp-practice", ["everything"]))
    with pytest.raises(PolicyNotValid, match="disclosure"):
        parse_policy(default_policy_text().replace("[disclosure]", "[disclosure]\nnewspaper = []"))


def _with_list(audience: str, items: list[str]) -> str:
    """The default policy with another list for an audience."""
    lines = default_policy_text().splitlines()
    (place,) = [n for n, line in enumerate(lines) if line.startswith(f"{audience} = [")]
    lines[place] = f"{audience} = {json.dumps(items)}"
    return "\n".join(lines)


#: Texts of outputs that tell an item, beside the canaries.
MARKS = {
    "track": '-work"',  # "keep-work", "find-work"; and the work situation: "in-work", "out-of-work"
    "please-consider": "Please consider offering",
    "evidence": 'prompt-input","code":"evidence',
    "note": '"225891002"',
    "discharge": "pain-service-discharge",
    "prompt": '"ips-prompt"',
    "review": '"code":"review"',
    "state": 'TaskBusinessStatusCS","code":"4.0',
    "told-state": '"valueCode":"4.0"',
    "told-words": "is declined",
    "information": "CodeSystem/patient-information",
    "progress": '"job-started"',
    "told-progress": "a job started.",
    "waiting": "On the waiting list",
    "told-waiting": "is on the waiting list",
    "told-pacing": "Please review pacing",
    "flare-up": '"flare-up"',
    "agreed-support": 'agreed-thing","valueCode":"support-started"',
    "agreed-job": 'agreed-thing","valueCode":"job-started"',
    "agreed-weeks": 'agreed-thing","valueCode":"in-work-13-weeks"',
    "appointment": '"code":"booked"',
}
_OF_PROMPTS: dict[str, set[str]] = {
    "person": {"family", "given"},
    "track": {"track", "please-consider", "evidence"},  # the reasons tell the track too
    "prompt-reasons": {"please-consider", "evidence"},
}
_OF_FEEDBACK: dict[str, set[str]] = {
    "person": {"family", "given"},
    "referral-state": {"told-state", "told-words", "reason"},  # a reason tells the state too
    "referral-reason": {"reason"},
    "named-worker": {"worker"},
    "employment-progress": {"progress", "told-progress"},
    "waiting-list": {"told-waiting"},
}
_OF_CARE_PACKAGES: dict[str, set[str]] = {
    "person": {"family", "given"},
    "notes": {"note", "pain", "other-condition", "effects"},
    "adjustments": {"adjustment"},
    "functional-effects": {"effects"},
    "condition": {"pain", "other-condition"},
    "pain-care": {"discharge", "therapy"},
    "referral-state": {"prompt", "review", "state", "worker", "waiting", "appointment"},
    "named-worker": {"worker"},
    "information-sent": {"information"},
    "employment-progress": {"progress"},
    "waiting-list": {"waiting"},
}
_OF_REFERRALS: dict[str, set[str]] = {
    "person": {"family", "given", "birth-date"},
    "contact": {"phone", "email", "language"},
    "track": {"track"},
    "adjustments": {"adjustment"},
    "agreed-condition": {"pain"},
}
#: What goes from which topic when an item is taken from an audience's list.
GOES: dict[str, dict[str, dict[str, set[str]]]] = {
    "gp-practice": {
        PROMPTS: _OF_PROMPTS, CARE_PACKAGES: _OF_CARE_PACKAGES, feedback("gp-practice"): _OF_FEEDBACK
    },
    "pain-service": {
        PROMPTS: _OF_PROMPTS, CARE_PACKAGES: _OF_CARE_PACKAGES, feedback("pain-service"): _OF_FEEDBACK
    },
    "person": {CARE_PACKAGES: _OF_CARE_PACKAGES},
    "ips-provider": {
        REFERRALS: _OF_REFERRALS,
        feedback("ips-provider"): {
            "person": {"family", "given"},
            "pacing": {"told-pacing", "flare-up"},
            "adjustments": {"adjustment"},
            "named-worker": {"worker"},
        },
    },
    "job-centre": {
        feedback("job-centre"): {
            "support-started": {"agreed-support"},
            "job-started": {"agreed-job", "progress"},
            "in-work-13-weeks": {"agreed-weeks"},
        },
    },
}  # fmt: skip
#: What a ceiling allows and no output tells yet; who begins to tell it gives it a place in GOES.
NOBODY_TELLS: dict[tuple[str, str], str] = {
    ("person", "contact"): "the care package holds no way to reach anybody",
    ("person", "track"): "only prompts tell it, which go to professionals",
    ("person", "prompt-reasons"): "only prompts tell them, which go to professionals",
    ("person", "referral-reason"): "only feedback tells it, which goes to professionals",
}
ORGANISATIONS = {"practice", "service", "provider"}  # they stand beside what they did, under several items
TAKEN = [(audience, item) for audience in AUDIENCES for item in POLICY.disclosure[audience]]


def test_every_item_of_the_ceiling_has_its_place_in_what_goes_or_is_told_by_nobody():
    placed = {(audience, item) for audience, topics in GOES.items() for items in topics.values() for item in items}
    allowed = {(audience, item) for audience, items in CEILING.items() for item in items}
    assert sorted(allowed - placed) == sorted(NOBODY_TELLS), "a place in GOES says where it is told, and by which text"
    assert sorted(placed - allowed) == []


def _without(audience: str, item: str) -> Policy:
    items = tuple(found for found in POLICY.disclosure[audience] if found != item)
    return msgspec.structs.replace(POLICY, disclosure={**POLICY.disclosure, audience: items})


def _texts(policy: Policy, first: str) -> dict[str, set[str]]:
    outputs = [*whole_journey(policy, first=first).outputs, *(silent_journeys(policy) if first == "practice" else ())]
    found = found_in(outputs, MAY_COME_OUT | MARKS)
    return {topic: names - ORGANISATIONS for topic, names in found.items()}


@pytest.mark.parametrize(("audience", "item"), TAKEN, ids=lambda name: name)
def test_an_item_taken_from_an_audiences_list_goes_from_its_outputs_and_nothing_else_does(audience, item):
    seen: set[str] = set()
    for first in ("practice", "pain-service"):
        whole, narrow = _texts(POLICY, first), _texts(_without(audience, item), first)
        goes = {topic: items.get(item, set()) for topic, items in GOES[audience].items()}
        if audience in ("gp-practice", "pain-service") and not audience.endswith(first):
            goes.pop(PROMPTS)  # the other one was asked
        for topic in OUTPUT_TOPICS:
            expected = goes.get(topic, set()) & whole.get(topic, set())
            assert whole.get(topic, set()) - narrow.get(topic, set()) == expected, topic
            assert narrow.get(topic, set()) <= whole.get(topic, set()), topic
            seen |= expected
    assert bool(seen) is ((audience, item) not in NOBODY_TELLS), "an item that nothing tells shows nothing here"


def test_every_mark_stands_in_an_output_as_long_as_the_default_policy_is_whole():
    found = set().union(*_texts(POLICY, "practice").values(), *_texts(POLICY, "pain-service").values())
    assert MARKS.keys() <= found
