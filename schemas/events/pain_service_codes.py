"""The codes that make a pain service's discharge, as data (SNOMED CT, and the NHS Data Dictionary's code systems)."""

from __future__ import annotations

#: Pain management service; adult chronic pain management service.
PAIN_SERVICES = frozenset({"310071006", "24271000087103"})
#: Seen in pain clinic.
PAIN_ENCOUNTERS = frozenset({"185248009"})
DISCHARGE_SUMMARY = "373942005"

CARE_SETTING = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-CareSettingType"
OUTCOME_OF_ATTENDANCE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-OutcomeOfAttendance"
