import json
from datetime import date

import pytest
from inbound_examples import example

from schemas.events import facts_of
from schemas.facts import FitNote, Organisation
from schemas.failures import Refused
from schemas.fhir.dates import last_day
from schemas.fhir.message import read_message

SNOMED = "http://snomed.info/sct"
CERTIFICATE = "fit-note-issued-1/chronic-back-pain.valid.json"
DOCUMENT = "fit-note-issued-1/document-with-period.valid.json"


def note(data, subject="9990000018") -> FitNote:
    message = read_message("fit-note-issued-1", "application/fhir+json", json.dumps(data).encode(), subject)
    facts = facts_of("fit-note-issued-1", message.payload)[1]
    assert isinstance(facts, FitNote)
    return facts


def problems(data):
    with pytest.raises(Refused) as refused:
        note(data)
    return [(problem.code, problem.expression) for problem in refused.value.problems]


def form(*items, questionnaire="https://example.fhir.nhs.uk/Questionnaire/18381000000107", **more):
    stated = {"questionnaire": questionnaire, "status": "completed", **({"item": list(items)} if items else {})}
    return {"resourceType": "QuestionnaireResponse", **stated, **more}


def item(link, **answer):
    return {"linkId": link, "answer": [answer]}


def coded(link, code, system=SNOMED):
    return item(link, valueCoding={"system": system, "code": code})


ASSESSED = item("4436092714066", valueDate="2024-01-31")
UNFIT = coded("4459951239742", "160910001")


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("4 weeks", date(2024, 2, 27)),
        ("1 Week", date(2024, 2, 6)),
        ("10 days", date(2024, 2, 9)),
        ("1 month", date(2024, 2, 28)),
        ("3 months", date(2024, 4, 29)),
        ("until better", None),
        ("0 weeks", None),
    ],
)
def test_a_duration_counts_from_the_day_of_the_assessment_and_its_last_day_is_inclusive(words, end):
    found = note(form(ASSESSED, UNFIT, item("9610249726447", valueString=words)))
    assert found.end == end
    assert found.start == (date(2024, 1, 31) if words != "until better" else None)


def test_a_duration_may_be_a_quantity():
    weeks = {"value": 2, "system": "http://unitsofmeasure.org", "code": "wk"}
    assert note(form(ASSESSED, UNFIT, item("9610249726447", valueQuantity=weeks))).end == date(2024, 2, 13)


def test_a_month_ends_the_day_before_the_same_day_of_a_later_month():
    assert last_day(date(2024, 3, 15), 1, "mo") == date(2024, 4, 14)
    assert last_day(date(2024, 12, 15), 1, "mo") == date(2025, 1, 14)
    assert last_day(date(9999, 12, 15), 1, "mo") is None
    assert last_day(date(2024, 3, 15), 1, "a") is None


def test_a_stated_period_counts_before_a_duration():
    found = note(
        form(
            ASSESSED,
            UNFIT,
            item("9152699348287", valueDate="2024-02-01"),
            item("4958668541331", valueDate="2024-02-10"),
            item("9610249726447", valueString="4 weeks"),
        )
    )
    assert (found.start, found.end) == (date(2024, 2, 1), date(2024, 2, 10))


def test_what_a_note_does_not_say_is_not_known():
    assert note(form(questionnaire="urn:x:18381000000107")) == FitNote()


def test_answers_are_known_by_their_codes_wherever_they_stand():
    group = {"linkId": "any", "item": [coded("thing", "225891002"), coded("other", "775321000000108")]}
    found = note(form(group, questionnaire="https://gp.example/own-form"))
    assert (found.advice, found.adjustments) == ("may-be-fit", ("amended-duties",))


def test_short_item_ids_mean_something_in_the_form_they_belong_to_only():
    found = note(form(UNFIT, item("Q1", valueDate="2024-01-31"), questionnaire="https://gp.example/own-form"))
    assert found.assessed is None


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (form(ASSESSED, questionnaire="https://gp.example/phq-9"), "questionnaire"),
        (form(ASSESSED, UNFIT, status="entered-in-error"), "status"),
        (form(UNFIT, coded("x", "225891002")), "item"),
        (
            form(UNFIT, item("9152699348287", valueDate="2024-02-02"), item("4958668541331", valueDate="2024-02-01")),
            "item",
        ),
    ],
)
def test_a_form_that_is_no_standing_fit_note_is_not_usable(data, place):
    assert problems(data) == [("focus-not-usable", f"QuestionnaireResponse.{place}")]


def document(*codes, **more):
    data = example(DOCUMENT).event["data"]["entry"][0]["resource"]
    codings = [{"system": SNOMED, "code": code} for code in codes]
    return {**data, "subject": {"display": "x"}, "type": {"coding": codings}, **more}


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("751481000000104", "not-fit"),
        ("751621000000103", "not-fit"),
        ("751731000000106", "not-fit"),
        ("751601000000107", "may-be-fit"),
        ("751641000000105", "may-be-fit"),
        ("751751000000104", "may-be-fit"),
        ("775241000000108", None),
    ],
)
def test_the_type_of_a_document_says_which_advice_it_gives(code, advice):
    found = note(document(code))
    assert (found.advice, found.start, found.end) == (advice, date(2024, 3, 7), date(2024, 5, 6))


def test_codes_that_arrive_beside_the_statement_make_one_note():
    found = note(document("751601000000107", "751641000000105", "775281000000100", "775241000000108"))
    assert (found.advice, found.adjustments) == ("may-be-fit", ("phased-return",))


@pytest.mark.parametrize(
    "data",
    [
        document("775221000000101"),
        document("14241000000101"),
        document("751481000000104", "14241000000101"),
        document("371531000"),
        document("751481000000104", "751601000000107"),
    ],
)
def test_a_document_of_another_type_is_not_usable(data):
    assert problems(data) == [("focus-not-usable", "DocumentReference.type")]


def test_a_document_without_dates_has_none_and_its_description_is_not_read():
    words = "Fit note (04 Jul 2022, Diagnosis: Fibromyalgia)"
    found = note(document("751481000000104", context={"period": {"start": "2024"}}, description=words))
    assert (found.start, found.end, found.conditions) == (None, None, ())


def with_issuer(*resources, **form_fields):
    entries = [{"fullUrl": url, "resource": resource} for url, resource in resources]
    focus = {"resource": form(UNFIT, **form_fields)}
    return {"resourceType": "Bundle", "type": "collection", "entry": [focus, *entries]}


ODS = {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y99001"}
SURGERY = {"resourceType": "Organization", "identifier": [ODS], "name": "Synthetic Street Surgery"}


@pytest.mark.parametrize(
    "data",
    [
        with_issuer(("urn:uuid:o", SURGERY)),
        with_issuer(("urn:uuid:o", SURGERY), author={"reference": "urn:uuid:o"}),
        with_issuer(
            ("https://gp.example/Organization/1", {**SURGERY, "id": "1"}), author={"reference": "Organization/1"}
        ),
        with_issuer(
            ("urn:uuid:o", SURGERY),
            ("urn:uuid:r", {"resourceType": "PractitionerRole", "organization": {"reference": "urn:uuid:o"}}),
            ("urn:uuid:p", {**SURGERY, "identifier": [{**ODS, "value": "Y99002"}]}),
            author={"reference": "urn:uuid:r"},
        ),
        form(UNFIT, author={"reference": "#o"}, contained=[{**SURGERY, "id": "o"}]),
    ],
)
def test_the_issuer_is_found_by_ods_code(data):
    assert note(data).issuer == Organisation("Y99001", "Synthetic Street Surgery")


def test_an_issuer_by_local_reference_or_among_several_is_not_known():
    assert note(form(UNFIT, author={"reference": "Organization/Y99001"})).issuer is None
    other = {**SURGERY, "identifier": [{**ODS, "value": "Y99002"}]}
    assert note(with_issuer(("urn:uuid:o", SURGERY), ("urn:uuid:p", other))).issuer is None


def test_a_form_counts_before_a_document_beside_it():
    data = example(CERTIFICATE).event["data"]
    entries = [{"resource": document("751601000000107")}, *data["entry"]]
    assert note({**data, "entry": entries}).advice == "not-fit"
    assert example(CERTIFICATE).read().fast


def test_two_work_situations_that_differ_are_not_known():
    own = "https://fitpath.example/fhir/CodeSystem/work-situation"
    said = [coded("work-situation", code, own) for code in ("in-work", "out-of-work")]
    assert note(form(UNFIT, said[0])).work == "in-work"
    assert note(form(UNFIT, *said)).work is None
