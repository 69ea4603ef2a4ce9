"""After the second step: the question, its answer, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.domain.stopping import frozen
from services.ingest.accept import Acceptor, BrokerAway
from services.ingest.http import new_arrival
from services.ingest.pages.events import offer_of, seen
from services.ingest.pages.form import Form
from services.ingest.pages.questions import Question, read_question
from services.ingest.pages.replies import answers_to, news_of, prompt_reply, referral_reply
from services.ingest.pages.session import Session, form_token
from services.ingest.pages.visit import PageTrouble
from services.observe import log

if TYPE_CHECKING:
    from starlette.responses import Response

    from services.ingest.pages.views import Views
    from services.ingest.pages.visit import Visit


class Answering:
    """The pages of a session."""

    def __init__(self, views: Views, acceptor: Acceptor) -> None:
        self._views = views
        self._acceptor = acceptor

    async def question(self, visit: Visit, session: Session) -> Response:
        """The question as it stands."""
        question = await _read(visit)
        return self._ended(question, visit) or self._form(visit, session, question, Form({}))

    async def answer(self, visit: Visit, session: Session) -> Response:
        """Take an answer. Where it cannot be kept it stands in the form as it was sent."""
        form = await visit.form(session)
        question = await _read(visit)
        ended = self._ended(question, visit)
        if ended is not None:
            return ended
        today = visit.now.date()
        texts = self._views.texts
        reply = (
            prompt_reply(form, question, today)
            if question.kind == "prompt"
            else referral_reply(form, question, texts, today)
        )
        if reply is None:
            return self._form(visit, session, question, form, 422)
        offer = offer_of(question, reply, texts, form.get("seen") or seen(question), visit.now, new_arrival())
        try:
            answer = await self._acceptor.accept(offer)
        except BrokerAway:
            return self._form(visit, session, question, form, 503, trouble="away_form")
        if answer.outcome == "rejected":
            log("pages").error("an answer was refused", codes=[problem.code for problem in answer.problems])
            raise PageTrouble(422, "trouble", "rejected")
        done = "again" if answer.outcome == "duplicate" else question.kind
        return visit.keep(visit.go("/done"), replace(session, done=done))

    async def done(self, visit: Visit, session: Session) -> Response:
        """What became of the answer."""
        if session.done is None:
            return visit.go("/question")
        return self._views.page("done", base=visit.base, done=session.done)

    def _ended(self, question: Question, visit: Visit) -> Response | None:
        state = question.state(visit.now)
        if question.kind == "referral" and state == "open" and not news_of(question):
            state = "answered"
        return None if state == "open" else self._views.words(state, 410)

    def _form(
        self, visit: Visit, session: Session, question: Question, form: Form, status: int = 200,
        trouble: str | None = None,
    ) -> Response:  # fmt: skip
        offered = answers_to(question) if question.kind == "prompt" else news_of(question)
        return self._views.page(
            question.kind, status, base=visit.base, token=form_token(visit.links.keys, session), q=question,
            offered=offered, form=form, seen=form.get("seen") or seen(question), errors=form.errors, trouble=trouble,
            today=visit.now.date(), provider=question.policy.provider.name,
        )  # fmt: skip


async def _read(visit: Visit) -> Question:
    async with visit.pool.acquire() as connection:
        question = await read_question(connection, visit.question)
    if question is None:
        raise PageTrouble(404, "ended", "unknown")
    if frozen(question.journey):  # something about the person has changed, and is being looked up
        raise PageTrouble(503, "trouble", "away")
    return question
