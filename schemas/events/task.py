"""The Task that comes back: a prompt's or a referral's, named by the identifier it was sent with."""

from __future__ import annotations

from schemas.codes import REASON, RFC4122, TASK_ID
from schemas.failures import Problem
from schemas.fhir import view
from schemas.fhir.payload import Entry


class Task(view.Resource, frozen=True):
    """What we read of a FHIR Task."""

    identifier: tuple[view.Identifier, ...] = ()
    status: str | None = None
    business_status: view.Concept = view.Concept()
    status_reason: view.Concept = view.Concept()
    owner: view.Reference | None = None

    def name(self) -> str | None:
        """The identifier of the Task that we sent: in our own system, else the one RFC 4122 id."""
        for system in (TASK_ID, RFC4122):
            values = [found.value for found in self.identifier if found.system == system and found.value]
            if values:
                return values[0].removeprefix("urn:uuid:")
        return None

    def reason(self) -> str | None:
        """The coded reason: of our own list where it is stated, else the first code. Free text is not taken."""
        codes = (coding.code for coding in self.status_reason.coding if coding.code)
        return self.status_reason.code(REASON) or next(codes, None)


def unnamed(task: Task, focus: Entry) -> list[Problem]:
    """The problem of a Task that does not say which one it is; else nothing."""
    if task.name():
        return []
    return [Problem("focus-not-usable", f"{focus.path}.identifier", "the identifier of the Task that was sent")]
