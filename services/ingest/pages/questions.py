"""The question behind a link: what an output asked, of whom, about whom, and whether it still waits for an answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal, TypeAlias

from schemas.codec import open_sealed
from schemas.codes import NHS_NUMBER
from schemas.facts import Organisation
from schemas.fhir.fast_resources import Patient
from schemas.fhir.fast_types import Concept, Reference
from schemas.identifiers import SubjectReference
from schemas.outputs import read_output
from schemas.outputs.prompt import INPUT, PromptTask
from schemas.outputs.referral import ChangedReferral, ReferralMessage, ReferralTask
from schemas.quiet import Quiet
from services.answer_links import QUESTIONS
from services.domain.journey import Journey, Prompt, Referral
from services.domain.referral_states import TERMINAL
from services.domain.rules.again import is_open
from services.domain.stopping import stopped
from services.ingest.pages.sending import Addressee
from services.ledger.journeys import load_journeys
from services.ledger.policies import policy_in_force

if TYPE_CHECKING:
    from datetime import datetime

    from services.domain.policy import Policy
    from services.ledger.database import Connection

#: Whether an answer is waited for: ``answered`` was used before, ``expired`` lapsed, ``overtaken`` by something else.
State: TypeAlias = Literal["open", "answered", "expired", "overtaken"]
Kind: TypeAlias = Literal["prompt", "referral"]


class Question(Quiet, frozen=True):
    """A question as its receiver's own output has it, and where the journey stands.

    ``task`` names what is answered, whichever output asked; ``inputs`` are codes of a prompt by their kind.
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
        if prompt is None or stopped(self.journey):
            return "overtaken"
        if prompt.answer not in (None, "invite"):
            return "answered"
        if any(item.status not in TERMINAL for item in self.journey.referrals):
            return "overtaken"
        if now > prompt.lapses:
            return "expired"
        return "open" if is_open(prompt, self.journey) else "overtaken"


async def addressee_of(connection: Connection, question: uuid.UUID) -> Addressee | None:
    """To whom the code of a question goes; none when there is no such question."""
    found = await _output(connection, question)
    return Addressee(found.asked) if found else None


async def read_question(connection: Connection, question: uuid.UUID) -> Question | None:
    """The question as it stands now; none when there is none. Raises PolicyNotKnown."""
    found = await _output(connection, question)
    if found is None:
        return None
    journey = (await load_journeys(connection, [found.subject])).get(found.subject)
    if journey is None:
        return None
    return Question(
        id=question,
        kind=found.kind,
        task=found.task,
        asked=found.asked,
        nhs_number=found.nhs_number,
        name=found.name,
        reason=found.reason,
        inputs=found.inputs,
        journey=journey,
        policy=await policy_in_force(connection),
    )


class _Output(Quiet, frozen=True):
    """What an output asks, as its receiver was told it."""

    subject: str
    kind: Kind
    task: str
    asked: Organisation
    nhs_number: str
    name: str | None = None
    reason: str | None = None
    inputs: tuple[tuple[str, str], ...] = ()


async def _output(connection: Connection, question: uuid.UUID) -> _Output | None:
    row = await connection.fetchrow(
        "select type, subject, data from outbox where output_id = $1 and type = any($2)", question, list(QUESTIONS)
    )
    if row is None:
        return None
    subject = SubjectReference(row["subject"])
    match read_output(row["type"], open_sealed(subject, row["data"])):
        case PromptTask() as task:  # ChangedPrompt too
            return _prompt(subject, task)
        case ReferralMessage(entry=entries):
            return _referral(subject, [entry.resource for entry in entries])
        case ChangedReferral() as task:
            number, name = _named(task.for_)
            return _Output(
                subject, "referral", _identifier(task), _organisation(task.owner), number, name,
                task.reason_code.text or None,
            )  # fmt: skip
        case other:
            raise TypeError(f"an output that asks nobody: {type(other).__name__}")


def _prompt(subject: str, task: PromptTask) -> _Output:
    number, name = _named(task.for_)
    return _Output(
        subject, "prompt", _identifier(task), _organisation(task.owner), number, name,
        (task.reason_code.text if task.reason_code else None) or None,
        tuple((_code(item.type), item.value_code) for item in task.input or () if item.value_code),
    )  # fmt: skip


def _referral(subject: str, held: list[object]) -> _Output:
    task = next(item for item in held if isinstance(item, ReferralTask))
    patient = next(item for item in held if isinstance(item, Patient))
    number = next(item.value for item in patient.identifier or () if item.system == NHS_NUMBER and item.value)
    names = patient.name or ()
    parts = [*(names[0].given or ()), names[0].family or ""] if names else []
    name = " ".join(part for part in parts if part) or None
    return _Output(subject, "referral", _identifier(task), _organisation(task.owner), number, name)


def _identifier(task: PromptTask | ReferralTask | ChangedReferral) -> str:
    return task.identifier[0].value or ""


def _organisation(owner: Reference) -> Organisation:
    return Organisation((owner.identifier.value if owner.identifier else None) or "", owner.display or None)


def _named(person: Reference) -> tuple[str, str | None]:
    """The NHS number and the name, as far as the receiver was told it."""
    return (person.identifier.value if person.identifier else None) or "", person.display or None


def _code(kind: Concept) -> str:
    codings = kind.coding or ()
    return next((coding.code for coding in codings if coding.system == INPUT and coding.code), "")
