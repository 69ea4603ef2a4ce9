"""The public samples, where they are: sent as a real publisher would, once naming the person and once not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_SAMPLES = (
    ("uk-core/QuestionnaireResponse-FitnessForWork.xml", "application/fhir+xml", "9990001006"),
    ("gp-connect/DocumentReference-emed3.stu3.json", "application/fhir+json", "9990001014"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as a body with its headers (CloudEvents binary mode)."""

    name: str
    body: bytes
    headers: dict[str, str]


def public_samples(time: str) -> list[Sample]:
    """Each sample with an envelope that names a synthetic person, and without. Empty where the folder is not there."""
    folder = Path(os.environ.get("FITPATH_SHARED") or Path.cwd().parent / "shared") / "samples"
    found = []
    for name, media_type, number in _SAMPLES:
        path = folder / name
        if not path.is_file():
            continue
        for subject in (number, None):
            headers = {
                "content-type": media_type,
                "ce-specversion": "1.0",
                "ce-id": f"{path.stem}-{'named' if subject else 'unnamed'}",
                "ce-source": "https://samples.example/public",
                "ce-type": "fit-note-issued-1",
                "ce-time": time,
            }
            found.append(Sample(name, path.read_bytes(), {**headers, **({"ce-subject": subject} if subject else {})}))
    return found
