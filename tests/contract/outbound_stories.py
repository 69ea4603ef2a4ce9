"""Journeys told with inbound examples, and what the core makes of them; each output example is taken from one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from inbound_examples import example

from schemas.codes import AGREEMENT_ITEM, SOURCE
from schemas.envelope import from_text
from schemas.events.internal import WAIT_DUE
from schemas.facts import Event, WaitDue
from schemas.identifiers import ArrivalId
from schemas.topics import feedback
from services.domain.decisions import Refusal
from services.domain.journey import Journey
from services.domain.outputs import Output
from services.domain.policy import Policy
from services.domain.step import Stepped, step
from services.ingest.examine import examine
from services.ingest.structured import read_structured
from services.simulate import SIMULATION_KEY, Waits
from services.streams.record import read_event

Json = dict[str, Any]


class Telling:
    """One person's journey in the pure core: structured CloudEvents go in, ``outputs`` and ``journey`` come out."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.journey = Journey(subject="")
        self.taken: list[tuple[Event, Stepped]] = []
        self._waits = Waits()

    @property
    def outputs(self) -> list[Output]:
        """All outputs so far."""
        return [output for _, stepped in self.taken for output in stepped.outputs]

    @property
    def latest(self) -> tuple[Output, ...]:
        """The outputs of the last event."""
        return self.taken[-1][1].outputs

    def tell(self, event: Json) -> None:
        """A structured CloudEvent, recorded when it happened; it must be one that is taken."""
        offer = read_structured(json.dumps(event).encode(), ArrivalId("test"))
        examined = examine(offer, from_text(event.get("recordedtime", event["time"])), SIMULATION_KEY)
        stepped = self.take(read_event(examined.accepted, examined.payload))
        assert isinstance(stepped, Stepped), stepped

    def take(self, event: Event) -> Stepped | Refusal:
        """An event as it is after the door; one that the core refuses changes nothing."""
        before = self.journey if self.journey.subject else Journey(subject=event.subject)
        stepped = step(before, event, self.policy)
        if isinstance(stepped, Stepped):
            self.journey = stepped.journey
            self.taken.append((event, stepped))
            self._waits.add(event.subject, stepped.waits)
        return stepped

    def wait_until(self, moment: datetime) -> None:
        """What is due up to a moment happens, each at its own."""
        while (found := self._waits.next_due(moment)) is not None:
            subject, wait = found
            facts = WaitDue(wait.step, wait.about, wait.until)
            self.take(Event(SOURCE, wait.id, WAIT_DUE, wait.due, wait.due, subject, facts))

    def task(self) -> str:
        """The identifier of the Task that was sent last: a referral's, else a prompt's."""
        sent = self.journey.referrals or self.journey.prompts
        return sent[-1].id


#: An event, or the moment until which what is due happens.
Step = Callable[[Telling], Json] | str


def sent(path: str) -> Callable[[Telling], Json]:
    """An inbound example as it stands."""
    event = example(f"{path}.valid.json").event
    return lambda _: event


def about_the_task(
    path: str, *, provider: str = "Z9Z99", items: tuple[str, ...] = (), of_the_prompt: bool = False
) -> Callable[[Telling], Json]:
    """An inbound example that names the Task sent last, or the prompt's.

    An agreement in it is for the provider, with more items.
    """

    def event(telling: Telling) -> Json:
        told = copy.deepcopy(example(f"{path}.valid.json").event)
        data = told["data"]
        resources = [entry["resource"] for entry in data["entry"]] if data["resourceType"] == "Bundle" else [data]
        for resource in resources:
            if resource["resourceType"] == "Task":
                resource["identifier"][0]["value"] = telling.journey.prompts[-1].id if of_the_prompt else telling.task()
                resource["for"]["identifier"]["value"] = _ASTER
            for element in ("basedOn", "referralRequest"):
                for named in resource.get(element, ()):
                    named["identifier"]["value"] = telling.task()
            if resource["resourceType"] == "Consent":
                provision = resource["provision"]
                provision["actor"][0]["reference"]["identifier"]["value"] = provider
                provision["purpose"] += [{"system": AGREEMENT_ITEM, "code": item} for item in items]
        return told

    return event


def later(step_: Callable[[Telling], Json], time: str) -> Callable[[Telling], Json]:
    """The same at another time."""
    return lambda telling: {**step_(telling), "time": time}


_ASTER = "9990000018"
NOTE = sent("fit-note-issued-1/chronic-back-pain")
SECOND_NOTE = sent("fit-note-issued-1/second-note-with-adjustments")
SPRAIN = sent("fit-note-issued-1/ankle-sprain")
SECOND_NOTE_LATER = later(SECOND_NOTE, "2024-04-03T09:00:00Z")
DISCHARGE = sent("pain-clinic-discharged-1/consultant-discharge")
INVITE = about_the_task("prompt-answered-1/invite-in-one-action")
REFER = about_the_task("prompt-answered-1/refer-with-consent")
REFER_LATER_AND_TELL_THE_CONDITION = later(
    about_the_task("prompt-answered-1/refer-with-consent", items=("condition",)), "2024-04-03T12:00:00Z"
)
ACCEPTED = about_the_task("referral-updated-1/accepted-by-a-named-worker")
DECLINED = about_the_task("referral-updated-1/declined-with-reason")
NO_AFTER_ALL = later(about_the_task("prompt-answered-1/person-declined", of_the_prompt=True), "2024-03-22T12:00:00Z")
CALL_ME = about_the_task("person-answered-1/asks-to-be-called", of_the_prompt=True)
OBJECTION = sent("objection-recorded-1/objects")
PUT_FORWARD = about_the_task("clinician-nominated-1/agreed-and-keen")
TELL_THE_JOB_CENTRE = about_the_task(
    "prompt-answered-1/agrees-to-tell-the-job-centre", provider="Z9Z97", of_the_prompt=True
)
PLACED = about_the_task("employment-progress-1/placement-started")
UNSAFE = about_the_task("employment-progress-1/placement-ended-as-unsafe")
PLACED_AGAIN = about_the_task("employment-progress-1/placed-again")
COURSE = about_the_task("employment-progress-1/a-course-started")
WAITS = about_the_task("referral-updated-1/on-the-waiting-list")
BOOKED = about_the_task("appointment-changed-1/booked")
CLOSED = about_the_task("support-closed-1/goals-met")
DIED = later(sent("pds-death-notification-2/as-a-subscriber-gets-it"), "2024-03-14T08:00:00Z")
MOVED = later(sent("pds-change-of-gp-2/as-a-subscriber-gets-it"), "2024-03-14T08:00:00Z")
JOB_STARTED = sent("employment-progress-1/job-started-and-no-referral-named")

#: What each valid output example is: the first output of its type that the last of these causes.
STORIES: dict[str, tuple[Step, ...]] = {
    "ips-referral-prompted-1/practice-is-asked": (NOTE,),
    "ips-referral-prompted-1/pain-service-is-asked-and-practice-gets-a-copy": (DISCHARGE,),
    "ips-referral-prompt-changed-1/reminded": (NOTE, "2024-03-11T09:30:00Z"),
    "ips-referral-prompt-changed-1/lapsed": (NOTE, "2024-04-01T09:30:00Z"),
    "patient-information-due-1/page-with-a-note": (SPRAIN,),
    "patient-information-due-1/page-with-an-invitation": (NOTE, INVITE),
    "patient-information-due-1/page-with-a-referral": (NOTE, REFER),
    "patient-information-due-1/page-before-an-appointment": (NOTE, REFER, ACCEPTED, BOOKED),
    "patient-information-withdrawn-1/page-of-an-invitation": (NOTE, INVITE, NO_AFTER_ALL),
    "patient-information-withdrawn-1/page-of-a-referral": (NOTE, REFER, NO_AFTER_ALL),
    "patient-information-withdrawn-1/page-with-a-note": (NOTE, OBJECTION),
    "ips-referral-prompt-changed-1/the-person-asks-to-be-called": (NOTE, INVITE, CALL_ME),
    "decision-recorded-1/everything-is-stopped": (NOTE, OBJECTION),
    "ips-referral-changed-1/cancellation-requested": (NOTE, REFER, ACCEPTED, BOOKED, NO_AFTER_ALL),
    "feedback-given-1/cancellation-requested": (NOTE, REFER, NO_AFTER_ALL),
    "lookup-requested-1/after-a-death-notification": (NOTE, DIED),
    "lookup-requested-1/after-a-change-of-practice": (NOTE, MOVED),
    "decision-recorded-1/put-off-while-looked-up": (NOTE, DIED, SECOND_NOTE_LATER),
    "ips-referral-requested-1/contact-and-work-plan-agreed": (NOTE, REFER),
    "ips-referral-requested-1/condition-agreed-too": (SECOND_NOTE, REFER_LATER_AND_TELL_THE_CONDITION),
    "ips-referral-changed-1/not-accepted-yet": (NOTE, REFER, "2024-03-26T12:00:00Z"),
    "ips-referral-changed-1/no-first-contact-yet": (NOTE, REFER, ACCEPTED, "2024-04-04T12:00:00Z"),
    "care-package-updated-1/first-note": (NOTE,),
    "care-package-updated-1/referral-with-a-named-worker": (NOTE, REFER, ACCEPTED),
    "feedback-given-1/accepted-by-a-named-worker": (NOTE, REFER, ACCEPTED),
    "feedback-given-1/declined-with-reason": (NOTE, REFER, DECLINED),
    "feedback-given-1/on-the-waiting-list": (NOTE, REFER, WAITS),
    "feedback-given-1/support-closed": (NOTE, REFER, ACCEPTED, CLOSED),
    "care-package-updated-1/an-appointment-is-booked": (NOTE, REFER, WAITS, BOOKED),
    "feedback-given-1/a-note-during-a-placement": (NOTE, REFER, ACCEPTED, PLACED, SECOND_NOTE),
    "feedback-given-1/a-placement-ended-as-unsafe": (NOTE, REFER, ACCEPTED, PLACED, UNSAFE),
    "feedback-given-1/what-the-next-placement-needs": (NOTE, REFER, ACCEPTED, PLACED, UNSAFE, PLACED_AGAIN),
    "patient-information-due-1/page-on-benefits-before-a-job": (NOTE, REFER, ACCEPTED, COURSE),
    "feedback-given-1/a-job-started": (PUT_FORWARD, JOB_STARTED),
    "care-package-updated-1/put-forward-and-a-job-started": (PUT_FORWARD, JOB_STARTED),
    "decision-recorded-1/put-forward-by-a-clinician": (PUT_FORWARD,),
    "decision-recorded-1/prompted": (NOTE,),
    "decision-recorded-1/held-without-evidence": (SPRAIN,),
    "decision-recorded-1/agreement-taken": (NOTE, REFER),
    "feedback-given-1/a-job-centre-is-told-of-a-job": (NOTE, REFER, TELL_THE_JOB_CENTRE, JOB_STARTED),
}  # fmt: skip

#: Where the one that is shown is not the first of its type.
_TOPICS = {
    "feedback-given-1/a-job-centre-is-told-of-a-job": feedback("job-centre"),
    "feedback-given-1/a-placement-ended-as-unsafe": feedback("ips-provider"),
    "feedback-given-1/what-the-next-placement-needs": feedback("ips-provider"),
}


def tell(policy: Policy, *steps: Step) -> Telling:
    """A journey."""
    telling = Telling(policy)
    for one in steps:
        if isinstance(one, str):
            telling.wait_until(from_text(one))
        else:
            telling.tell(one(telling))
    return telling


def output_of(path: str, policy: Policy) -> Output:
    """The output that an example shows."""
    kind = path.split("/")[0]
    made = [output for output in tell(policy, *STORIES[path]).latest if output.type == kind]
    return next((output for output in made if output.topic == _TOPICS.get(path)), made[0])
