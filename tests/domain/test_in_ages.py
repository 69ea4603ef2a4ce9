"""From the provider's lower age to state pension age; what is not known is no reason to hold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from domain_builders import ASKED, DAY_0, Walk, note, on, person
from msgspec.structs import replace

from services.domain.policy import Policy
from services.domain.rules.person import pension_day


def _asked(policy: Policy, born: date | None) -> str:
    return Walk(policy, note(0, days=28, person=person(born))).words[0]


@pytest.mark.parametrize(
    ("born", "reached"),
    [
        (date(1955, 10, 6), date(2021, 10, 6)),
        (date(1960, 4, 5), date(2026, 4, 5)),
        (date(1960, 4, 6), date(2026, 5, 6)),
        (date(1960, 7, 31), date(2026, 11, 30)),  # the three that the official timetable explains
        (date(1960, 12, 31), date(2027, 9, 30)),
        (date(1961, 1, 31), date(2027, 11, 30)),
        (date(1961, 3, 5), date(2028, 2, 5)),
        (date(1961, 3, 6), date(2028, 3, 6)),
        (date(1977, 4, 5), date(2044, 4, 5)),
        (date(1980, 2, 29), date(2048, 2, 29)),
    ],
)
def test_state_pension_age_goes_by_a_table_of_birth_dates(born: date, reached: date, policy: Policy):
    assert pension_day(born, policy) == reached


def test_whoever_reaches_state_pension_age_today_is_not_asked_about(policy: Policy):
    reached_today = date(1960, 1, 5)
    assert pension_day(reached_today, policy) == DAY_0

    assert _asked(policy, reached_today) == "held age"
    assert _asked(policy, reached_today + timedelta(days=1)) == ASKED


def test_the_lower_age_is_the_providers(policy: Policy):
    eighteen_today = date(2008, 1, 5)
    assert _asked(policy, eighteen_today) == ASKED
    assert _asked(policy, eighteen_today + timedelta(days=1)) == "held age"

    from_16 = replace(policy, provider=replace(policy.provider, age_from=16))
    assert _asked(from_16, date(2010, 1, 5)) == ASKED


def test_an_age_that_is_not_known_is_no_reason_and_the_prompt_says_so(policy: Policy):
    walk = Walk(policy, note(0, days=28, person=person(None)))

    assert walk.words[0] == ASKED
    assert "age" in walk.journey.prompts[0].unknown


def test_who_comes_of_age_is_asked_about_by_the_next_event(policy: Policy):
    nearly = person(on(10).replace(year=on(10).year - 18))
    walk = Walk(policy, note(0, days=28, person=nearly))
    assert walk.journey.hold == "age"

    assert walk.take(note(10, person=nearly))[0] == ASKED
