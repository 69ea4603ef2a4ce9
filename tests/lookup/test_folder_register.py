"""A folder in a register's place, and how much of a record goes on into an answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.codes import DEATH_NOTIFICATION, DEATH_STATUS, NHS_NUMBER, ODS
from schemas.facts import LookupAnswered, Organisation
from schemas.identifiers import NhsNumber, SubjectKey
from services.ingest.examine import Examined, examine
from services.lookup.folder import FolderRegister
from services.lookup.message import answer_offer
from services.lookup.register import RegisterAway
from services.streams.record import read_event

NUMBER, OTHER = NhsNumber.parse("9990000018"), NhsNumber.parse("9990000026")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUESTION = "0f3f3a2e-52b7-5b7e-9c53-0c6f0b7e6a11"


def patient(number: NhsNumber = NUMBER, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": number.reveal(),
        "identifier": [{"system": NHS_NUMBER, "value": number.reveal()}],
        "name": [{"family": "Testperson"}],
        "address": [{"text": "1 Example Street"}],
        "generalPractitioner": [{"id": "1", "type": "Organization", "identifier": {"system": ODS, "value": "Y99902"}}],
        **more,
    }


def notice(code: str) -> dict[str, Any]:
    status = {"coding": [{"system": DEATH_STATUS, "code": code}]}
    inner = [{"url": "deathNotificationStatus", "valueCodeableConcept": status}]
    other = {"url": "urn:other", "valueString": "words"}
    return {"extension": [other, {"url": DEATH_NOTIFICATION, "extension": inner}]}


def put(folder: Path, content: object, number: NhsNumber = NUMBER) -> None:
    (folder / f"{number.reveal()}.json").write_text(json.dumps(content))


async def taken(folder: Path, key: SubjectKey) -> tuple[Examined, LookupAnswered]:
    """What an answer is after the door."""
    answer = await FolderRegister(folder).ask(NUMBER)
    examined = examine(answer_offer(QUESTION, NUMBER, answer, NOW), NOW, key)
    event = read_event(examined.accepted, examined.payload)
    assert event.subject == key.reference(NUMBER)
    assert isinstance(event.facts, LookupAnswered)
    return examined, event.facts


@pytest.mark.parametrize(
    ("told", "death"),
    [
        ({}, None),
        (notice("1"), "informal"),
        (notice("2"), "formal"),
        ({**notice("2"), "deceasedDateTime": "2026-03-01"}, "formal"),
        ({**notice("U"), "deceasedBoolean": False}, None),
        ({"deceasedDateTime": "2026-03-01"}, "informal"),
        ({"deceasedBoolean": True}, "informal"),
        ({"deceasedBoolean": False}, None),
    ],
)
async def test_a_record_says_whether_they_live_and_where_they_are_registered(
    told: dict[str, Any], death: str | None, tmp_path: Path, key: SubjectKey
):
    put(tmp_path, patient(**told))

    _, facts = await taken(tmp_path, key)

    assert facts == LookupAnswered(QUESTION, "found", death, Organisation("Y99902"))


async def test_no_more_of_a_record_goes_on_than_is_needed(tmp_path: Path, key: SubjectKey):
    put(tmp_path, patient(**notice("2")))

    examined, _ = await taken(tmp_path, key)

    assert b"Testperson" not in examined.payload
    assert b"Example Street" not in examined.payload
    assert b"urn:other" not in examined.payload


async def test_a_record_with_another_number_has_taken_its_place_and_links_nothing(tmp_path: Path, key: SubjectKey):
    put(tmp_path, patient(OTHER))

    examined, facts = await taken(tmp_path, key)

    assert facts == LookupAnswered(QUESTION, "replaced")
    assert examined.accepted.subject == key.reference(NUMBER)


async def test_an_invalidated_number_and_one_that_nobody_has(tmp_path: Path, key: SubjectKey):
    assert (await taken(tmp_path, key))[1] == LookupAnswered(QUESTION, "not-found")

    put(tmp_path, {"resourceType": "OperationOutcome"})

    assert (await taken(tmp_path, key))[1] == LookupAnswered(QUESTION, "invalidated")


async def test_the_same_answer_has_the_same_id_and_another_one_another(tmp_path: Path, key: SubjectKey):
    put(tmp_path, patient())
    first, again = [(await taken(tmp_path, key))[0].accepted for _ in range(2)]
    put(tmp_path, patient(**notice("2")))
    other = (await taken(tmp_path, key))[0].accepted

    assert (first.id, first.arrival) == (again.id, again.arrival)
    assert other.id != first.id


_WRONG_DIGIT = [{"system": NHS_NUMBER, "value": "9990000019"}]


@pytest.mark.parametrize("content", ["words", {"resourceType": "Patient"}, {**patient(), "identifier": _WRONG_DIGIT}])
async def test_what_cannot_be_read_is_no_answer_until_it_is_mended(content: object, tmp_path: Path, key: SubjectKey):
    put(tmp_path, content)
    with pytest.raises(RegisterAway) as why:
        await FolderRegister(tmp_path).ask(NUMBER)
    assert NUMBER.reveal() not in str(why.value)

    put(tmp_path, patient())

    assert (await taken(tmp_path, key))[1].result == "found"
