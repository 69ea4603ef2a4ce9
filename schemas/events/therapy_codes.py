"""The codes of therapy services, as data: SNOMED CT, as UK Core's value sets of care settings and encounters list them.

Services for children are left out: help with work is for adults.
"""

from __future__ import annotations

from schemas.facts import TherapyKind

#: Services, and where somebody was seen.
THERAPIES: dict[str, TherapyKind] = {
    "722140001": "physiotherapy",  # physiotherapy service
    "699650006": "physiotherapy",  # community based
    "705150003": "physiotherapy",  # domiciliary
    "310098005": "physiotherapy",  # hospital-based
    "185276001": "physiotherapy",  # seen in physiotherapy department
    "3621000175101": "rheumatology",  # rheumatology service
    "185227007": "rheumatology",  # seen in rheumatology clinic
}
