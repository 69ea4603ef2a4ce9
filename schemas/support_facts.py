"""The facts of employment support: what the IPS provider tells of a referral, of appointments and of its steps.

Read as those of ``schemas.facts``, and part of its union. All text here is personal data.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from schemas.fact import Adjustment, Fact
from schemas.fact import Worker as Worker

#: Steps of employment support. ``job-started``: after 4 paid hours; ``in-work-13-weeks``: 7 hours a week in 13 of 16.
#: Confidence, courses, practice for CV and interview, and peer support are the stage before a placement.
ProgressKind = Literal[
    "first-contact", "vocational-profile-started", "confidence-building", "course-started",
    "cv-and-interview-practice", "peer-support-started", "placement-started", "placement-ended", "job-started",
    "in-work-13-weeks", "job-ended",
]  # fmt: skip
#: What became of an appointment of employment support.
AppointmentState = Literal["booked", "attended", "missed", "cancelled"]


class WaitingList(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person waits for support to begin: at which place, and from which day it is expected, where that is said."""

    place: int | None = None
    expected: date | None = None


class ReferralUpdate(Fact, frozen=True, omit_defaults=True, tag="referral-update"):
    """The IPS provider moves a referral; ``status`` is a BSeR business status. ``waiting``: on their waiting list."""

    referral: str
    status: str
    reason: str | None = None
    worker: Worker | None = None
    waiting: WaitingList | None = None


class AppointmentChanged(Fact, frozen=True, omit_defaults=True, tag="appointment-changed"):
    """An appointment of employment support was booked, attended, missed or cancelled; ``starts`` is when it is."""

    state: AppointmentState
    referral: str
    starts: datetime | None = None
    worker: Worker | None = None


class SupportClosed(Fact, frozen=True, omit_defaults=True, tag="support-closed"):
    """The IPS provider ended its support, on a day. ``reason`` is a code."""

    on: date
    referral: str
    reason: str | None = None
    worker: Worker | None = None


class EmploymentProgress(Fact, frozen=True, omit_defaults=True, tag="employment-progress"):
    """A step of employment support, on a day. ``referral`` is the referral's identifier, where it is stated.

    Of a placement that ended ``outcome`` says how, as a code, and ``adjustments`` which were asked for.
    """

    kind: ProgressKind
    on: date
    referral: str | None = None
    worker: Worker | None = None
    outcome: str | None = None
    adjustments: tuple[Adjustment, ...] = ()


#: What moves a referral, by the BSeR statuses.
ReferralMove = ReferralUpdate | AppointmentChanged | SupportClosed
