"""What people say for themselves in generated histories: answers, agreements, their taking back, objections."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from domain_builders import OTHER_PROVIDER, PROVIDER, Walk, agreement, on
from generated_parts import Told, mostly
from hypothesis import strategies as st

from schemas.facts import ConsentRecorded, ConsentWithdrawn, Facts, Objection, PersonAnswer, PersonAnswerKind


def own_answers(instead: st.SearchStrategy[Told]) -> st.SearchStrategy[Told]:
    """The person's own answers, of their own accord or to a prompt; ``instead`` where there is none yet."""

    def told(kind: PersonAnswerKind, which: int, said: int, agreed, doubt, named: str, else_: Told) -> Told:
        def make(day: int, walk: Walk) -> Facts:
            prompts = walk.journey.prompts
            if named == "known" and not prompts:
                return else_(day, walk)
            prompt = {"known": prompts[which % len(prompts)].id if prompts else None, "unknown": "no-such-prompt"}
            given = agreement(day + said, agreed) if kind == "agrees" else None
            return PersonAnswer(
                answer=kind, by="person", on=on(day + said), how="own-page", words="words-1", prompt=prompt.get(named),
                agreement=given, capacity_doubted=doubt,
            )  # fmt: skip

        return make

    return st.builds(
        told,
        st.sampled_from(get_args(PersonAnswerKind)),
        mostly(-1, 0),
        mostly(0, -9),
        mostly(PROVIDER, OTHER_PROVIDER, times=4),
        mostly(None, True, False, times=4),
        mostly("known", "nothing", "unknown", times=5),
        instead,
    )


def consents() -> st.SearchStrategy[Told]:
    """Recorded agreements, mostly to a referral to our provider."""

    def told(purpose, items, to, said: int, lasts: int | None) -> Told:
        return lambda day, _: ConsentRecorded(
            id="agreement-1", by="person", on=on(day + said), purpose=purpose, items=items, how="written",
            asked_by="Example Nurse", words="words-1", recorded_by="gp-practice",
            recipient=None if to else PROVIDER, to=to,
            until=None if lasts is None else on(day) + timedelta(days=lasts),
        )  # fmt: skip

    return st.builds(
        told,
        mostly("referral", "progress"),
        mostly(("work-plan", "contact"), ("contact",)),
        mostly(None, "job-centre", times=3),
        mostly(0, -9),
        mostly(None, 365),
    )


def withdrawals() -> st.SearchStrategy[Told]:
    """What is taken back: all, or some items."""

    def told(purpose, recipient, items, said: int) -> Told:
        return lambda day, _: ConsentWithdrawn(
            by="person", on=on(day + said), how="spoken", purpose=purpose, recipient=recipient, items=items,
            to=None if recipient else "ips-provider",
        )  # fmt: skip

    return st.builds(
        told,
        mostly("referral", "progress", times=3),
        mostly(PROVIDER, OTHER_PROVIDER, None, times=3),
        mostly((), ("contact",), ("contact", "work-plan"), times=1),
        mostly(0, -9),
    )


def objections() -> st.SearchStrategy[Told]:
    """Objections to joining; every other one is taken back."""
    return st.builds(
        lambda back: lambda day, _: Objection(by="person", on=on(day), how="written", taken_back=back), st.booleans()
    )
