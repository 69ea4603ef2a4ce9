"""What a page says of an event type is what the code that reads it says: each rule that is broken is named back."""

import json

import pytest
from described_pages import table

from schemas.events import EVENT_TYPES, facts_of
from schemas.failures import Refused
from schemas.fhir.message import read_message
from services.describe.examples import Example, valid_examples
from services.describe.findings import findings
from services.describe.operations import EVENT_REFUSALS
from services.describe.rules import Rule, facts_of_type, rules_of


def emptied(data: dict, rule: Rule) -> dict:
    """A payload whose resource of the rule's kind says nothing but its kind and, of a Consent, that it stands.

    A rule of no element is about what must stand beside: then it stands alone.
    """
    whole = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": data}]}
    bundle = json.loads(json.dumps(data if data["resourceType"] == "Bundle" else whole))
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == rule.of:
            stands = {"status": "active"} if rule.of == "Consent" else {}
            entry["resource"] = {"resourceType": rule.of, **stands}
    if not rule.place:
        bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == rule.of]
    return bundle


def holding(name: str, kind: str) -> Example:
    """A valid example of a type with a resource of a kind."""
    return next(example for example in valid_examples(name) if f'"resourceType": "{kind}"' in example.body.decode())


RULES = [(name, rule) for name in EVENT_TYPES for rule in rules_of(name)]


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{name} {rule.of}.{rule.place}" for name, rule in RULES])
def test_a_message_that_breaks_a_rule_of_the_page_is_refused_with_the_words_of_the_page(name, rule):
    event = holding(name, rule.of).event()
    body = json.dumps(emptied(event["data"], rule)).encode()
    with pytest.raises(Refused) as refused:
        read_message(name, event["datacontenttype"], body, event.get("subject"))
    told = [
        (problem.code, str(problem.expression).partition(".resource.")[2], problem.detail)
        for problem in refused.value.problems
    ]
    assert ("focus-not-usable", rule.place, rule.words) in told


def test_every_type_has_rules_for_each_kind_of_its_focus():
    for name, row in EVENT_TYPES.items():
        assert {rule.of for rule in rules_of(name)} - {"Consent"} == set(row.focus)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_page_lists_the_rules_the_facts_and_the_refusals(name):
    path = f"/docs/events/{name}"
    rules = table(path, "Elements without which")
    assert [row[1:] for row in rules] == [[rule.place, rule.words] for rule in rules_of(name)]
    assert [tuple(row) for row in table(path, "Facts")] == facts_of_type(name)
    assert {row[0] for row in table(path, "Failure codes")} == EVENT_REFUSALS


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_facts_of_the_page_are_the_facts_that_the_valid_examples_give(name):
    listed = {fact for fact, _ in facts_of_type(name)}
    for found in findings(name):
        if found.example.kind == "valid":
            event = found.example.event()
            message = read_message(
                name, event["datacontenttype"], json.dumps(event["data"]).encode(), event.get("subject")
            )
            assert {field.replace("_", " ") for field in facts_of(name, message.payload)[1].__struct_fields__} == listed
            assert {field.replace("_", " ") for field in json.loads(found.facts)} - {"fact"} <= listed
