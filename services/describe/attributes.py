"""The CloudEvents attributes: what a publisher says of an event, and what Fitpath says of an output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schemas.codes import SOURCE
from schemas.envelope import REQUIRED


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: what it says, and its JSON Schema beyond being a string."""

    name: str
    words: str
    required: bool
    form: dict[str, Any] = field(default_factory=dict)

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return {"type": "string", **self.form, "description": self.words}


_TIME = {"format": "date-time"}
_TRACEPARENT = Attribute("traceparent", "W3C trace context; it is kept and goes on with what follows.", required=False)


def _offered(name: str, words: str, **form: Any) -> Attribute:  # noqa: ANN401 - any JSON value
    return Attribute(name, words, name in REQUIRED, form)


#: What a publisher says.
OFFERED = (
    _offered("specversion", "The version of CloudEvents.", const="1.0"),
    _offered(
        "id", "The event's own id, unique within its source. Put no NHS number into it.", minLength=1, maxLength=512
    ),
    _offered("source", "Who says it: the URI of your source.", minLength=1, maxLength=512),
    _offered("type", "The event type."),
    _offered("time", "When it happened: RFC 3339 with an offset.", **_TIME),
    _offered("subject", "The person's NHS number, where the payload names nobody. It is read once and never copied."),
    _offered("correlationid", "What this event belongs to; it goes on with what follows.", maxLength=512),
    _offered("backfill", "`true` marks what is told only now: it moves nobody.", type=["string", "boolean"]),
    _TRACEPARENT,
)
#: What Fitpath says of an output, in the headers of its record.
PUBLISHED = (
    Attribute("specversion", "The version of CloudEvents.", required=True, form={"const": "1.0"}),
    Attribute(
        "id", "The identity of the output: made again it is the same. Keep it to tell a repetition.", required=True,
        form={"format": "uuid"},
    ),
    Attribute("source", "Fitpath.", required=True, form={"const": SOURCE}),
    Attribute("type", "The event type.", required=True),
    Attribute("time", "When it was decided, in UTC.", required=True, form=_TIME),
    Attribute(
        "subject", "The subject reference: the same for all that is about one person; it says no NHS number.",
        required=True, form={"pattern": "^s-[0-9a-f]{32}$"},
    ),
    Attribute(
        "sequence", "The order of all outputs about one person, across topics. Numbers that you do not see stand on"
        " topics that you do not read. What goes to a job centre is counted by itself.",
        required=True, form={"pattern": "^[0-9]{12}$"},
    ),
    Attribute("causationid", "The id of the event that caused it.", required=True),
    Attribute("policy", "The hash of the policy that was in force.", required=True, form={"pattern": "^[0-9a-f]{64}$"}),
    Attribute("correlationid", "What the event that caused it belonged to.", required=False),
    _TRACEPARENT,
)  # fmt: skip
