"""The kinds of events that the population makes. Another event type is taught here: a module, and its row."""

from __future__ import annotations

from services.synth.kinds.answers import PROMPT_ANSWERED
from services.synth.kinds.consents import CONSENT_RECORDED, CONSENT_WITHDRAWN, OBJECTION_RECORDED
from services.synth.kinds.corrections import FIT_NOTE_CORRECTED
from services.synth.kinds.fit_notes import FIT_NOTE_ISSUED
from services.synth.kinds.introductions import INTRODUCTION_MADE
from services.synth.kinds.job_centres import JOB_CENTRE_FLAG_CLEARED, JOB_CENTRE_FLAGGED
from services.synth.kinds.nominations import CLINICIAN_NOMINATED
from services.synth.kinds.own_answers import PERSON_ANSWERED
from services.synth.kinds.pain_services import PAIN_CLINIC_DISCHARGED
from services.synth.kinds.support import (
    APPOINTMENT_CHANGED,
    EMPLOYMENT_PROGRESSED,
    REFERRAL_UPDATED,
    SUPPORT_CLOSED,
)
from services.synth.kinds.therapies import THERAPY_DISCHARGED
from services.synth.telling import Kind

KINDS: tuple[Kind, ...] = (
    FIT_NOTE_ISSUED,
    FIT_NOTE_CORRECTED,
    PAIN_CLINIC_DISCHARGED,
    THERAPY_DISCHARGED,
    JOB_CENTRE_FLAGGED,
    JOB_CENTRE_FLAG_CLEARED,
    INTRODUCTION_MADE,
    CLINICIAN_NOMINATED,
    PROMPT_ANSWERED,
    REFERRAL_UPDATED,
    EMPLOYMENT_PROGRESSED,
    PERSON_ANSWERED,
    CONSENT_RECORDED,
    CONSENT_WITHDRAWN,
    OBJECTION_RECORDED,
    APPOINTMENT_CHANGED,
    SUPPORT_CLOSED,
)
