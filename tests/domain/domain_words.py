"""Decisions in words, for comparison."""

from __future__ import annotations

from services.domain.decisions import (
    AnswerTaken,
    CallAsked,
    CancellationRequested,
    CarePackageUpdated,
    Chased,
    Decisions,
    Escalated,
    FeedbackGiven,
    Held,
    InformationDue,
    InformationWithdrawn,
    Invited,
    Lapsed,
    Lifted,
    LookupAsked,
    LookupTaken,
    Nominated,
    OutOfSequence,
    ProgressNoted,
    Prompted,
    PromptWithdrawn,
    PutOff,
    ReferralMoved,
    Referred,
    Reminded,
    ReviewNeeded,
    Stopped,
    WaitOvertaken,
)


def in_words(decision: Decisions) -> str:
    """A decision without its reasons, for comparison."""
    match decision:
        case Prompted(owner=owner, owner_kind=kind, track=track):
            return f"prompted {kind} {owner.ods} to {track}"
        case Held(reason=reason):
            return f"held {reason}"
        case AnswerTaken(answer=taken):
            return f"answer {taken}"
        case Invited():
            return "invited"
        case Referred():
            return "referred"
        case InformationDue(purpose=purpose):
            return f"information {purpose}"
        case ReferralMoved(status=status, worker_changed=changed, waiting=waiting):
            return f"moved {status}{' by another worker' if changed else ''}{' to wait' if waiting else ''}"
        case FeedbackGiven(audience=audience, status=status, progress=step, about=about, thing=thing):
            return f"feedback {audience} {thing or about or step or status}"
        case Nominated(owner=owner, owner_kind=kind, track=track, answer=follows):
            return f"nominated by {kind} {owner.ods} to {track}: {follows}"
        case ProgressNoted(progress=step, worker_changed=changed):
            return f"noted {step}{' by another worker' if changed else ''}"
        case OutOfSequence():
            return "out of sequence"
        case Reminded():
            return "reminded"
        case Escalated(lead=lead):
            return f"escalated to {lead.name}"
        case Lapsed():
            return "lapsed"
        case Chased(step=step):
            return f"chased {step}"
        case WaitOvertaken():
            return "overtaken"
        case CallAsked():
            return "call asked"
        case Stopped(reason=reason):
            return f"stopped {reason}"
        case Lifted(reason=reason):
            return f"lifted {reason}"
        case PromptWithdrawn(reason=reason):
            return f"prompt withdrawn {reason}"
        case InformationWithdrawn(reason=reason):
            return f"information withdrawn {reason}"
        case CancellationRequested(reason=reason):
            return f"cancellation requested {reason}"
        case LookupAsked(signal=signal):
            return f"asked {signal}"
        case LookupTaken(result=result, death=death):
            return f"looked up {death or result}"
        case PutOff():
            return "put off"
        case ReviewNeeded(prompts=prompts, referrals=referrals, pages=pages):
            return f"review {len(prompts)} {len(referrals)} {len(pages)}"
        case CarePackageUpdated():
            return "care package"
