"""The generated histories of the outputs hold every kind of fact: what they leave out, no property looks at."""

from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from inbound_examples import examples
from outbound_histories import tellings

from schemas.events import facts_of
from schemas.facts import Facts, WaitDue

#: Facts that Fitpath makes itself; all others come from publishers.
OUR_OWN = {WaitDue}
#: To find one history is enough; the smallest is not needed.
reaching = settings(
    derandomize=True, max_examples=1000, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_every_fact_but_our_own_is_read_from_a_valid_example():
    read = {type(facts_of(found.event["type"], found.read().payload)[1]) for found in examples("valid")}
    assert set(get_args(Facts)) - read == OUR_OWN
    assert read <= set(get_args(Facts))


@pytest.mark.parametrize("kind", get_args(Facts), ids=lambda kind: kind.__name__)
def test_the_histories_hold_every_fact_of_a_publisher_and_our_own(kind):
    telling = find(
        tellings(), lambda found: any(isinstance(event.facts, kind) for event, _ in found.taken), settings=reaching
    )
    assert telling.outputs
