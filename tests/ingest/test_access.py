"""What `doctor` says of who may reach what: what is open is wrong, what is open on somebody's word is named."""

import pytest
from pydantic import SecretStr

from services.access import broker_access, database_access, door, sources
from services.doctor import examine_all
from services.ingest.callers import add_token
from services.settings import Settings

GP, JOB_CENTRE, STRANGER = "https://gp-practice.example/fit-notes", "https://job-centre.example/flags", "urn:stranger"
REGISTRY = f"""
[source."{GP}"]
types = ["fit-note-issued-1"]
inbound = "gp-practice"
[source."{JOB_CENTRE}"]
types = ["job-centre-flagged-1"]
"""


@pytest.fixture
def registry(tmp_path):
    file = tmp_path / "sources.toml"
    file.write_text(REGISTRY)
    return file


@pytest.fixture
def tokens(tmp_path):
    file = tmp_path / "tokens.json"
    add_token(file, JOB_CENTRE)
    return file


async def test_a_door_beyond_this_machine_needs_tokens_that_can_be_read(tokens):
    open_to_all = await door(Settings(host="0.0.0.0"))  # noqa: S104 - nobody listens
    assert (open_to_all.good, "fitpath token" in open_to_all.advice) == (False, True)
    assert (await door(Settings(host="0.0.0.0", tokens_file=tokens))).good  # noqa: S104
    tokens.write_text("nonsense")
    assert not (await door(Settings(tokens_file=tokens))).good
    assert (await door(Settings())).words == "loopback only"


async def test_a_registry_that_is_not_valid_is_wrong_and_a_valid_one_is_counted(registry):
    assert (await sources(Settings(sources_file=registry))).words == "2 registered"
    registry.write_text("colour = 1")
    found = await sources(Settings(sources_file=registry))
    assert not found.good
    assert "colour: not known" in found.words


async def test_no_registry_is_named_and_beyond_this_machine_there_is_advice():
    assert (await sources(Settings())).advice == ""
    found = await sources(Settings(host="0.0.0.0"))  # noqa: S104
    assert (found.good, "FITPATH_SOURCES_FILE" in found.advice) == (True, True)


async def test_who_has_a_token_and_no_entry_and_who_can_say_nothing_at_all_is_named(registry, tokens):
    settings = Settings(sources_file=registry, tokens_file=tokens)
    assert (await sources(settings)).words == "2 registered"
    add_token(tokens, STRANGER)
    assert f"a token, but no entry: {STRANGER}" in (await sources(settings)).words
    tokens.unlink()
    add_token(tokens, GP)
    assert f"neither a token nor a topic: {JOB_CENTRE}" in (await sources(settings)).words


@pytest.mark.parametrize(
    ("settings", "good", "words"),
    [
        ({}, True, "no broker is set"),
        ({"broker_url": "127.0.0.1:9092"}, True, "on this machine"),
        ({"broker_url": "kafka:9092"}, False, "FITPATH_BROKER_SECURITY_PROTOCOL=SASL_SSL"),
        ({"broker_url": "kafka:9092", "trust_broker_acl": True}, True, "whoever may produce to fitpath.inbound"),
    ],
)
async def test_a_broker_that_is_open_to_others_is_wrong_and_one_on_somebodys_word_is_named(settings, good, words):
    found = await broker_access(Settings(**settings))
    assert (found.good, words in found.words) == (good, True)
    assert bool(found.advice) == ("kafka:9092" in settings.values())


async def test_a_broker_with_tls_and_sasl_is_good(tmp_path):
    password = tmp_path / "password"
    password.write_text("x")
    settings = Settings(
        broker_url="kafka:9092", broker_security_protocol="SASL_SSL", broker_username="f", broker_password_file=password
    )
    found = await broker_access(settings)
    assert (found.good, found.words, found.advice) == (True, "TLS, and Fitpath says who it is", "")


@pytest.mark.parametrize(
    ("dsn", "words", "named"),
    [
        ("postgresql://f@127.0.0.1/f", "on this machine", False),
        ("postgresql://f@[::1]:5432/f", "on this machine", False),
        ("postgresql:///f?host=/run/postgresql", "on this machine", False),
        ("postgresql://f:p@db.example/f?sslmode=verify-full&sslrootcert=ca.pem", "TLS, verify-full", False),
        ("postgresql://f:p@db.example/f?sslmode=require", "db.example is not verified (sslmode=require)", True),
        ("postgresql://f:p@localhost,db.example:5433/f", "db.example is not verified (sslmode=prefer)", True),
        ("postgresql:///f?host=db.example", "db.example is not verified", True),
    ],
)
async def test_a_way_to_the_database_that_is_not_verified_is_named(dsn, words, named):
    found = await database_access(Settings(database_url=SecretStr(dsn)))
    assert found.good
    assert words in found.words
    assert ("sslmode=verify-full" in found.advice) == named
    assert "f:p@" not in found.words + found.advice


async def test_the_doctor_tells_all_of_it_and_counts_the_sources_topics(broker, database, registry):
    settings = Settings(broker_url=broker, database_url=SecretStr(database), sources_file=registry)
    found = {item.name: item for item in await examine_all(settings)}
    assert {"door", "sources", "broker access", "database access"} <= found.keys()
    assert "missing" in found["topics"].words  # the topic of the one source that has its own
    open_broker = settings.model_copy(update={"broker_url": "kafka.example:9092"})
    found = {item.name: item for item in await examine_all(open_broker)}
    assert (found["broker"].good, found["broker access"].good) == (False, False)
