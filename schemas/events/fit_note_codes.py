"""The codes of fit notes, as data: SNOMED CT (UK) and the item ids of the two published questionnaires.

Source: the UK Core questionnaires and published research code lists. Match on
code, never on display.
"""

from __future__ import annotations

from typing import Literal

from schemas.fact import Adjustment
from schemas.facts import Advice

#: What a coded answer or a document's type says about fitness. Duplicates and notes by hand say the same.
ADVICE: dict[str, Advice] = {
    "160910001": "not-fit",
    "225891002": "may-be-fit",
    "751481000000104": "not-fit",
    "751491000000102": "not-fit",
    "751621000000103": "not-fit",
    "751731000000106": "not-fit",
    "751601000000107": "may-be-fit",
    "751611000000109": "may-be-fit",
    "751641000000105": "may-be-fit",
    "751751000000104": "may-be-fit",
}
ADJUSTMENTS: dict[str, Adjustment] = {
    "775281000000100": "phased-return",
    "775301000000104": "altered-hours",
    "775321000000108": "amended-duties",
    "775351000000103": "workplace-adaptations",
}
CODE_OF: dict[Adjustment, str] = {adjustment: code for code, adjustment in ADJUSTMENTS.items()}
#: Documents that are a fit note without saying which advice it gives: issued, duplicate, sickness certificates.
ISSUED = frozenset({"775241000000108", "775261000000109", "18381000000107"})
#: Documents that are none: not issued to the patient; back to work.
NOT_A_NOTE = frozenset({"775221000000101", "14241000000101"})

Part = Literal["assessed", "condition", "effects", "duration", "from", "to", "assess-again", "work"]

#: Our own item, for publishers who can state it.
WORK_ITEM = "work-situation"
#: The sickness certificate's item ids are long enough to mean the same wherever they stand.
SICKNESS_CERTIFICATE: dict[str, Part] = {
    "4436092714066": "assessed",
    "3841573519012": "condition",
    "9613825261904": "effects",
    "9610249726447": "duration",
    "9152699348287": "from",
    "4958668541331": "to",
    "2344340926665": "assess-again",
    WORK_ITEM: "work",
}
#: UK Core's "Statement of Fitness for Work": ids that mean something in that questionnaire only.
FITNESS_FOR_WORK: dict[str, Part] = {"Q1": "assessed", "Q2g": "condition"}
FITNESS_FOR_WORK_NAME = "FitnessForWork"
SICKNESS_CERTIFICATE_NAME = "18381000000107"
