"""Waits: what begins to wait, with a moment that is fixed then, and what a moment that has come leads to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from domain_builders import PRACTICE, SUBJECT, WORKER, Walk, agreed, answered, at, due, note
from msgspec.structs import replace
from support_builders import moved, progressed

from services.domain.decisions import Chased, Escalated, Held, Invited, Lapsed, Prompted, Reminded, WaitOvertaken
from services.domain.journey import Journey
from services.domain.policy import Lead
from services.domain.step import Stepped, step
from services.domain.working_days import after_working_days


def waits(policy, *events):
    """What the last of these events leaves waiting: (step, due, until) in order."""
    walk = Walk(policy)
    stepped = None
    for taken in events:
        found = taken if not callable(taken) else taken(walk)
        stepped = step(walk.journey, found, policy)
        assert isinstance(stepped, Stepped)
        walk.take(found)
    return [(wait.step, wait.due, wait.until) for wait in stepped.waits]


def test_a_prompt_waits_for_its_reminder_its_escalation_and_its_lapse(policy):
    assert waits(policy, note(0, days=28)) == [
        ("remind", at(7), at(14)),
        ("escalate", at(14), at(28)),
        ("lapse", at(28), None),
    ]


def test_an_invitation_waits_for_the_person_from_the_day_it_was_made(policy):
    assert waits(policy, note(0, days=28), answered(5, "invite")) == [("lapse", at(33), None)]


def test_a_referral_waits_in_working_days(policy):
    # at(1) is Tuesday 6 January 2026
    assert waits(policy, note(0, days=28), agreed(1)) == [
        ("accept", at(8), at(15)),
        ("first-contact", at(15), None),
    ]


def test_an_absence_without_a_stated_end_is_looked_at_after_four_weeks(policy):
    assert waits(policy, note(0, days=None)) == [("spell", datetime(2026, 2, 2, tzinfo=UTC), None)]


def test_an_absence_that_states_a_short_end_waits_for_nothing(policy):
    assert waits(policy, note(0, days=7)) == []


def test_a_wait_that_began_before_is_the_same_wait(policy):
    first = step(Journey(subject=SUBJECT), note(0, days=None), policy)
    again = step(first.journey, note(3, days=None, codes=(), start=date(2026, 1, 5)), policy)
    assert {wait.id for wait in again.waits} <= {wait.id for wait in first.waits}


def test_without_a_named_lead_the_same_organisation_is_reminded_once_more(policy):
    walk = Walk(policy, note(0, days=28), due(14, "escalate"))
    assert walk.words == ("reminded",)
    assert "no lead is named" in walk.made(Reminded)[0].sentence


def test_an_escalated_prompt_belongs_to_the_lead_and_the_lead_can_answer_it(policy):
    led = replace(policy, leads={PRACTICE.ods: Lead("Practice lead", "Y99909")})
    walk = Walk(led, note(0, days=28), due(14, "escalate"), answered(15, "not-now"))
    assert walk.made(Escalated)[0].lead.ods == "Y99909"
    assert walk.journey.prompts[0].lead.ods == "Y99909"
    assert walk.journey.prompts[0].answer == "not-now"


@pytest.mark.parametrize("name", ["remind", "escalate", "lapse"])
def test_what_was_answered_meanwhile_is_overtaken(policy, name):
    walk = Walk(policy, note(0, days=28), answered(3, "not-now"), due(28, name))
    assert walk.words == ("overtaken",)
    assert walk.journey.prompts[0].answer == "not-now"


def test_a_step_whose_successor_is_due_already_is_overtaken_by_it(policy):
    """After a week of downtime nobody gets a reminder and an escalation in one minute."""
    walk = Walk(policy, note(0, days=28), due(15, "remind", until=at(14)))
    assert walk.words == ("overtaken",)


def test_a_lapse_waits_for_an_invitation_that_was_made_in_time(policy):
    walk = Walk(policy, note(0, days=28), answered(20, "invite"), due(28, "lapse"))
    assert walk.words == ("overtaken",)
    assert walk.take(due(48, "lapse")) == ("lapsed", "care package")
    assert "The person did not answer" in walk.made(Lapsed)[0].sentence


def test_after_a_lapse_new_evidence_and_time_bring_a_new_prompt(policy):
    walk = Walk(policy, note(0, days=28), due(28, "lapse"), note(150, days=28))
    assert len(walk.made(Prompted)) == 2


def test_a_referral_that_was_accepted_is_not_chased_to_accept(policy):
    walk = Walk(policy, note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER), due(8, "accept"))
    assert walk.words == ("overtaken",)


def test_a_referral_with_a_first_appointment_is_not_chased_for_contact(policy):
    walk = Walk(
        policy, note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER), moved(3, "5.1.1"), due(15, "first-contact")
    )
    assert walk.words == ("overtaken",)
    assert walk.made(Chased) == []


def test_a_referral_whose_provider_told_of_a_first_contact_is_not_chased_for_it(policy):
    walk = Walk(policy, note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER), progressed(4, "first-contact"))
    assert walk.take(due(15, "first-contact")) == ("overtaken",)


def test_an_open_absence_that_got_an_end_meanwhile_prompts_nobody(policy):
    walk = Walk(policy, note(0, days=None), note(2, days=5, start=date(2026, 1, 7), codes=()), due(28, "spell"))
    assert walk.made(WaitOvertaken) or walk.made(Prompted)


def test_an_open_absence_holds_first_and_prompts_when_it_has_lasted(policy):
    walk = Walk(policy, note(0, days=None))
    assert walk.made(Held)[0].reason == "waiting-for-spell"
    walk.take(due(28, "spell"))
    assert walk.made(Prompted)[0].evidence[0].source == "urn:example:publisher"


def test_a_due_event_is_no_fact_about_the_person(policy):
    walk = Walk(policy, note(0, days=28))
    before = walk.journey.facts
    walk.take(due(7, "remind"))
    assert walk.journey.facts == before
    assert walk.journey.clock == at(7)


def test_an_invitation_is_made_once_whatever_is_due(policy):
    walk = Walk(policy, note(0, days=28), answered(1, "invite"), due(7, "remind"), due(14, "escalate"))
    assert len(walk.made(Invited)) == 1
    assert len(walk.made(WaitOvertaken)) == 2


def test_the_calendar_knows_englands_bank_holidays(policy):
    years = range(2024, 2032)
    known = holidays.country_holidays("GB", subdiv="ENG", years=years)
    assert set(policy.calendar.bank_holidays) == set(known)


def test_working_days_leave_out_weekends_and_bank_holidays(policy):
    # Thursday 24 December 2026; Christmas, its substitute day and a weekend follow
    eve = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert after_working_days(eve, 1, policy.calendar) == datetime(2026, 12, 29, 9, tzinfo=UTC)
    assert after_working_days(eve, 5, policy.calendar) == datetime(2027, 1, 5, 9, tzinfo=UTC)
    assert after_working_days(eve, 0, policy.calendar) == eve


def test_a_wait_keeps_its_length_when_the_policy_changes(policy):
    walk = Walk(policy, note(0, days=28))
    walk.policy = replace(policy, prompt=replace(policy.prompt, lapse_days=90))
    assert walk.take(due(28, "lapse")) == ("lapsed", "care package")
    assert walk.journey.prompts[0].lapses == at(0) + timedelta(days=28)
