"""The funnel from first evidence to sustained work: what a journey has reached, and how many are told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from domain_builders import ANKLE_SPRAIN, Walk, agreed, answered, due, nominated, note, on, wish
from own_builders import person_said
from support_builders import moved, progressed

from services.domain.policy import Policy
from services.outcomes.count import Outcomes, count, told
from services.outcomes.milestones import STAGES, Asked, Milestones, milestones
from services.outcomes.tables import as_csv, as_page


def of(policy: Policy, *steps: object) -> Milestones:
    found = milestones(Walk(policy, *steps).journey, policy)  # type: ignore[arg-type]
    assert found is not None
    return found


def everything(policy: Policy) -> Milestones:
    return of(
        policy, note(0, days=30), answered(2, "invite"), agreed(5, wish=wish("keen")), moved(8, "3.0"),
        progressed(12, "first-contact"), progressed(20, "vocational-profile-started"), progressed(60, "job-started"),
        progressed(160, "in-work-13-weeks"),
    )  # fmt: skip


def test_a_whole_way_has_a_day_for_each_stage_in_its_order(policy: Policy):
    found = everything(policy)
    assert list(found.reached) == list(STAGES)
    assert [(day - on(0)).days for day in found.reached.values()] == [0, 0, 2, 2, 5, 5, 8, 12, 20, 60, 160]
    assert (found.source, found.track, found.organisation) == ("fit-note", "keep-work", "Y99901")
    assert found.asked == (Asked("Y99901", "refer"),)
    assert found.wish == wish("keen")


def test_who_shows_no_pain_and_was_not_asked_is_not_in_it(policy: Policy):
    assert milestones(Walk(policy, note(0, codes=(ANKLE_SPRAIN,))).journey, policy) is None


def test_a_prompt_that_lapsed_was_asked_and_not_answered(policy: Policy):
    found = of(policy, note(0, days=30), due(28, "lapse"))
    assert found.asked == (Asked("Y99901", None),)
    assert "answer" not in found.reached


def test_a_nomination_counts_as_asked_and_answered(policy: Policy):
    assert list(of(policy, nominated(0)).reached) == ["evidence", "prompt", "answer", "invitation"]


def later(one: Milestones, days: int) -> Milestones:
    return Milestones(
        {stage: day + timedelta(days=days if stage != "evidence" else 0) for stage, day in one.reached.items()},
        one.source, one.track, one.organisation, one.asked, one.wish,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("people", "is_told"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (1_000, 1_000)]
)
def test_small_numbers_are_not_told_and_others_are_rounded(people: int, is_told: int | None):
    assert told(people, exact=False) == is_told
    assert told(people, exact=True) == people


def test_nothing_that_is_derived_from_few_is_told(policy: Policy):
    one = everything(policy)
    few, exact = count([one] * 7), count([one] * 7, exact=True)
    assert {reached.people for funnel in few.funnels for reached in funnel.stages} == {None}
    assert {reached.days for funnel in few.funnels for reached in funnel.stages} == {None}
    assert (few.days_to_prompt, few.organisations[0].useful, few.wishes[0].people) == (None, None, None)
    assert (exact.days_to_prompt, exact.organisations[0].useful, exact.wishes[0].people) == (0, 1.0, 7)


def test_groups_are_all_sources_organisations_and_tracks_with_medians_between(policy: Policy):
    one = everything(policy)
    found = count([later(one, days) for days in range(20)] + [of(policy, note(0, days=30))])
    assert [(funnel.by, funnel.group) for funnel in found.funnels] == [
        ("all", "all"), ("organisation", "Y99901"), ("source", "fit-note"), ("track", "keep-work")
    ]  # fmt: skip
    stages = {reached.stage: reached for reached in found.funnels[0].stages}
    assert found.days_to_prompt == stages["prompt"].days == 9  # of 0 to 19, and one more 0
    assert (stages["evidence"].people, stages["answer"].people) == (20, 20)
    assert stages["13-weeks"].days == 100
    assert found.organisations[0].useful == 1.0


def written(found: Outcomes) -> str:
    return as_page(found) + as_csv(found)


def test_page_and_csv_say_what_is_not_told(policy: Policy):
    shown = written(count([everything(policy)] * 3))
    assert "1 to 7" in shown
    assert ",3," not in shown
    assert ">3<" not in shown
    assert ">3<" in written(count([everything(policy)] * 3, exact=True))
    assert "730 days" in written(count([]))


def test_a_share_does_not_tell_the_few_that_a_count_keeps_back(policy: Policy):
    """One of twelve: the prompts may be told, not for whom they helped, nor what is left by taking it off."""
    one = everything(policy)
    no = of(policy, note(0, days=30), answered(2, "not-now"))
    for few in ([one] + [no] * 11, [one] * 11 + [no]):
        [organisation] = count(few).organisations
        assert (organisation.prompts, organisation.answers, organisation.useful) == (10, 10, None)
        assert count(few, exact=True).organisations[0].useful is not None
    assert count([one] * 10 + [no] * 10).organisations[0].useful == 0.5


def test_the_persons_own_answer_is_their_wish(policy: Policy):
    found = of(policy, note(0, days=30), answered(1, "invite", wish=wish("keen")), person_said(3, "does-not-want"))
    assert found.wish == wish("does-not-want")
    assert of(policy, note(0, days=30), person_said(1, "call-me")).wish is None
