"""For every rule a history in which it makes the difference: what the last event causes, with the rule and without."""

from __future__ import annotations

from datetime import date

from domain_builders import (
    ANKLE_SPRAIN,
    ASKED,
    BACK_PAIN,
    CHRONIC_PAIN,
    FROM_JOB_CENTRE,
    OTHER_PRACTICE,
    OTHER_PROVIDER,
    OTHER_WORKER,
    PRACTICE,
    TERMINAL_ILLNESS,
    WORKER,
    agreed,
    agreement,
    answered,
    discharge,
    due,
    flag,
    looked_up,
    nominated,
    note,
    person,
    signal,
    wish,
)
from msgspec.structs import replace
from own_builders import consented, objected, taken_back
from rule_case import BEGUN, FIND, KEPT, NOMINATED, PACKAGE, PAGE, SERVICE, RuleCase
from rule_cases_of_sources import OF_SOURCES
from rule_cases_of_support import CASES_OF_SUPPORT
from support_builders import moved

from services.domain.policy import Lead, Policy


def _back_pain_counts(policy: Policy) -> Policy:
    return replace(policy, evidence=replace(policy.evidence, wider=(BACK_PAIN.code,)))


def _with_a_lead(policy: Policy) -> Policy:
    return replace(policy, leads={PRACTICE.ods: Lead("Practice lead")})


_INVITED = ("answer invite", "invited", "information invitation", PACKAGE)

CASES = (
    *CASES_OF_SUPPORT,
    RuleCase("evidence.narrow-code", (note(0, days=28),), BEGUN, ("held no-evidence", *KEPT)),
    RuleCase(
        "evidence.pain-service", (discharge(0, work="out-of-work"),), (SERVICE, PACKAGE), ("held no-evidence", PACKAGE)
    ),
    RuleCase(
        "evidence.recurring-pain",
        (note(0, codes=(BACK_PAIN,)), note(92, days=28, codes=(BACK_PAIN,))),
        BEGUN,
        KEPT,
        _back_pain_counts,
    ),
    RuleCase("evidence.clinician", (nominated(0),), (NOMINATED, *_INVITED[1:]), ("held no-evidence", PACKAGE)),
    RuleCase("work.job-centre-flag", (note(0), flag(2)), (FIND, PACKAGE), (PACKAGE,)),
    RuleCase("work.stated", (note(0, work="out-of-work"),), (FIND, *KEPT), ("held waiting-for-spell", *KEPT)),
    RuleCase("when.find-work", (note(0, work="out-of-work"),), (FIND, *KEPT), ("held waiting-for-spell", *KEPT)),
    RuleCase("when.long-note", (note(0, days=28),), BEGUN, ("held waiting-for-spell", *KEPT)),
    RuleCase("when.long-spell", (note(0, days=14), note(14, days=14, codes=(ANKLE_SPRAIN,))), BEGUN, KEPT),
    RuleCase("when.second-note", (note(0), note(7, codes=())), BEGUN, KEPT),
    RuleCase("when.may-be-fit", (note(0, advice="may-be-fit"),), BEGUN, ("held waiting-for-spell", *KEPT)),
    RuleCase("age.working-age", (note(0, days=28, person=person(date(1950, 1, 1))),), ("held age", *KEPT), BEGUN),
    RuleCase(
        "safety.not-now",
        (note(0, days=28, codes=(CHRONIC_PAIN, TERMINAL_ILLNESS)),),
        ("held safety", PACKAGE),
        BEGUN,
    ),
    RuleCase("help.open-prompt", (note(0, days=28), note(7)), ("held already-prompted", *KEPT), BEGUN),
    RuleCase(
        "help.open-invitation",
        (note(0, days=28), answered(1, "invite"), note(7)),
        ("held already-invited", *KEPT),
        BEGUN,
    ),
    RuleCase("help.open-referral", (note(0, days=28), agreed(1), note(7)), ("held already-referred", *KEPT), BEGUN),
    RuleCase(
        "help.other-programme",
        (flag(0, programme="example-programme"), note(1)),
        ("held on-another-programme", *KEPT),
        (FIND, *KEPT),
    ),
    RuleCase(
        "wish.does-not-want",
        (note(0, days=28), answered(1, "not-now", wish=wish("does-not-want")), note(100, days=28)),
        ("held does-not-want", *KEPT),
        BEGUN,
    ),
    RuleCase("signal.freezes", (note(0, days=28), signal(1, "death")), ("stopped suspended", "asked death"), ()),
    RuleCase(
        "signal.death",
        (note(0, days=28), signal(1, "death"), looked_up(2, death="formal")),
        (
            "looked up formal",
            "stopped death",
            "prompt withdrawn death",
            "information withdrawn death",
            "lifted suspended",
        ),
        ("looked up formal",),
    ),
    RuleCase(
        "signal.practice",
        (note(0, days=28), signal(1, "practice"), looked_up(2, practice=OTHER_PRACTICE)),
        (
            "looked up found",
            "lifted suspended",
            "prompt withdrawn practice-changed",
            "prompted gp-practice Y99902 to keep-work",
            PACKAGE,
        ),
        ("looked up found", "lifted suspended"),
    ),
    RuleCase(
        "safety.capacity",
        (note(0, days=28), answered(1, "invite", capacity_doubted=True)),
        ("answer not-now", PACKAGE),
        _INVITED,
    ),
    RuleCase(
        "stop.withdrawal",
        (note(0, days=28), agreed(1), taken_back(3)),
        (
            "information withdrawn withdrawal",
            "cancellation requested withdrawal",
            "feedback gp-practice 5.2",
            PACKAGE,
        ),
        (PACKAGE,),
    ),
    RuleCase(
        "stop.objection",
        (note(0, days=28), objected(1)),
        ("stopped objection", "prompt withdrawn objection", "information withdrawn objection"),
        (PACKAGE,),
    ),
    RuleCase(
        "agreement.recorder",
        (note(0, days=28), answered(1, "invite"), flag(2), consented(3, source=FROM_JOB_CENTRE)),
        ("out of sequence",),
        ("answer refer", "referred", "information referral", PACKAGE),
    ),
    RuleCase(
        "stop.wish",
        (note(0, days=28), agreed(1), answered(3, "not-now", wish=wish("does-not-want"))),
        (
            "out of sequence",
            "information withdrawn wish",
            "cancellation requested wish",
            "feedback gp-practice 5.2",
            PACKAGE,
        ),
        ("out of sequence",),
    ),
    RuleCase(
        "wish.impression",
        (note(0, days=28), answered(1, "invite", wish=wish("does-not-want", "clinician"))),
        ("answer not-now", PACKAGE),
        _INVITED,
    ),
    RuleCase(
        "again.not-now",
        (note(0, days=28), answered(1, "not-now"), note(60, days=28)),
        ("held asked-before", *KEPT),
        BEGUN,
    ),
    RuleCase(
        "again.person-declined",
        (note(0, days=28), answered(1, "person-declined"), note(60, days=28)),
        ("held asked-before", *KEPT),
        BEGUN,
    ),
    RuleCase(
        "again.not-suitable",
        (note(0, days=28), answered(1, "not-suitable", reason="returning-soon"), note(60, days=28)),
        ("held asked-before", *KEPT),
        BEGUN,
    ),
    RuleCase("again.lapsed", (note(0, days=28), note(60, days=28)), ("held asked-before", *KEPT), BEGUN),
    RuleCase(
        "again.muted",
        (note(0, days=28), note(120, days=28), note(240, days=28)),
        ("held asked-before", *KEPT),
        BEGUN,
    ),
    RuleCase(
        "again.referral-ended",
        (note(0, days=28), agreed(1), moved(3, "4.0", reason="no-capacity"), note(60, days=28)),
        ("held asked-before", *KEPT),
        BEGUN,
    ),
    RuleCase(
        "again.nomination",
        (note(0, days=28), answered(1, "not-now"), nominated(10)),
        (NOMINATED, *_INVITED[1:]),
        ("held asked-before", PACKAGE),
    ),
    RuleCase("whom.issuer", (note(0, days=28),), BEGUN, ("held nobody-to-ask", *KEPT)),
    RuleCase(
        "whom.pain-service", (discharge(0, work="out-of-work"),), (SERVICE, PACKAGE), ("held nobody-to-ask", PACKAGE)
    ),
    RuleCase(
        "whom.clinician",
        (flag(0, programme="example-programme"), nominated(1), flag(2)),
        (FIND, PACKAGE),
        ("held nobody-to-ask", PACKAGE),
    ),
    RuleCase("news.old", (note(0, days=28, recorded=61),), (PACKAGE,), BEGUN),
    RuleCase(
        "identity.not-verified",
        (note(0, days=28, backfill=True), note(1, person=person(verification="not-verified"))),
        ("held identity", PACKAGE),
        BEGUN,
    ),
    RuleCase(
        "identity.birth-date",
        (note(0), note(7, person=person(date(1980, 6, 16)))),
        ("held identity", PACKAGE),
        BEGUN,
    ),
    RuleCase(
        "agreement.needed",
        (note(0, days=28), answered(1, "refer", agreement=agreement(1, OTHER_PROVIDER))),
        _INVITED,
        ("answer refer", "referred", "information referral", PACKAGE),
    ),
    RuleCase(
        "information.invitation",
        (note(0, days=28), answered(1, "invite")),
        _INVITED,
        ("answer invite", "invited", PACKAGE),
    ),
    RuleCase(
        "information.referral",
        (note(0, days=28), agreed(1)),
        ("answer refer", "referred", "information referral", PACKAGE),
        ("answer refer", "referred", PACKAGE),
    ),
    RuleCase(
        "information.unsure",
        (note(0, days=28), answered(1, "not-now", wish=wish("not-sure"))),
        ("answer not-now", "information unsure", PACKAGE),
        ("answer not-now", PACKAGE),
    ),
    RuleCase("information.note", (note(0, days=28),), BEGUN, (ASKED, PACKAGE)),
    RuleCase("referral.states", (note(0, days=28), agreed(1), moved(2, "5.1.1")), ("out of sequence",), (PACKAGE,)),
    RuleCase(
        "referral.feedback",
        (note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER)),
        ("moved 3.0", "feedback gp-practice 3.0", PACKAGE),
        ("moved 3.0", PACKAGE),
    ),
    RuleCase(
        "continuity.worker",
        (note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER), moved(30, "5.1.4", worker=OTHER_WORKER)),
        ("moved 5.1.4 by another worker", "feedback gp-practice 5.1.4", PACKAGE),
        ("moved 5.1.4", PACKAGE),
    ),
    RuleCase("care-package.kept", (note(0, days=28),), BEGUN, (ASKED, PAGE)),
    RuleCase(
        "when.open-spell",
        (note(0, days=None), due(28, "spell")),
        (ASKED, PACKAGE),
        ("overtaken",),
    ),
    RuleCase("chase.remind", (note(0, days=28), due(7, "remind")), ("reminded",), ("overtaken",)),
    RuleCase(
        "chase.escalate",
        (note(0, days=28), due(14, "escalate")),
        ("escalated to Practice lead", PACKAGE),
        ("overtaken",),
        _with_a_lead,
    ),
    RuleCase("chase.lapse", (note(0, days=28), due(28, "lapse")), ("lapsed", PACKAGE), ("overtaken",)),
    RuleCase("chase.accept", (note(0, days=28), agreed(1), due(8, "accept")), ("chased accept",), ("overtaken",)),
    RuleCase(
        "chase.first-contact",
        (note(0, days=28), agreed(1), moved(2, "3.0", worker=WORKER), due(15, "first-contact")),
        ("chased first-contact",),
        ("overtaken",),
    ),
    *OF_SOURCES,
)
