"""Out of work, in work or not known, and the track that follows."""

from __future__ import annotations

from itertools import permutations

from domain_builders import PAIN_SERVICE, Walk, cleared, discharge, flag, note, person

from services.domain.decisions import Prompted
from services.domain.policy import Policy
from services.domain.rules.work import situation


def test_a_flag_that_the_person_agreed_to_says_out_of_work(policy: Policy):
    walk = Walk(policy, flag(0), note(1))

    prompted = walk.made(Prompted)[0]
    assert (prompted.work, prompted.track) == ("out-of-work", "find-work")
    assert {"work.job-centre-flag", "when.find-work"} <= set(prompted.rules)


def test_a_flag_that_the_person_did_not_agree_to_says_nothing(policy: Policy):
    walk = Walk(policy, note(0), flag(1, known_and_agreed=False))
    assert walk.words == ()  # no prompt, no hold, and no part of the care package

    assert walk.take(note(40))[0] == "information note"
    assert not walk.journey.prompts


def test_a_prompt_never_rests_on_a_flag_that_the_person_did_not_agree_to(policy: Policy):
    """Even where all else is there: somebody who reads the prompt would learn of the flag."""
    secret = flag(1, known_and_agreed=False)

    assert Walk(policy, note(0, days=28, backfill=True), secret).words == ()
    assert Walk(policy, note(0, days=28, backfill=True), flag(1)).words[0].endswith("to find-work")


def test_a_stated_work_situation_counts_wherever_it_stands(policy: Policy):
    assert Walk(policy, note(0, work="out-of-work")).words[0].endswith("to find-work")
    assert Walk(policy, note(0, days=28, work="in-work")).words[0].endswith("to keep-work")
    assert Walk(policy, discharge(0, work="out-of-work")).words[0] == (
        f"prompted pain-service {PAIN_SERVICE.ods} to find-work"
    )


def test_the_latest_word_counts_not_the_latest_arrival(policy: Policy):
    back_at_work = note(5, work="in-work")
    late_flag = flag(2, recorded=6)

    walk = Walk(policy, back_at_work, late_flag, note(7, days=28, codes=()))

    assert walk.made(Prompted)[0].work == "in-work"


def test_someone_in_work_is_not_asked_about_a_short_first_note(policy: Policy):
    assert Walk(policy, note(0, days=27, work="in-work")).words[0] == "held waiting-for-spell"


def test_what_is_not_known_goes_by_keep_works_waits_and_the_prompt_says_so(policy: Policy):
    walk = Walk(policy, note(0))
    assert walk.journey.hold == "waiting-for-spell"

    walk.take(note(7, days=28))
    prompted = walk.made(Prompted)[0]

    assert (prompted.work, prompted.track, prompted.unknown) == (None, "keep-work", ("work situation",))
    assert prompted.sentence.endswith("It is voluntary. Not known, please check: work situation.")


def test_what_is_known_needs_no_check(policy: Policy):
    prompted = Walk(policy, note(0, days=28, work="in-work")).made(Prompted)[0]

    assert prompted.unknown == ()
    assert prompted.sentence.endswith("It is voluntary.")


def test_an_identity_that_nobody_states_is_checked_too(policy: Policy):
    prompted = Walk(policy, note(0, days=28, person=person(None, "not-stated"))).made(Prompted)[0]

    assert prompted.unknown == ("work situation", "age", "identity")


def test_a_cleared_flag_says_nothing_any_more_and_what_else_is_known_counts(policy: Policy):
    told = (note(0, work="in-work", backfill=True), flag(1, backfill=True), cleared(2))
    assert Walk(policy, *told).words == ()  # a job centre's word is no part of the care package, nor is taking it back

    prompted = Walk(policy, *told, note(3, days=28)).made(Prompted)[0]
    assert (prompted.work, prompted.track) == ("in-work", "keep-work")
    assert {"work.flag-cleared", "work.stated"} <= set(prompted.rules)


def test_any_order_of_arrival_ends_in_the_same_work_situation(policy: Policy):
    for order in permutations([flag(0, recorded=2), cleared(1, recorded=2), note(0, codes=(), recorded=2)]):
        assert situation(Walk(policy, *order).journey, policy).work is None


def test_a_flag_after_a_cleared_one_holds(policy: Policy):
    assert Walk(policy, flag(0), cleared(1), flag(2), note(3)).words[0].endswith("to find-work")


def test_one_job_centre_does_not_take_back_the_word_of_another(policy: Policy):
    elsewhere = cleared(1, source="urn:example:another")

    walk = Walk(policy, flag(0), elsewhere)
    assert walk.words == ("out of sequence",)
    assert walk.take(note(2))[0].endswith("to find-work")


def test_a_cleared_flag_that_never_was_one_is_kept_and_marked(policy: Policy):
    walk = Walk(policy, cleared(5))
    assert walk.words == ("out of sequence",)
    assert len(walk.journey.facts) == 1

    walk.take(flag(1, recorded=6))  # it comes late, and was cleared before
    assert situation(walk.journey, policy).work is None


def test_a_cleared_flag_holds_nobody_as_on_a_programme(policy: Policy):
    on_programme = flag(0, programme="example-programme")
    assert Walk(policy, on_programme, note(1, days=28)).journey.hold == "on-another-programme"

    assert Walk(policy, on_programme, cleared(1), note(2, days=28)).words[0].endswith("to keep-work")


def test_an_open_prompt_stays_when_the_flag_is_cleared(policy: Policy):
    walk = Walk(policy, flag(0), note(1), cleared(2))

    assert walk.words == ()
    assert walk.journey.prompts[0].answer is None
