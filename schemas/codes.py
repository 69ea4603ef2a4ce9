"""Systems and URIs, once. Codes themselves are data of the policy; the few here name structure."""

from __future__ import annotations

#: All that is our own stands under this URI and says so: no national IPS or fit-note event exists.
OWN = "https://fitpath.example/fhir"
SOURCE = "urn:fitpath"
#: What speaks for people who answer on our own pages. No other caller may.
PAGES = "https://fitpath.example/pages"

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
#: Variants that arrive (FACTS 5).
NHS_NUMBER_SYSTEMS = frozenset(
    {
        NHS_NUMBER,
        "http://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.net/Id/nhs-number",
        "https://fhir.nhs.net/Id/nhs-number",
    }
)
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
ODS_SYSTEMS = frozenset({ODS, "http://fhir.nhs.uk/Id/ods-organization-code"})
SNOMED = "http://snomed.info/sct"
ICD11 = "http://id.who.int/icd/release/11/mms"
RFC4122 = "https://tools.ietf.org/html/rfc4122"
UCUM = "http://unitsofmeasure.org"

EVENT_TYPE = f"{OWN}/CodeSystem/event-type"
JOB_CENTRE_FLAG = f"{OWN}/CodeSystem/job-centre-flag"
PROGRAMME = f"{OWN}/CodeSystem/employment-programme"
WORK_SITUATION = f"{OWN}/CodeSystem/work-situation"
PROMPT_ANSWER = f"{OWN}/CodeSystem/prompt-answer"
WISH = f"{OWN}/CodeSystem/wish"
REASON = f"{OWN}/CodeSystem/reason"
EMPLOYMENT_PROGRESS = f"{OWN}/CodeSystem/employment-progress"
PERSON_ANSWER = f"{OWN}/CodeSystem/person-answer"
CONSENT_PURPOSE = f"{OWN}/CodeSystem/consent-purpose"
AUDIENCE = f"{OWN}/CodeSystem/audience"
AGREEMENT_ITEM = f"{OWN}/CodeSystem/agreement-item"
INTRODUCTION = f"{OWN}/CodeSystem/introduction"
FIT_NOTE_CORRECTION = f"{OWN}/CodeSystem/fit-note-correction"
DECISION = f"{OWN}/CodeSystem/decision"
FEEDBACK = f"{OWN}/CodeSystem/feedback"
INFORMATION = f"{OWN}/CodeSystem/patient-information"
LOOKUP = f"{OWN}/CodeSystem/lookup"
LOOKUP_RESULT = f"{OWN}/CodeSystem/lookup-result"
#: An extension (boolean): the person knows of what is told here and agreed to it.
KNOWN_AND_AGREED = f"{OWN}/StructureDefinition/known-and-agreed"
#: An extension (Coding): an adjustment that was asked for, as on a fit note.
ADJUSTMENT = f"{OWN}/StructureDefinition/adjustment"
#: An extension (Reference to a PractitionerRole): who answered on a page, in which role, for which organisation.
ANSWERED_BY = f"{OWN}/StructureDefinition/answered-by"
TASK_ID = f"{OWN}/Id/task"
OUTPUT_ID = f"{OWN}/Id/output"
BSER = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS"

#: UK Core: whether a death is notified (1, informal), registered (2, formal), or was neither (U, removed).
DEATH_NOTIFICATION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus"
DEATH_STATUS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus"

IPS_REFERRAL = "1082611000000105"
IPS = "1082621000000104"
VERIFICATION_EXTENSIONS = frozenset(
    {
        "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "https://fhir.nhs.uk/R4/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
    }
)
VERIFIED = frozenset({"number-present-and-verified", "01"})
