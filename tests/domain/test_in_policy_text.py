"""A policy file is read strictly, and told all that is wrong with it at once."""

from __future__ import annotations

import re

import pytest

from services.domain.policy import (
    Policy,
    PolicyNotValid,
    parse_policy,
    policy_from_json,
    policy_hash,
    policy_json,
)
from services.domain.rules import RULES, Rule
from services.policy_files import default_policy_text


def _problems(text: str) -> list[str]:
    with pytest.raises(PolicyNotValid) as refused:
        parse_policy(text)
    assert str(refused.value) == "; ".join(refused.value.problems)
    return refused.value.problems


def _changed(*changes: tuple[str, str]) -> str:
    text = default_policy_text()
    for old, new in changes:
        text, count = re.subn(rf"(?m)^{re.escape(old)}.*$", lambda _, new=new: new, text, count=1)
        assert count == 1, old
    return text


def test_the_default_policy_switches_nothing_off(policy: Policy):
    assert policy.off == ()
    assert policy == parse_policy(default_policy_text())


def test_what_is_no_toml_is_told_so():
    assert _problems("name = ")[0].startswith("not TOML: ")


def test_every_section_that_is_missing_or_not_known_is_told():
    assert set(_problems('name = "n"\nversoin = "1"\n[spells]\ngap_days = 1')) >= {
        "versoin: not known", "spells: not known", "version: missing", "spell: missing", "disclosure: missing"
    }  # fmt: skip


def test_all_sections_that_cannot_be_read_are_told_at_once():
    problems = _problems(
        _changed(("gap_days", 'gap_days = "14"'), ("lapse_days", "lapse_day = 28"), ("age_from", "age_from = 17.5"))
    )

    assert [problem.split(":")[0] for problem in problems] == ["spell", "prompt", "provider"]
    assert "`$.gap_days`" in problems[0]
    assert "`lapse_day`" in problems[1]


def test_all_that_can_be_read_and_may_not_be_is_told_at_once():
    problems = _problems(
        _changed(
            ("off = []", 'off = ["wish.does-not-want", "a.hunch"]'),
            ("icd11_prefixes", 'icd11_prefixes = [""]'),
            ("not_now_days", "not_now_days = -1"),
            ("lapses_that_mute", "lapses_that_mute = 0"),
            ("born_before = 1960-05-06", "born_before = 1950-01-01"),
            ("job-centre = [", 'job-centre = ["condition", "job-started"]'),
            ("note = ", 'note = "Dear {name}"'),
        )
    )

    assert problems == [
        "off: a.hunch is no rule",
        "off: wish.does-not-want is a safety rule",
        "disclosure: job-centre may never get condition",
        "pension_age: rows must be there and go up",
        "evidence: an empty prefix would make every ICD-11 code chronic pain",
        "templates.note: only {provider} can be filled in",
        "again: lapses_that_mute is at least 1",
        "again: a number is below zero or above 36500",
    ]


@pytest.mark.parametrize("words", ["{", "}", "{}", "{0}", "{provider.name}", "{provider!r}", "{provider:{width}}"])
def test_a_template_that_could_not_be_filled_in_is_refused(words: str):
    assert _problems(_changed(("unsure = ", f'unsure = "{words}"'))) == [
        "templates.unsure: only {provider} can be filled in"
    ]


@pytest.mark.parametrize("words", ["No name at all.", "{provider}", "{{braces}} of {provider}"])
def test_a_template_that_can_be_filled_in_is_taken(words: str):
    found = parse_policy(_changed(("unsure = ", f'unsure = "{words}"')))

    assert found.templates.unsure.format(provider="Example") == words.format(provider="Example")


@pytest.mark.parametrize("number", [-1, 36_501])
@pytest.mark.parametrize(
    "name",
    ["recurring_months", "gap_days", "long_days", "days", "lapse_days", "lapsed_days", "referral_ended_days",
     "too-unwell", "age_from", "months"],
)  # fmt: skip
def test_a_number_that_leaves_the_calendar_is_refused(name: str, number: int):
    problems = _problems(_changed((name, f"{name} = {number}")))

    assert any(re.fullmatch(r"\w+: a number is below zero or above 36500", problem) for problem in problems)


def test_an_audience_that_nobody_knows_is_refused():
    assert _problems(_changed(("employer = []", "landlord = []")))[0].startswith("disclosure: ")


def test_a_policy_is_the_same_after_it_was_kept(policy: Policy):
    kept = policy_from_json(policy_json(policy))

    assert kept == policy
    assert policy_hash(kept) == policy_hash(policy)


def test_every_change_is_another_policy(policy: Policy):
    changed = parse_policy(_changed(("gap_days", "gap_days = 15")))

    assert policy_hash(changed) != policy_hash(policy)
    assert policy_hash(policy.without("information.note")) != policy_hash(policy)


def test_a_kept_policy_that_this_program_does_not_know_all_of_is_refused(policy: Policy):
    newer = policy_json(policy)[:-1] + b',"capacity":{}}'

    with pytest.raises(PolicyNotValid):
        policy_from_json(newer)


def test_a_policy_of_an_earlier_edition_means_what_it_meant(policy: Policy, monkeypatch: pytest.MonkeyPatch):
    later = RULES | {"later.rule": Rule("later.rule", "a rule that edition 2 brought", "study", since=2)}
    monkeypatch.setattr("services.domain.policy.RULES", later)
    before = parse_policy(_changed(("edition = 2", "")))

    assert (before.edition, policy.edition) == (1, 2)
    assert not before.on("later.rule")
    assert policy.on("later.rule")
    assert not policy.without("later.rule").on("later.rule")
    assert b"edition" not in policy_json(before)  # its hash is the one that it had


def test_a_policy_of_an_edition_to_come_is_refused():
    assert _problems(_changed(("edition = 2", "edition = 3"))) == ["edition: this Fitpath knows 1 to 2"]
