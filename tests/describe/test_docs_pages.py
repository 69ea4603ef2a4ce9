"""The pages: each event type has one, it stands by itself, and it can be used without a mouse, a script or colour."""

import re

import pytest
from described_pages import DOOR, PAGES, get, ids, page, table, text_of

from schemas.events import EVENT_TYPES
from schemas.failures import FAILURES
from schemas.outputs import OUTPUT_TYPES
from services.describe.documents import document
from services.describe.examples import examples_of
from services.describe.findings import findings


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_nothing_and_takes_nothing_from_elsewhere(path):
    policy = get(path).headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert page(path).xpath("//script | //style | //iframe | //form | //img | //object | //@style") == []
    assert page(path).xpath("//@*[starts-with(name(), 'on')]") == []
    loaded = page(path).xpath("//link/@href | //@src")
    assert loaded == ["/docs/style.css"]


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(path):
    for link in page(path).xpath("//a/@href"):
        address, _, anchor = link.partition("#")
        if address:
            assert get(address).status_code == 200, link
        if anchor:
            assert ids(address or path)[anchor] == 1, link


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_its_language_and_its_title_and_has_headings_without_a_gap(path):
    found = page(path)
    assert found.get("lang") == "en-GB"
    assert text_of(found.find("head/title"))
    levels = [int(heading.tag[1]) for heading in found.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


@pytest.mark.parametrize("path", PAGES)
def test_every_table_has_a_caption_and_heads_and_what_scrolls_is_reached_by_the_keyboard(path):
    found = page(path)
    for each in found.iter("table"):
        assert text_of(each.find("caption"))
        assert each.xpath("thead//th[@scope='col']")
        assert all(row.xpath("count(th[@scope='row'])") == 1 for row in each.find("tbody"))
    for scrolled in found.xpath("//pre | //div[@class='wide']"):
        assert scrolled.get("tabindex") == "0"
        named_by = scrolled.get("aria-labelledby")
        assert scrolled.get("aria-label") or ids(path)[named_by] == 1
    assert [name for name, count in ids(path).items() if count > 1] == []


def test_the_first_page_names_every_event_type_and_every_failure():
    for caption, types in (("Event types for publishers", EVENT_TYPES), ("Event types for consumers", OUTPUT_TYPES)):
        assert [row[:2] for row in table("/docs", caption)] == [[name, row.purpose] for name, row in types.items()]
    assert [row[0] for row in table("/docs", "Failure codes")] == list(FAILURES)


@pytest.mark.parametrize("name", [*EVENT_TYPES, *OUTPUT_TYPES])
def test_the_page_of_a_type_shows_every_example_and_says_what_is_wrong_with_the_invalid_ones(name):
    path = f"/docs/events/{name}"
    shown = page(path).xpath("//details//a/@href")
    assert shown == [f"/docs/examples/{name}/{example.name}" for example in examples_of(name)]
    texts = {each.text_content() for each in page(path).iter("pre")}
    for found in findings(name):
        assert found.text in texts
        assert bool(found.problems) == (found.example.kind == "invalid")
        if found.problems:
            rows = table(path, f"What is wrong: {found.example.story}")
            assert [row[0] for row in rows] == [problem.code for problem in found.problems]


@pytest.mark.parametrize("name", [*EVENT_TYPES, *OUTPUT_TYPES])
def test_an_example_is_served_as_it_stands(name):
    for example in examples_of(name):
        answer = get(f"/docs/examples/{name}/{example.name}")
        assert (answer.content, answer.headers["content-type"]) == (example.body, "application/cloudevents+json")


def test_what_is_not_there_is_404():
    for path in (
        "/docs/events/nothing",
        "/docs/events/wait-due-1",
        "/docs/examples/fit-note-issued-1/nothing.valid.json",
        "/docs/examples/nothing/ankle-sprain.valid.json",
        "/docs/examples/fit-note-issued-1/..%2F..%2Fexpected.json",
        "/docs/examples/..%2F/expected.json",
    ):
        assert get(path).status_code == 404, path


def test_a_page_shows_requests_to_the_door_that_it_came_from_and_repeats_no_other_word_of_its_caller():
    path = "/docs/events/fit-note-issued-1"
    assert f"curl -sS -i {DOOR}/events" in get(path).text
    for host in ("x'$(date)'", "x$(date)", '"><b>', "a/b", "a b", "a:1`id`"):
        shown = set(re.findall(r"curl -sS -i (.*)/events ", get(path, host=host).text))
        assert shown <= {DOOR, "http://127.0.0.1:8080"}
        assert shown


def test_words_between_backticks_are_code_and_no_words_are_markup():
    assert "`" not in re.sub(r"<pre.*?</pre>", "", get("/docs").text, flags=re.DOTALL)
    assert "<code>ce-</code> headers" in get("/docs").text


@pytest.mark.parametrize(
    ("path", "name", "media_type"),
    [
        ("/openapi.json", "openapi", "application/json"),
        ("/asyncapi.json", "asyncapi", "application/json"),
        ("/fhir/metadata", "metadata", "application/fhir+json"),
    ],
)
def test_a_description_is_served_as_it_is_committed(path, name, media_type):
    answer = get(path)
    assert (answer.content, answer.headers["content-type"]) == (document(name), media_type)
    assert answer.headers["x-content-type-options"] == "nosniff"
