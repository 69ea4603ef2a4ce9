"""An objection while the journey is frozen: it counts from when it came, and is decided on when the answer is there."""

from __future__ import annotations

from domain_builders import Walk, agreed, answered, discharge, looked_up, note, signal
from own_builders import objected

from schemas.facts import PainDischarge
from services.domain.policy import Policy
from services.domain.step import Stepped, step
from services.domain.stopping import UnderWay, stopped, under_way

LONG = note(0, days=28)


def test_an_objection_that_was_put_off_stops_what_was_put_off_before_it(policy: Policy):
    """The answer brings both in their turn, and every output of it can be made."""
    for begun in ((signal(0, "death"), note(1, days=28)), (LONG, answered(1, "invite"), signal(2, "death"), agreed(3))):
        walk = Walk(policy, *begun, objected(4))
        answer_of_the_register = looked_up(5)(walk)
        stepped = step(walk.journey, answer_of_the_register, policy)
        assert isinstance(stepped, Stepped)
        found = stopped(stepped.journey)
        assert found is not None
        assert found.reason == "objection"
        assert under_way(stepped.journey) == UnderWay()


def test_an_objection_counts_from_when_it_came_also_while_frozen(policy: Policy):
    walk = Walk(policy, LONG, signal(1, "death"), objected(2))
    before = walk.journey.facts
    assert walk.take(discharge(3)) == ()
    assert walk.take(signal(4, "practice")) == ()
    assert walk.journey.facts == before
    walk.take(looked_up(5))
    assert stopped(walk.journey) is not None
    walk.take(objected(6, taken_back=True))
    assert stopped(walk.journey) is None
    assert not any(isinstance(fact.facts, PainDischarge) for fact in walk.journey.facts)


def test_an_objection_that_is_taken_back_before_the_answer_discards_nothing_more(policy: Policy):
    walk = Walk(policy, signal(1, "death"), objected(2), objected(3, taken_back=True, id="taken-back"))
    assert walk.take(note(4, days=28)) == ("put off",)
