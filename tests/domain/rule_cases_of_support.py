"""The cases of the rules about employment support: what is told of it, to whom, and what is due before it."""

from __future__ import annotations

from domain_builders import agreed, discharge, note
from rule_case import PACKAGE, RuleCase
from support_builders import agreed_to_tell, met, moved, progressed

from schemas.support_facts import WaitingList

CASES_OF_SUPPORT = (
    RuleCase(
        "referral.waiting-list",
        (note(0, days=28), agreed(1), moved(2, "3.0", waiting=WaitingList(4))),
        ("moved 3.0 to wait", "feedback gp-practice 3.0", PACKAGE),
        ("moved 3.0", "feedback gp-practice 3.0", PACKAGE),
    ),
    RuleCase(
        "information.appointment",
        (note(0, days=28), agreed(1), moved(2, "3.0"), met(3, "booked")),
        ("moved 5.1.1", "feedback gp-practice 5.1.1", "information appointment", PACKAGE),
        ("moved 5.1.1", "feedback gp-practice 5.1.1", PACKAGE),
    ),
    RuleCase(
        "feedback.copy-practice",
        (note(0, backfill=True), discharge(0, work="out-of-work"), agreed(1), moved(2, "3.0")),
        ("moved 3.0", "feedback pain-service 3.0", "feedback gp-practice 3.0", PACKAGE),
        ("moved 3.0", "feedback pain-service 3.0", PACKAGE),
    ),
    RuleCase(
        "feedback.flare-up",
        (note(0, days=28), agreed(1), progressed(5, "job-started"), discharge(40)),
        ("held already-referred", "feedback ips-provider flare-up", PACKAGE),
        ("held already-referred", PACKAGE),
    ),
    RuleCase(
        "information.benefits",
        (note(0, days=28), agreed(1), progressed(5, "course-started")),
        ("noted course-started", "feedback gp-practice course-started", "information benefits", PACKAGE),
        ("noted course-started", "feedback gp-practice course-started", PACKAGE),
    ),
    RuleCase(
        "feedback.placement-ended",
        (note(0, days=28), agreed(1), progressed(5, "placement-ended", outcome="unsafe")),
        (
            "noted placement-ended",
            "feedback gp-practice placement-ended",
            "feedback ips-provider placement-ended",
            PACKAGE,
        ),
        ("noted placement-ended", "feedback gp-practice placement-ended", PACKAGE),
    ),
    RuleCase(
        "feedback.placement-requirements",
        (
            note(0, days=28),
            agreed(1),
            progressed(4, "placement-started"),
            progressed(5, "placement-ended", outcome="unsafe", adjustments=("altered-hours",)),
            progressed(30, "placement-started"),
        ),
        (
            "noted placement-started",
            "feedback gp-practice placement-started",
            "feedback ips-provider placement-requirements",
            PACKAGE,
        ),
        ("noted placement-started", "feedback gp-practice placement-started", PACKAGE),
    ),
    RuleCase(
        "feedback.job-centre",
        (note(0, days=28), agreed(1), agreed_to_tell(2, "job-started"), progressed(5, "job-started")),
        ("noted job-started", "feedback gp-practice job-started", "feedback job-centre job-started", PACKAGE),
        ("noted job-started", "feedback gp-practice job-started", PACKAGE),
    ),
)
