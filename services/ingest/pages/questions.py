"""The question behind a link: what an output asked, of whom, about whom, and whether it still waits for an answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import UNSET

from schemas.codec import open_sealed
from schemas.codes import NHS_NUMBER
from schemas.facts import Organisation
from schemas.fhir.fast_resources import Patient
from schemas.fhir.fast_types import Concept, Reference
from schemas.identifiers import SubjectReference
from schemas.outputs import read_output
from schemas.outputs.prompt import INPUT, ChangedPrompt, PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage, ReferralTask
from schemas.quiet import Quiet
from services.answer_links import QUESTIONS
from services.domain.journey import Journey, Prompt, Referral
from services.domain.referral_states import TERMINAL
from services.domain.rules.again import is_open
from services.ledger.journeys import load_journeys
from services.ledger.policies import policy_in_force

if TYPE_CHECKING:
    from datetime import datetime

    from services.domain.policy import Policy
    from services.ledger.database import Connection

#: Whether an answer is waited for: ``answered`` was used before, ``expired`` lapsed, ``overtaken`` by something else.
State: TypeAlias = Literal["open", "answered", "expired", "overtaken"]
Kind: TypeAlias = Literal["prompt", "referral"]
_Task: TypeAlias = PromptTask | ChangedPrompt | ReferralTask | ChangedReferral


class _Output(Quiet, frozen=True):
    """An output that asks: the person's reference, the Task, and the Patient of a referral."""

    subject: str
    task: _Task
    patient: Patient | None

    @property
    def asked(self) -> Organisation:
        """Whom the Task asks."""
        owner = self.task.owner
        ods = owner.identifier.value if owner.identifier else UNSET
        return Organisation(ods or "", owner.display or None)


class Question(Quiet, frozen=True):
    """A question as its receiver's own output has it, and where the journey stands.

    ``task`` names what is answered, whichever output asked; ``tracks`` and ``checks`` are codes of the output.
    """

    id: uuid.UUID
    kind: Kind
    task: str
    asked: Organisation
    nhs_number: str
    name: str | None
    reason: str | None
    inputs: tuple[tuple[str, str], ...]
    journey: Journey
    policy: Policy

    @property
    def prompt(self) -> Prompt | None:
        """The prompt that is answered."""
        return next((item for item in self.journey.prompts if item.id == self.task), None)

    @property
    def referral(self) -> Referral | None:
        """The referral that is told of."""
        return next((item for item in self.journey.referrals if item.id == self.task), None)

    def state(self, now: datetime) -> State:
        """Whether an answer is waited for."""
        if self.kind == "referral":
            return "open" if self.referral is not None else "overtaken"
        prompt = self.prompt
        if prompt is None:
            return "overtaken"
        if prompt.answer not in (None, "invite"):
            return "answered"
        if any(item.status not in TERMINAL for item in self.journey.referrals):
            return "overtaken"
        if now > prompt.lapses:
            return "expired"
        return "open" if is_open(prompt, self.journey) else "overtaken"


async def asked_of(connection: Connection, question: uuid.UUID) -> Organisation | None:
    """Whom an output asked; none when there is no such question."""
    found = await _output(connection, question)
    return found.asked if found else None


async def read_question(connection: Connection, question: uuid.UUID) -> Question | None:
    """The question as it stands now; none when there is none. Raises PolicyNotKnown."""
    found = await _output(connection, question)
    if found is None:
        return None
    journey = (await load_journeys(connection, [found.subject])).get(found.subject)
    if journey is None:
        return None
    task = found.task
    number, name = _person(found)
    inputs = task.input if isinstance(task, PromptTask) and task.input is not UNSET else ()
    reason = task.reason_code.text if isinstance(task, PromptTask | ChangedReferral) and task.reason_code else UNSET
    return Question(
        id=question,
        kind="prompt" if isinstance(task, PromptTask) else "referral",
        task=task.identifier[0].value or "",
        asked=found.asked,
        nhs_number=number,
        name=name,
        reason=reason or None,
        inputs=tuple((_code(item.type), item.value_code) for item in inputs if item.value_code),
        journey=journey,
        policy=await policy_in_force(connection),
    )


async def _output(connection: Connection, question: uuid.UUID) -> _Output | None:
    row = await connection.fetchrow(
        "select type, subject, data from outbox where output_id = $1 and type = any($2)", question, list(QUESTIONS)
    )
    if row is None:
        return None
    read = read_output(row["type"], open_sealed(SubjectReference(row["subject"]), row["data"]))
    if isinstance(read, ReferralMessage):
        held = [entry.resource for entry in read.entry]
        task = next(item for item in held if isinstance(item, ReferralTask))
        return _Output(row["subject"], task, next(item for item in held if isinstance(item, Patient)))
    if isinstance(read, PromptTask | ChangedReferral):
        return _Output(row["subject"], read, None)
    raise TypeError("an output that asks nobody")


def _person(found: _Output) -> tuple[str, str | None]:
    """The NHS number and the name, as far as the receiver was told it."""
    if found.patient is None:
        person: Reference = found.task.for_
        return (person.identifier.value if person.identifier else UNSET) or "", person.display or None
    number = next(
        (item.value for item in found.patient.identifier or () if item.system == NHS_NUMBER and item.value), ""
    )
    names = found.patient.name or ()
    parts = [*(names[0].given or ()), names[0].family or ""] if names else []
    return number, " ".join(part for part in parts if part) or None


def _code(kind: Concept) -> str:
    codings = kind.coding or ()
    return next((coding.code for coding in codings if coding.system == INPUT and coding.code), "")
