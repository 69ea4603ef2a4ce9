"""The cases of rules about what fit notes are, corrections, therapy, introductions and cleared flags."""

from __future__ import annotations

from domain_builders import (
    ASKED,
    CHRONIC_PAIN,
    PRACTICE,
    answered,
    cleared,
    event,
    flag,
    introduced,
    note,
    on,
    therapy,
    wish,
)
from rule_case import BEGUN, FIND, KEPT, PACKAGE, RuleCase

from schemas.facts import FitNote, FitNoteCorrection

OF_SOURCES = (
    RuleCase(
        "note.one",
        (note(0), event(0, FitNote(on(0), adjustments=("altered-hours",)), id="altered hours"), note(7)),
        BEGUN,
        ("held already-prompted", *KEPT),
    ),
    RuleCase(
        "note.named",
        (
            note(0, days=28, names=("urn:example:notes|1",), backfill=True),
            event(1, FitNoteCorrection("entered-in-error", names=("urn:example:notes|1",)), backfill=True),
            note(2),
        ),
        ("held waiting-for-spell", *KEPT),
        BEGUN,
    ),
    RuleCase(
        "note.duration",
        (event(0, FitNote(conditions=(CHRONIC_PAIN,), duration=(4, "wk"), issuer=PRACTICE)),),
        BEGUN,
        ("held waiting-for-spell", *KEPT),
    ),
    RuleCase(
        "stop.note-in-error",
        (note(0, days=28), event(1, FitNoteCorrection("entered-in-error", note(0).event_id))),
        ("prompt withdrawn note-in-error", "information withdrawn note-in-error", "held no-evidence", PACKAGE),
        ("held no-evidence", PACKAGE),
    ),
    RuleCase(
        "wish.introduction",
        (note(0, days=28), answered(1, "not-now", wish=wish("does-not-want")), introduced(2)),
        (ASKED, PACKAGE),
        ("held does-not-want", PACKAGE),
    ),
    RuleCase(
        "again.introduction",
        (note(0, days=28), answered(1, "not-now"), introduced(2)),
        (ASKED, PACKAGE),
        ("held asked-before", PACKAGE),
    ),
    RuleCase(
        "whom.practice",
        (note(0, issuer=None), introduced(1, organisation=PRACTICE)),
        (ASKED, PACKAGE),
        ("held nobody-to-ask", PACKAGE),
    ),
    RuleCase("when.introduction", (note(0), introduced(1)), (ASKED, PACKAGE), (PACKAGE,)),
    RuleCase("work.flag-cleared", (flag(0), cleared(1), note(2, days=28)), BEGUN, (FIND, *KEPT)),
    RuleCase(
        "evidence.recurring-therapy",
        (note(0), therapy(95, work="out-of-work")),
        (FIND, PACKAGE),
        (PACKAGE,),
        lambda policy: policy.without("evidence.narrow-code"),
    ),
)
