"""Every rule switched off in turn: each makes a difference, and no policy file switches off what keeps people safe."""

from __future__ import annotations

import pytest
from domain_builders import Walk
from rule_case import RuleCase
from rule_cases import CASES

from services.domain.policy import Policy, PolicyNotValid, parse_policy
from services.domain.rules import RULES
from services.policy_files import default_policy_text

#: They speak by deciding nothing, or by saying which note is meant.
SILENT = {"news.old", "note.named"}


def test_every_rule_has_one_case():
    assert sorted(case.rule for case in CASES) == sorted(RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_makes_its_difference(case: RuleCase, policy: Policy):
    changed = case.policy(policy)

    assert Walk(changed, *case.history).words == case.expected
    assert Walk(changed.without(case.rule), *case.history).words == case.without
    assert case.expected != case.without


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_decision_names_the_rules_that_spoke_and_the_event_that_it_rests_on(case: RuleCase, policy: Policy):
    walk = Walk(case.policy(policy), *case.history)

    named = {rule for decision in walk.decisions for rule in decision.rules}
    assert named <= set(RULES)
    assert case.rule in named | SILENT
    assert all(decision.evidence and decision.sentence for decision in walk.decisions)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.safety], ids=lambda rule: rule.name)
def test_a_policy_file_cannot_switch_off_a_safety_rule(rule):
    with pytest.raises(PolicyNotValid) as refused:
        parse_policy(_with_off(rule.name))

    assert refused.value.problems == [f"off: {rule.name} is a safety rule"]


def test_a_policy_file_can_switch_off_every_other_rule():
    other = [rule.name for rule in RULES.values() if not rule.safety]

    policy = parse_policy(_with_off(*other))

    assert not any(policy.on(name) for name in other)


def test_a_policy_file_cannot_switch_off_what_is_no_rule():
    with pytest.raises(PolicyNotValid) as refused:
        parse_policy(_with_off("evidence.hunch", "information.note"))

    assert refused.value.problems == ["off: evidence.hunch is no rule"]


def _with_off(*names: str) -> str:
    text = default_policy_text()
    assert text.count("\noff = []") == 1
    return text.replace("\noff = []", f"\noff = {list(names)!r}")
