"""The rules, by name: what each is for and where it comes from. A decision names those that spoke.

A safety rule cannot be switched off by a deployment. Each rule has a case in
``tests/domain/rule_cases.py`` that fails when the rule is switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal["study", "programme", "safety", "prompt-fatigue", "definition", "fit-note"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``since``: the edition of policies that brought it; under earlier ones it does not speak.

    What can speak on event types alone that came with it needs none: no history of before holds them, and who sends a
    no is to be heard whatever policy is in force.
    """

    name: str
    purpose: str
    origin: Origin
    safety: bool = False
    since: int = 1


_LIST = (
    Rule("evidence.narrow-code", "a code of the narrow list on a note is evidence of chronic pain", "study"),
    Rule("evidence.pain-service", "an event of a pain service is evidence of chronic pain", "study"),
    Rule("evidence.recurring-pain", "pain coded on notes months apart is chronic", "definition"),
    Rule("evidence.recurring-therapy", "pain in therapy joins pain on notes: months apart it is chronic", "definition",
         since=2),
    Rule("evidence.clinician", "a clinician's own mark is evidence of chronic pain", "study"),
    Rule("work.job-centre-flag", "a flag that the person knows of and agreed to says: out of work", "study"),
    Rule("work.stated", "a stated work situation counts", "study"),
    Rule("work.flag-cleared", "a flag that the job centre took back says nothing any more", "study", since=2),
    Rule("when.find-work", "someone out of work is offered help at the first qualifying event", "study"),
    Rule("when.long-note", "a note of four weeks or more prompts at once", "programme"),
    Rule("when.long-spell", "a spell of four weeks or more prompts", "programme"),
    Rule("when.second-note", "a second note in one spell prompts, unless it is coded to something else", "programme"),
    Rule("when.may-be-fit", "advice 'may be fit' prompts without waiting", "programme"),
    Rule("when.open-spell", "an absence without a stated end prompts when it has lasted four weeks", "programme"),
    Rule("when.introduction", "who comes forward, or is brought with their agreement, need not be absent for long",
         "study", since=2),
    Rule("note.one", "codes that arrive beside a statement are one note with it", "fit-note", since=2),
    Rule("note.named", "a correction finds its note by the note's own identifiers", "fit-note", since=2),
    Rule("note.duration", "a duration without a first day counts from the day on which it was told", "fit-note",
         since=2),
    Rule("chase.remind", "whoever was asked and did not answer is reminded", "study"),
    Rule("chase.escalate", "a prompt without an answer goes to the organisation's named lead", "study"),
    Rule("chase.lapse", "what nobody answers lapses, and says so", "study"),
    Rule("chase.accept", "a referral that nobody accepts is chased", "study"),
    Rule("chase.first-contact", "an accepted referral without contact is chased", "study"),
    Rule("age.working-age", "help is for those between the provider's lower age and state pension age", "programme"),
    Rule("safety.not-now", "terminal illness, pregnancy and the like: not now of all times", "safety", safety=True),
    Rule("help.open-prompt", "nobody is asked while a prompt is open", "programme", safety=True),
    Rule("help.open-invitation", "nobody is asked while the person considers an invitation", "programme", safety=True),
    Rule("help.open-referral", "nobody is asked while a referral is open", "programme", safety=True),
    Rule("help.other-programme", "someone who is on another programme is not asked", "programme"),
    Rule("wish.does-not-want", "the person's own 'does not want' holds until they say otherwise", "study", safety=True),
    Rule("safety.capacity", "doubt that the person can decide on this now, stated in an answer, stops invitation and"
         " referral", "safety", safety=True),
    Rule("stop.withdrawal", "an agreement that is taken back stops what rests on it, towards that recipient", "study",
         safety=True),
    Rule("stop.objection", "an objection to joining stops everything, and what comes later is discarded", "study",
         safety=True),
    Rule("stop.wish", "the person's own 'does not want' stops what is under way", "study", safety=True),
    Rule("stop.note-in-error", "what rested on a fit note alone is withdrawn when the note is taken back", "safety",
         safety=True),
    Rule("wish.introduction", "introducing oneself is the person's own word, and lifts an earlier 'does not want'",
         "study", since=2),
    Rule("wish.impression", "a clinician's impression that the person does not want this is 'not now'", "study"),
    Rule("again.not-now", "after 'not now' some time passes", "prompt-fatigue"),
    Rule("again.person-declined", "after the person declined some time passes", "prompt-fatigue"),
    Rule("again.not-suitable", "after 'not suitable' that organisation is not asked for the reason's own time",
         "prompt-fatigue"),
    Rule("again.lapsed", "after a prompt or invitation that nobody answered, some time passes and evidence is new",
         "prompt-fatigue"),
    Rule("again.muted", "an organisation that lets prompts about a person lapse is not asked about them again",
         "prompt-fatigue"),
    Rule("again.referral-ended", "after a referral has ended some time passes", "prompt-fatigue"),
    Rule("again.nomination", "a clinician who puts somebody forward has been asked enough: the times of asking again"
         " do not hold it, the person's own no does", "prompt-fatigue"),
    Rule("again.introduction", "who introduces themselves is asked about again at once: neither 'not now' nor"
         " somebody's silence stands against them", "study", since=2),
    Rule("whom.issuer", "the organisation that issued the note is asked", "study"),
    Rule("whom.pain-service", "the pain service is asked at discharge, the practice gets a copy", "study"),
    Rule("whom.clinician", "who put the person forward is asked where no note and no pain service names anybody",
         "study"),
    Rule("whom.practice", "the practice that a discharge names is asked where nobody else is known, or the organisation"
         " that an introduction names", "study", since=2),
    Rule("news.old", "old news and backfill build facts and the care package, and move nobody", "prompt-fatigue",
         safety=True),
    Rule("identity.not-verified", "an NHS number stated as not verified prompts and informs nobody", "safety",
         safety=True),
    Rule("identity.birth-date", "birth dates that disagree prompt and inform nobody", "safety", safety=True),
    Rule("agreement.needed", "nobody is referred without their recorded agreement", "study", safety=True),
    Rule("signal.freezes", "a national signal freezes what is under way until it is looked up", "safety", safety=True),
    Rule("signal.death", "a death that is registered stops everything", "safety", safety=True),
    Rule("signal.practice", "an open prompt follows the person to the practice that the register names", "safety"),
    Rule("agreement.recorder", "what a job centre records is no agreement", "study", safety=True),
    Rule("information.invitation", "information goes out with the invitation", "study"),
    Rule("information.referral", "information goes out with the referral, before any appointment", "study"),
    Rule("information.unsure", "a person who is not sure is offered information, once", "study"),
    Rule("information.note", "every fit note brings one page of information", "study"),
    Rule("information.appointment", "an appointment that is booked makes information due before it", "study", since=2),
    Rule("information.benefits", "advice on benefits is offered before a job starts, when the stage before is reached",
         "study", since=2),
    Rule("referral.states", "a referral moves as the closed loop allows", "programme"),
    Rule("referral.waiting-list", "who referred learns of a waiting list: the place and the expected day", "study",
         since=2),
    Rule("referral.feedback", "who referred learns what became of it", "study"),
    Rule("feedback.copy-practice", "where a pain service referred the practice gets a copy of what it is told", "study",
         since=2),
    Rule("feedback.flare-up", "a new fit note or pain event during a placement or work tells the named worker", "study",
         since=2),
    Rule("feedback.placement-ended", "a placement that ended as unsafe or unsupported reaches the named worker, with"
         " what was asked for", "study", since=2),
    Rule("feedback.placement-requirements", "the placement after one that ended badly carries what was asked for",
         "study", since=2),
    Rule("feedback.job-centre", "a job centre is told the three things, each where the person agreed to it", "study",
         since=2),
    Rule("continuity.worker", "a change of the named worker is flagged", "study"),
    Rule("care-package.kept", "every fit note joins a care package, which every event keeps true", "study"),
)  # fmt: skip
RULES: dict[str, Rule] = {rule.name: rule for rule in _LIST}
