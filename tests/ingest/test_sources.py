"""The registry of sources: read whole or refused with everything that is wrong with it."""

import re
from pathlib import Path

import pytest

from schemas.topics import INBOUND, TOPICS, is_inbound
from services.settings import Settings, SettingsNotUsable
from services.sources import SOURCES_FILE, Source, Sources
from services.topics import wanted_topics

GP, JOB_CENTRE = "https://gp-practice.example/fit-notes", "https://job-centre.example/flags"
REGISTRY = f"""
[source."{GP}"]
types = ["fit-note-issued-1", "prompt-answered-1"]
inbound = "gp-practice"
largest_body = 65536
rate = 20
burst = 100
backfill = true

[source."{JOB_CENTRE}"]
types = ["job-centre-flagged-1"]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsNotUsable) as why:
        SOURCES_FILE.parse(text)
    return [line.strip() for line in str(why.value).splitlines()[1:]]


def test_what_each_source_may_is_read():
    assert SOURCES_FILE.parse(REGISTRY) == {
        GP: Source(
            types=("fit-note-issued-1", "prompt-answered-1"), inbound="gp-practice", largest_body=65_536, rate=20.0,
            burst=100, backfill=True,
        ),
        JOB_CENTRE: Source(types=("job-centre-flagged-1",)),
    }  # fmt: skip


def test_the_registry_that_the_readme_shows_is_one():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    [shown] = [found for found in re.findall(r"```toml\n(.*?)```", readme, re.S) if "[source." in found]
    [source] = SOURCES_FILE.parse(shown).values()
    assert set(source.__struct_fields__) <= set(re.findall(r"^(\w+) =", shown, re.M))  # every key is shown


def test_a_source_has_its_own_topic_where_it_names_one_and_the_deployment_wants_it(tmp_path):
    file = tmp_path / "sources.toml"
    file.write_text(REGISTRY)
    settings = Settings(sources_file=file)
    sources = Sources.of(settings)
    assert sources.inbound_topics == (INBOUND, f"{INBOUND}.gp-practice")
    assert sources.of_topic(f"{INBOUND}.gp-practice") == GP
    assert sources.of_topic(INBOUND) is None
    assert [topic.name for topic in wanted_topics(settings)][len(TOPICS) :] == [f"{INBOUND}.gp-practice"]
    assert all(is_inbound(topic) for topic in sources.inbound_topics)


def test_without_a_registry_nobody_is_registered_and_only_the_shared_topic_is_there():
    sources = Sources.of(Settings())
    assert not sources.are_registered
    assert sources.find(GP) is None
    assert sources.inbound_topics == (INBOUND,)
    assert wanted_topics(Settings()) == TOPICS


def test_everything_that_is_wrong_is_said_at_once():
    assert problems(
        """
        colour = "blue"
        [source."https://a.example"]
        types = ["fit-note-issued-1", "wait-due-1", "nonsense-1"]
        inbound = "Not A Name"
        largest_body = 0
        rate = "fast"
        colour = "blue"
        [source."two words"]
        types = []
        rate = inf
        backfill = "yes"
        [source."https://b.example"]
        burst = 3
        """
    ) == [
        "colour: not known",
        "https://a.example: colour: not known",
        "https://a.example: inbound: Expected `str` matching regex '^[a-z0-9]+(-[a-z0-9]+)*$'",
        "https://a.example: largest_body: Expected `int` >= 1",
        "https://a.example: rate: Expected `float | null`, got `str`",
        "https://a.example: types: wait-due-1 is no event type of publishers",
        "https://a.example: types: nonsense-1 is no event type of publishers",
        "two words: a source is a URI without white space",
        "two words: backfill: Expected `bool`, got `str`",
        "two words: types: names no event type",
        "two words: rate: must be a number of events a second",
        "https://b.example: types: missing",
        "https://b.example: burst: needs a rate",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "source: missing"),
        ("source = 3", "source: missing"),
        ("[source]", "source: missing"),
        ('[source]\n"urn:x" = 3', "must be a table"),
        ('[source."urn:x"]\ntypes = "fit-note-issued-1"', "urn:x: types: Expected `array`"),
        ('[source."urn:x"]\ntypes = ["fit-note-issued-1"]\nrate = nan', "rate: "),
        ('[source."urn:x"]\ntypes = ["fit-note-issued-1"]\nrate = 0', "rate: "),
        ('[source."urn:x"]\ntypes = ["fit-note-issued-1"]\ninbound = ""', "inbound: "),
    ],
)
def test_a_registry_of_another_form_is_refused(text, words):
    assert any(words in problem for problem in problems(text)), problems(text)


def test_one_topic_belongs_to_one_source():
    twice = "".join(f'[source."urn:{name}"]\ntypes = ["fit-note-issued-1"]\ninbound = "mine"\n' for name in "ab")
    assert problems(twice) == ["inbound: mine is named by two sources"]


@pytest.mark.parametrize(
    ("content", "words"), [(b"= nothing", "is not TOML"), (b"\xff", "must be UTF-8"), (None, "No such file")]
)
def test_a_file_that_cannot_be_read_is_said_and_mended_it_is_read(tmp_path, content, words):
    file = tmp_path / "sources.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsNotUsable, match=words):
        Sources.of(Settings(sources_file=file))
    file.write_text(REGISTRY)
    assert Sources.of(Settings(sources_file=file)).uris == (GP, JOB_CENTRE)
