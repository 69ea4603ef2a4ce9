"""Who may learn what (DESIGN): canaries in everything that comes in, and the table of where each may come out."""

import json
from datetime import UTC, datetime
from itertools import combinations, permutations

import pytest
from canary_consents import agrees_on_the_page, objection, recorded, withdrawn
from canary_events import (
    discharge,
    document,
    fit_note,
    flag,
    nomination,
    progress,
    refer,
    signal,
    update,
)
from canary_journeys import (
    ALL_ITEMS,
    brought_journey,
    found_in,
    nominated_journey,
    outspoken_journey,
    silent_journeys,
    told,
    whole_journey,
)
from canary_parts import CANARIES, MAY_COME_OUT, NEVER
from canary_sources import correction, flag_cleared, introduction, therapy
from canary_support import appointment, closing
from hypothesis import given
from hypothesis import strategies as st
from outbound_histories import POLICY, SUBJECT, clearings, flags, sure_persons, tellings
from outbound_stories import Telling

from schemas.events import EVENT_TYPES
from schemas.facts import Event
from schemas.topics import (
    CARE_PACKAGES,
    DECISIONS,
    LOOKUPS,
    PATIENT_INFORMATION,
    PROMPTS,
    REFERRALS,
    feedback,
)
from services.domain.outputs import Output
from services.domain.step import Stepped

WHEN = datetime(2027, 1, 5, tzinfo=UTC)
NAME = {"nhs-number", "family", "given"}
#: What comes out on each topic when the practice was asked, the person agreed to all items and the referral moved on.
BY_THE_PRACTICE: dict[str, set[str]] = {
    PROMPTS: NAME | {"practice"},
    PATIENT_INFORMATION: {"nhs-number", "practice"},
    REFERRALS: NAME | {
        "birth-date", "phone", "email", "language", "practice", "provider", "adjustment", "pain",
        "agreement-id", "asked-by", "agreement-words",
    },
    CARE_PACKAGES: NAME | {
        "practice", "service", "therapy", "provider", "pain", "other-condition", "adjustment", "effects", "worker",
    },
    feedback("gp-practice"): NAME | {"practice", "worker", "reason"},
    feedback("ips-provider"): NAME | {"provider", "adjustment", "worker"},
    feedback("job-centre"): {"nhs-number"},
    LOOKUPS: {"nhs-number"},
}  # fmt: skip
#: The same when the pain service was asked; the practice got a copy of the prompt.
BY_THE_PAIN_SERVICE: dict[str, set[str]] = {
    PROMPTS: NAME | {"service", "practice"},
    PATIENT_INFORMATION: {"nhs-number", "practice", "service"},
    REFERRALS: BY_THE_PRACTICE[REFERRALS] - {"practice"} | {"service"},
    CARE_PACKAGES: BY_THE_PRACTICE[CARE_PACKAGES],
    feedback("pain-service"): NAME | {"service", "worker", "reason"},
    feedback("gp-practice"): NAME | {"practice", "worker", "reason"},
    feedback("ips-provider"): BY_THE_PRACTICE[feedback("ips-provider")],
    feedback("job-centre"): {"nhs-number"},
    LOOKUPS: {"nhs-number"},
}
#: What the referral holds only because of an item that the person agreed to.
AGREED: dict[str, set[str]] = {
    "contact": {"phone", "email", "language"},
    "work-plan": {"adjustment"},
    "condition": {"pain"},
}


def test_every_canary_stands_in_the_events_and_in_no_other_canary():
    events = [fit_note("2026-01-05"), discharge("2026-01-06"), document("2026-01-07"), flag("2026-01-14")]
    events += [refer("task", "2026-01-08", ALL_ITEMS), update("task", "2026-01-09T09:00:00Z", "3.0")]
    events += [appointment("task", "2026-01-11"), closing("task", "2026-01-12")]
    events += [correction("2026-01-08"), therapy("2026-01-07"), introduction("2026-01-11"), flag_cleared("2026-01-06")]
    events += [signal("pds-change-of-gp-2", "2026-01-15T08:00:00Z")]
    events += [progress("task", "2026-01-11"), nomination("2026-01-05", ALL_ITEMS)]
    events += [agrees_on_the_page("task", "2026-01-08", ALL_ITEMS), recorded("2026-01-09")]
    sent = json.dumps([*events, withdrawn("2026-01-10"), objection("2026-01-11")])
    assert [name for name, canary in CANARIES.items() if canary not in sent] == []
    assert not MAY_COME_OUT.keys() & NEVER.keys()
    assert [(a, b) for a, b in permutations(CANARIES, 2) if CANARIES[a] in CANARIES[b]] == []


def test_every_event_type_is_told_in_the_journeys_of_the_canaries():
    journeys = [whole_journey(POLICY), nominated_journey(POLICY, ALL_ITEMS)]
    journeys += [brought_journey(POLICY), outspoken_journey(POLICY)]
    told_types = {event.type for telling in journeys for event, _ in telling.taken}
    assert sorted(EVENT_TYPES.keys() - told_types) == []


@pytest.mark.parametrize("first", ["practice", "pain-service"])
def test_each_topic_holds_exactly_what_the_table_says(first):
    table = BY_THE_PRACTICE if first == "practice" else BY_THE_PAIN_SERVICE
    assert told(found_in(whole_journey(POLICY, first=first).outputs, CANARIES)) == table


@pytest.mark.parametrize("items", [found for n in range(4) for found in combinations(ALL_ITEMS, n)], ids=str)
def test_the_provider_gets_what_each_agreed_item_allows_and_nothing_for_an_item_that_was_not_agreed(items):
    found = found_in(whole_journey(POLICY, items=items).outputs, CANARIES)
    missing = set().union(*(AGREED[item] for item in ALL_ITEMS if item not in items))
    assert found[REFERRALS] == BY_THE_PRACTICE[REFERRALS] - missing
    flare_up = BY_THE_PRACTICE[feedback("ips-provider")] if "work-plan" in items else set()
    assert found.get(feedback("ips-provider"), set()) == flare_up
    theirs = (REFERRALS, feedback("ips-provider"))
    assert {topic: names for topic, names in told(found).items() if topic not in theirs} == {
        topic: names for topic, names in BY_THE_PRACTICE.items() if topic not in theirs
    }, "what the provider may learn changes nothing for the others"


def test_who_is_put_forward_unasked_gives_away_no_more():
    assert told(found_in(nominated_journey(POLICY, ALL_ITEMS).outputs, CANARIES)) == {
        PATIENT_INFORMATION: {"nhs-number", "practice"},
        REFERRALS: BY_THE_PRACTICE[REFERRALS] - {"adjustment", "pain"},  # no note says any
        CARE_PACKAGES: NAME | {"practice", "provider", "worker"},
        feedback("gp-practice"): NAME | {"practice", "worker", "reason"},
    }


def test_who_is_brought_by_others_gives_away_no_more():
    outputs = brought_journey(POLICY).outputs
    assert told(found_in(outputs, CANARIES)) == {
        PROMPTS: NAME | {"practice", "service"},
        PATIENT_INFORMATION: {"nhs-number", "practice"},
        CARE_PACKAGES: NAME | {"practice", "service", "therapy"},
    }
    assert "when.introduction" in "".join(output.data.decode() for output in outputs if output.topic == DECISIONS)


def test_what_the_person_says_for_themselves_gives_away_no_more():
    outspoken = outspoken_journey(POLICY)
    assert told(found_in(outspoken.outputs, CANARIES)) == {
        PROMPTS: BY_THE_PRACTICE[PROMPTS],
        PATIENT_INFORMATION: BY_THE_PRACTICE[PATIENT_INFORMATION],
        REFERRALS: BY_THE_PRACTICE[REFERRALS],
        CARE_PACKAGES: BY_THE_PRACTICE[CARE_PACKAGES] - {"service", "therapy", "worker"},
        feedback("gp-practice"): BY_THE_PRACTICE[feedback("gp-practice")] - {"worker", "reason"},
    }
    assert outspoken.latest == (), "what comes after an objection leads to nothing"


def test_what_is_sent_again_holds_nothing_that_was_not_in_what_was_sent_first():
    outputs = silent_journeys(POLICY)
    again = [output for output in outputs if output.type in ("ips-referral-prompt-changed-1", "ips-referral-changed-1")]
    assert len(again) == 5  # reminded, sent again for want of a lead, lapsed; asked about twice
    assert told(found_in(again, CANARIES)) == {
        PROMPTS: BY_THE_PRACTICE[PROMPTS],
        REFERRALS: NAME | {"practice", "provider"},
    }


def test_the_work_plan_never_holds_free_text_of_a_note_nor_a_condition_that_was_not_agreed():
    for items in [(), ("contact", "work-plan"), ALL_ITEMS]:
        for output in whole_journey(POLICY, items=items).outputs:
            if output.topic == REFERRALS:
                assert CANARIES["effects"] not in output.data.decode()
                assert CANARIES["other-condition"] not in output.data.decode()
                assert (CANARIES["pain"] in output.data.decode()) == ("condition" in items)


def test_no_topic_for_an_employer_or_the_person_gets_anything_nor_one_for_a_job_centre_without_an_agreement():
    for first in ("practice", "pain-service"):
        topics = {output.topic for output in whole_journey(POLICY, first=first, agreed=False).outputs}
        assert not topics & {feedback("job-centre"), feedback("employer"), feedback("person")}


def test_decisions_hold_no_number_no_name_and_nothing_clinical():
    for first in ("practice", "pain-service"):
        found = found_in(whole_journey(POLICY, first=first).outputs, CANARIES)
        assert found[DECISIONS] == set()


def test_a_practice_that_was_not_asked_gets_a_copy_of_what_the_pain_service_is_told():
    outputs = whole_journey(POLICY, first="pain-service").outputs
    told_to = {
        audience: [json.loads(output.data)["payload"] for output in outputs if output.topic == feedback(audience)]
        for audience in ("pain-service", "gp-practice")
    }
    assert told_to["pain-service"] == told_to["gp-practice"] != []
    topics = {output.topic for output in whole_journey(POLICY).outputs}
    assert feedback("pain-service") not in topics, "a pain service that did not refer is told nothing"


def seen_by_the_job_centre(telling: Telling) -> list[Output]:
    """All that is published for a job centre to read."""
    return [output for output in telling.outputs if output.topic == feedback("job-centre")]


def test_a_job_centre_sees_the_same_of_someone_who_was_referred_and_of_someone_of_whom_nothing_is_known():
    referred, unknown = whole_journey(POLICY, agreed=False), Telling(POLICY)
    unknown.tell(flag("2026-01-14"))
    assert seen_by_the_job_centre(referred) == seen_by_the_job_centre(unknown)
    assert {output.topic for output in referred.outputs} != {output.topic for output in unknown.outputs}


@given(st.lists(st.tuples(flags | clearings, sure_persons), min_size=1, max_size=3), tellings(), tellings())
def test_a_job_centre_sees_the_same_of_people_who_differ_only_in_health_wish_or_answers(sent, one, other):
    views = []
    for telling in (one, other):
        fates = []
        for number, (facts, person) in enumerate(sent):
            event = Event("https://job-centre.example", f"flag-{number}", "", WHEN, WHEN, SUBJECT, facts, person)
            fates.append(isinstance(telling.take(event), Stepped))  # the technical fate of its events
        views.append((fates, seen_by_the_job_centre(telling)))
    assert views[0] == views[1]
