"""What takes something back is sent to whom has it, and to nobody else."""

from __future__ import annotations

import pytest
from domain_builders import agreed, answered, due, note, wish
from test_in_overtaking import CHANGED, CHASED, INFORMED, PROMPTED, REFERRED, Sent

from schemas.outputs import OUTPUT_TYPES, read_output
from services.domain import told_things
from services.domain.outputs import Output
from services.domain.overtaking import Recalled, Send
from services.domain.policy import Policy
from services.domain.taking_back import taking_back

LAPSED = (note(0, days=28), due(7, "remind"), due(28, "lapse"))


def takes_back(output: Output) -> str | None:
    return told_things.takes_back(read_output(output.type, output.data))


def things(output: Output) -> frozenset[str]:
    return told_things.things(read_output(output.type, output.data))


def prompt_and_changes(policy: Policy):
    walk = Sent(policy, *LAPSED)
    (prompt,) = (output for output in walk.outputs if output.type == PROMPTED)
    reminder, lapse = (output for output in walk.outputs if output.type == CHANGED)
    return walk, prompt, reminder, lapse


@pytest.mark.parametrize(
    ("prompt_went", "reminder_went", "standing"),
    [
        (True, True, Send()),
        (True, False, Send()),
        (False, True, Send()),  # it tells the same
        (False, False, Recalled("not-sent")),
        (None, None, Send()),  # before there was this destination: whoever reads the topic has it
        (False, None, Recalled("not-sent")),
    ],
)
def test_the_end_of_a_prompt_goes_where_any_word_of_it_went(policy: Policy, prompt_went, reminder_went, standing):
    _, prompt, reminder, lapse = prompt_and_changes(policy)
    became = [(prompt, prompt_went), (reminder, reminder_went)]
    assert taking_back(lapse, [(item, went) for item, went in became if went is not None]) == standing


def test_what_became_of_other_prompts_says_nothing(policy: Policy):
    walk, prompt, _, lapse = prompt_and_changes(policy)
    walk.take(note(150, days=28))
    another = [output for output in walk.outputs if output.type == PROMPTED][-1]
    assert things(another) != things(prompt)
    assert taking_back(lapse, [(another, True), (prompt, False)]) == Recalled("not-sent")
    assert taking_back(lapse, [(another, False), (prompt, True)]) == Send()


def test_only_what_ends_something_takes_it_back(policy: Policy):
    walk, *_, lapse = prompt_and_changes(policy)
    assert [output.id for output in walk.outputs if takes_back(output) is not None] == [lapse.id]


def test_every_output_that_is_about_something_names_it(policy: Policy):
    walk = Sent(policy, *LAPSED[:2], agreed(8), due(20, "accept"))
    named = {output.type: things(output) for output in walk.outputs}
    assert named[PROMPTED] == named[CHANGED] == {walk.prompt}
    assert named[REFERRED] == named[CHASED] == {walk.referral}
    assert named[INFORMED] == {walk.journey.information[-1].id}
    assert {kind for kind, found in named.items() if not found} <= set(OUTPUT_TYPES) - {PROMPTED, CHANGED, REFERRED}


def test_a_referral_and_a_page_that_were_held_back_are_not_taken_back(policy: Policy):
    """The provider never heard of the person: being asked to cancel would name them."""
    walk = Sent(policy, LAPSED[0], agreed(8), answered(9, "refer", wish=wish("does-not-want")))
    for original, end in ((REFERRED, CHASED), (INFORMED, "patient-information-withdrawn-1")):
        first = [output for output in walk.outputs if output.type == original][-1]
        last = [output for output in walk.outputs if output.type == end][-1]
        assert takes_back(last) in things(first)
        assert taking_back(last, [(first, False)]) == Recalled("not-sent")
        assert taking_back(last, [(first, True)]) == Send()
