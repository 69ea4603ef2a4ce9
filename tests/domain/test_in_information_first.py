"""Information goes out with the invitation and the referral, and with every note."""

from __future__ import annotations

from domain_builders import ANKLE_SPRAIN, PRACTICE, Walk, agreed, answered, discharge, flag, note, wish

from services.domain.decisions import InformationDue
from services.domain.policy import Policy


def test_every_note_brings_one_page_whether_or_not_help_is_offered(policy: Policy):
    walk = Walk(policy, note(0, codes=(ANKLE_SPRAIN,)), note(1, days=28), note(2), note(3, codes=()))

    assert [due.purpose for due in walk.journey.information] == ["note"] * 4
    assert len({due.id for due in walk.journey.information}) == 4


def test_a_person_who_does_not_want_help_still_gets_the_page_of_a_note(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(1, "person-declined", wish=wish("does-not-want")), note(30))

    assert walk.words == ("held does-not-want", "information note", "care package")


def test_a_discharge_or_a_flag_brings_no_page(policy: Policy):
    assert not Walk(policy, discharge(0), flag(1)).journey.information


def test_the_page_goes_out_with_the_invitation(policy: Policy):
    walk = Walk(policy, note(0, days=28), answered(1, "invite"))

    due = walk.made(InformationDue)[-1]
    assert (due.purpose, due.about, due.sender) == ("invitation", walk.prompt, PRACTICE)
    assert due.template == policy.templates.version


def test_the_page_goes_out_with_the_referral_before_any_appointment(policy: Policy):
    walk = Walk(policy, note(0, days=28), agreed(1))

    due = walk.made(InformationDue)[-1]
    assert (due.purpose, due.about, due.sender) == ("referral", walk.referral, PRACTICE)
    assert walk.words.index("referred") < walk.words.index("information referral")


def test_a_note_that_names_no_issuer_has_a_page_without_a_sender(policy: Policy):
    assert Walk(policy, note(0, issuer=None)).made(InformationDue)[0].sender is None
