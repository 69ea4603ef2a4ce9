"""What people answer on a page, as they chose it: read from a form, before it is an event."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

from schemas.facts import AnswerKind, WishKind
from schemas.quiet import Quiet
from schemas.support_facts import ProgressKind
from services.domain.referral_states import (
    ACCEPTED,
    APPOINTMENT_CANCELLED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    INTERIM,
    MOVES,
    SCHEDULED,
    TERMINAL,
    UNATTENDED,
)

if TYPE_CHECKING:
    from services.ingest.pages.form import Form
    from services.ingest.pages.questions import Question
    from services.ingest.pages.texts import Texts

ITEMS = ("contact", "work-plan", "condition")
BY, HOW = ("person", "attorney", "deputy"), ("spoken", "written")
#: Updates of a referral that a page offers, in their order.
UPDATES: Final = {
    "accept": ACCEPTED, "decline": DECLINED, "book": SCHEDULED, "missed": UNATTENDED,
    "appointment_cancelled": APPOINTMENT_CANCELLED, "interim": INTERIM, "cancelled": CANCELLED, "complete": COMPLETED,
}  # fmt: skip
WITH_REASON = ("decline", "cancelled")
STEPS: tuple[str, ...] = get_args(ProgressKind)
_WISHES: tuple[str, ...] = get_args(WishKind)


class Who(Quiet, frozen=True):
    """Who answers, in their own words; the organisation is the one that was asked."""

    name: str
    role: str


class Agreement(Quiet, frozen=True):
    """What the person agreed to, as the clinician records it."""

    by: str
    how: str
    on: date
    items: tuple[str, ...]


class PromptReply(Quiet, frozen=True):
    """An answer to a prompt."""

    who: Who
    answer: str
    reason: str | None = None
    wish: str | None = None
    wish_by: str | None = None
    agreement: Agreement | None = None


class ReferralReply(Quiet, frozen=True):
    """One thing that is new about a referral: an update (``status``) or a step of support (``step``)."""

    who: Who
    status: str | None = None
    reason: str | None = None
    worker_id: str | None = None
    worker_name: str | None = None
    step: str | None = None
    on: date | None = None


Reply: TypeAlias = PromptReply | ReferralReply


def answers_to(question: Question) -> tuple[str, ...]:
    """The answers that a prompt can still have: after an invitation, what the person said."""
    prompt = question.prompt
    every: tuple[str, ...] = get_args(AnswerKind)
    return tuple(each for each in every if each != "invite") if prompt and prompt.answer == "invite" else every


def prompt_reply(form: Form, question: Question, today: date) -> PromptReply | None:
    """Read an answer to a prompt; none when the form has errors."""
    answer = form.chosen("answer", answers_to(question), "answer")
    reason = agreement = None
    if answer == "not-suitable":
        reason = form.chosen("reason", frozenset(question.policy.again.not_suitable), "reason")
    if answer == "refer":
        agreement = _agreement(form, today)
    wish = form.get("wish") if form.get("wish") in _WISHES else None
    wish_by = form.chosen("wish_by", ("person", "clinician"), "wish_by") if wish else None
    who = _who(form)
    return None if form.errors else PromptReply(who, answer, reason, wish, wish_by, agreement)


def news_of(question: Question) -> tuple[str, ...]:
    """What can be told of a referral as it stands: legal moves, and steps of support once it was accepted."""
    referral = question.referral
    if referral is None:
        return ()
    legal = MOVES.get(referral.status, frozenset())
    moves = tuple(name for name, status in UPDATES.items() if status in legal)
    asked_only = referral.status == "2.0" or referral.status in TERMINAL - {COMPLETED}
    return moves if asked_only else (*moves, *STEPS)


def referral_reply(form: Form, question: Question, texts: Texts, today: date) -> ReferralReply | None:
    """Read what is new about a referral; none when the form has errors."""
    what = form.chosen("what", news_of(question), "answer")
    reason = worker_id = worker_name = step = on = None
    if what in WITH_REASON:
        reason = form.chosen(f"{what}-reason", frozenset(texts.sections["provider_reasons"]), "reason")
    if what == "accept":
        worker_id, worker_name = form.text("worker_id", "worker_id"), form.text("worker_name", None)
    if what in STEPS:
        step, on = what, form.day("on", today)
    who = _who(form)
    if form.errors:
        return None
    name = (worker_name or who.name) if worker_id else None
    return ReferralReply(who, UPDATES.get(what), reason, worker_id, name, step, on)


def _who(form: Form) -> Who:
    return Who(form.text("name", "name"), form.text("role", "role"))


def _agreement(form: Form, today: date) -> Agreement | None:
    by, how = form.chosen("agreed_by", BY, "agreed_by"), form.chosen("agreed_how", HOW, "agreed_how")
    on, items = form.day("agreed_on", today), form.several("items", ITEMS, "items")
    return Agreement(by, how, on, items) if on else None
