"""The closed loop of a referral: the transition table of BSeR, and arrivals out of order.

The rows are those of the table "Harmonized State Transitions" of the BSeR
implementation guide, by its transition ids. Its row 16, 24 and 30 leave all
of "in progress", so a referral may be completed from each state in it.
"""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest
from domain_builders import WORKER, Walk, agreed, note
from support_builders import moved

from services.domain.decisions import OutOfSequence, ReferralMoved
from services.domain.history import updates
from services.domain.policy import Policy
from services.domain.referral_states import MOVES, TERMINAL, WORDS, standing

BSER = {
    "2.0": {"02": "3.0", "03": "4.0", "04": "5.2"},
    "3.0": {"05": "4.0", "06": "5.1.1", "07": "5.2", "08": "5.1.4", "09": "7.0"},
    "5.1.1": {"10": "4.0", "11": "5.1.1", "12": "5.1.2", "13": "5.1.3", "14": "5.2", "15": "5.1.4", "16": "7.0"},
    "5.1.2": {"17": "4.0", "18": "5.1.1", "19": "5.1.3", "20": "5.2", "16": "7.0"},
    "5.1.3": {"33": "4.0", "21": "5.1.1", "22": "5.2", "16": "7.0"},
    "5.1.4": {"25": "4.0", "26": "5.1.1", "27": "5.1.3", "28": "5.2", "29": "5.1.4", "30": "7.0"},
    "5.2": {"23": "6.0", "24": "7.0"},
    "4.0": {},
    "6.0": {},
    "7.0": {},
}
OURS = {("3.0", "3.0")}  # accepted again, by another worker
LEGAL = {(before, after) for before, row in BSER.items() for after in row.values()} | OURS
EVERY = [(before, after) for before in BSER for after in BSER if after != "2.0"]
#: How a referral comes to stand in each state.
PATHS = {
    "2.0": (),
    "3.0": ("3.0",),
    "4.0": ("4.0",),
    "5.1.1": ("3.0", "5.1.1"),
    "5.1.2": ("3.0", "5.1.1", "5.1.2"),
    "5.1.3": ("3.0", "5.1.1", "5.1.3"),
    "5.1.4": ("3.0", "5.1.4"),
    "5.2": ("5.2",),
    "6.0": ("5.2", "6.0"),
    "7.0": ("3.0", "7.0"),
}
REASONS = {"4.0": "no-capacity", "6.0": "asked-to"}


def _begun(policy: Policy, *statuses: str) -> Walk:
    walk = Walk(policy, note(0, days=28), agreed(1))
    for day, status in enumerate(statuses, 2):
        walk.take(moved(day, status, reason=REASONS.get(status)))
    return walk


def test_the_table_is_bsers_and_one_move_of_our_own():
    assert {(before, after) for before, row in MOVES.items() for after in row} == LEGAL
    assert {status for status, row in MOVES.items() if not row} == TERMINAL == {"4.0", "6.0", "7.0"}
    assert set(WORDS) == set(MOVES)


@pytest.mark.parametrize(("before", "after"), EVERY)
def test_a_move_is_made_if_and_only_if_the_table_has_it(before: str, after: str, policy: Policy):
    walk = _begun(policy, *PATHS[before])
    assert walk.journey.referrals[0].status == before

    words = walk.take(moved(20, after, reason=REASONS.get(after)))

    if (before, after) in LEGAL:
        assert words[0] == f"moved {after}"
        assert walk.journey.referrals[0].status == after
    else:
        assert words == ("out of sequence",)
        assert walk.journey.referrals[0].status == before
        assert WORDS[before] in walk.made(OutOfSequence)[0].sentence


def test_a_status_that_is_of_no_table_is_out_of_sequence(policy: Policy):
    walk = _begun(policy, "3.0")

    assert walk.take(moved(20, "5.x")) == ("out of sequence",)
    assert walk.take(moved(21, "5.1.1"))[0] == "moved 5.1.1"


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_what_has_ended_has_its_day_and_reason(status: str, policy: Policy):
    walk = _begun(policy, *PATHS[status])

    referral = walk.journey.referrals[0]
    assert referral.ended == walk.journey.clock
    assert referral.reason == REASONS.get(status)


def test_who_referred_learns_what_matters_to_them(policy: Policy):
    walk = _begun(policy)

    moves = ("3.0", "5.1.1", "5.1.3", "5.1.1", "5.1.2", "5.1.1", "5.1.4", "7.0")

    told = {
        status: f"feedback gp-practice {status}" in walk.take(moved(day, status, worker=WORKER))
        for day, status in enumerate(moves, 2)
    }

    assert told == {"3.0": True, "5.1.1": True, "5.1.3": False, "5.1.2": True, "5.1.4": False, "7.0": True}


def test_a_move_that_comes_too_early_is_kept_and_heals_when_the_missing_one_comes(policy: Policy):
    walk = _begun(policy)
    assert walk.take(moved(3, "5.1.1")) == ("out of sequence",)
    assert walk.journey.referrals[0].status == "2.0"
    assert _marked(walk) == ["referral-update-3"]

    words = walk.take(moved(2, "3.0", worker=WORKER, recorded=4))

    assert words == (
        "moved 3.0", "feedback gp-practice 3.0", "moved 5.1.1", "feedback gp-practice 5.1.1",
        "information appointment", "care package",
    )  # fmt: skip
    assert _marked(walk) == []
    assert (walk.journey.referrals[0].status, walk.journey.referrals[0].worker) == ("5.1.1", WORKER)


def test_a_mark_stays_when_other_moves_are_made(policy: Policy):
    walk = _begun(policy)
    walk.take(moved(3, "5.1.1"))

    assert walk.take(moved(4, "4.0", reason="no-capacity"))[0] == "moved 4.0"
    assert _marked(walk) == ["referral-update-3"]


def test_a_chain_heals_as_far_as_it_has_no_gap(policy: Policy):
    walk = _begun(policy)
    walk.take(moved(5, "6.0", reason="asked-to"))
    walk.take(moved(3, "5.1.1", recorded=6))
    assert _marked(walk) == ["referral-update-3", "referral-update-5"]

    assert walk.take(moved(2, "3.0", recorded=7))[-4:-2] == ("moved 5.1.1", "feedback gp-practice 5.1.1")
    assert _marked(walk) == ["referral-update-5"]

    assert "moved 6.0" in walk.take(moved(4, "5.2", recorded=8))
    assert walk.journey.referrals[0].status == "6.0"
    assert _marked(walk) == []


@pytest.mark.parametrize("path", [PATHS["5.1.2"], PATHS["7.0"], PATHS["6.0"]], ids=str)
def test_any_order_of_arrival_ends_in_the_same_state_and_each_move_is_told_once(path, policy: Policy):
    for order in permutations(enumerate(path, 2)):
        walk = _begun(policy)
        for place, (day, status) in enumerate(order):
            walk.take(moved(day, status, reason=REASONS.get(status), recorded=10 + place))

        assert walk.journey.referrals[0].status == path[-1]
        assert sorted(move.status for move in walk.made(ReferralMoved)) == sorted(path)
        assert not _marked(walk)


def test_news_that_is_overtaken_is_recorded_and_told_to_nobody(policy: Policy):
    walk = _begun(policy, "3.0")
    walk.take(moved(10, "7.0"))

    assert walk.take(moved(5, "5.1.1", recorded=11)) == ("moved 5.1.1", "care package")
    assert walk.journey.referrals[0].status == "7.0"
    assert walk.journey.referrals[0].ended is not None


def test_a_move_is_legal_in_the_order_of_facts_not_of_arrival(policy: Policy):
    """A decline that happened before the acceptance is what counts, though it came after it."""
    walk = _begun(policy)
    walk.take(moved(3, "3.0"))

    walk.take(moved(2, "4.0", reason="no-capacity", recorded=4))

    assert walk.journey.referrals[0].status == "4.0"
    assert _marked(walk) == ["referral-update-3"]


def test_the_paths_of_these_tests_follow_the_table():
    for path in PATHS.values():
        assert set(pairwise(("2.0", *path))) <= LEGAL


def _marked(walk: Walk) -> list[str]:
    return [found.id for found in standing(updates(walk.journey, walk.referral)).out_of_sequence]
