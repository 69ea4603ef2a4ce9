"""Who speaks at the HTTP door: tokens, kept hashed, one for each source."""

import json
import stat

import pytest
from door_parts import JSON, binary, codes, event, open_door, records, structured
from typer.testing import CliRunner

from schemas.failures import Refused
from schemas.topics import EVENTS, REFUSALS
from services.cli import app
from services.cli.speak import Trouble
from services.ingest.callers import Caller, Callers, add_token, hash_of, read_tokens
from services.settings import Settings, SettingsNotUsable

MINE, THEIRS = "https://job-centre.example/flags", "https://gp-practice.example/fit-notes"


@pytest.fixture
def tokens(tmp_path):
    """A tokens file with two sources; the file and their tokens."""
    file = tmp_path / "tokens.json"
    return file, add_token(file, MINE), add_token(file, THEIRS)


def test_a_token_is_kept_as_a_hash_in_a_file_for_its_owner_only(tokens):
    file, mine, theirs = tokens
    assert len(mine) >= 40
    assert mine != theirs
    assert json.loads(file.read_text()) == {MINE: [hash_of(mine)], THEIRS: [hash_of(theirs)]}
    assert mine not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_token_of_a_source_takes_the_place_of_the_old_one(tokens):
    file, old, theirs = tokens
    new = add_token(file, MINE)
    callers = Callers.of(Settings(tokens_file=file))
    assert callers.tell(f"Bearer {new}") == Caller(MINE)
    assert callers.tell(f"bearer  {theirs} ") == Caller(THEIRS)
    with pytest.raises(Refused):
        callers.tell(f"Bearer {old}")


def test_for_a_change_over_the_token_before_stays_good_beside_the_new_one_and_no_older_one(tokens):
    file, oldest, theirs = tokens
    old = add_token(file, MINE)
    new = add_token(file, MINE, keep=True)
    callers = Callers.of(Settings(tokens_file=file))
    for token, source in ((new, MINE), (old, MINE), (theirs, THEIRS)):
        assert callers.tell(f"Bearer {token}") == Caller(source)
    newest = add_token(file, MINE, keep=True)
    assert read_tokens(file)[MINE] == [hash_of(newest), hash_of(new)]
    for token in (oldest, old):
        with pytest.raises(Refused):
            Callers.of(Settings(tokens_file=file)).tell(f"Bearer {token}")
    assert read_tokens(file)[MINE] != read_tokens(file)[THEIRS]


def test_whoever_shows_no_token_or_a_wrong_one_is_not_known(tokens):
    file, mine, _ = tokens
    callers = Callers.of(Settings(tokens_file=file))
    for shown in (
        None,
        "",
        "Bearer",
        "Bearer ",
        mine,
        f"Basic {mine}",
        f"Bearer {mine}x",
        "Bearer é",
        f"Bearer {hash_of(mine)}",
    ):
        with pytest.raises(Refused) as refused:
            callers.tell(shown)
        assert [problem.code for problem in refused.value.problems] == ["source-not-known"]
    assert callers.tell(f"Bearer {mine}").may_speak_for(MINE)


def test_on_loopback_nobody_needs_a_token_and_beyond_it_the_door_does_not_start_without(tokens):
    file, *_ = tokens
    for host in ("127.0.0.1", "localhost", "::1", "127.8.8.8"):
        assert Callers.of(Settings(host=host)).tell(None).may_speak_for("anybody")
    for host in ("0.0.0.0", "::", "192.0.2.1", "door.example", ""):  # noqa: S104 - refused here
        with pytest.raises(SettingsNotUsable, match="fitpath token"):
            Callers.of(Settings(host=host))
        with pytest.raises(Refused):
            Callers.of(Settings(host=host, tokens_file=file)).tell(None)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"urn:x": 1}', '{"urn:x": []}', '{"urn:x": ["a token in the clear"]}', '{"urn:x": ["é"]}']
)
def test_a_tokens_file_of_another_form_is_not_usable_and_is_not_repeated(tmp_path, text):
    file = tmp_path / "tokens.json"
    file.write_text(text)
    for read in (lambda: Callers.of(Settings(tokens_file=file)), lambda: add_token(file, MINE)):
        with pytest.raises(SettingsNotUsable) as why:
            read()
        assert "clear" not in str(why.value)
    assert file.read_text() == text


def test_a_tokens_file_that_is_not_there_is_not_usable(tmp_path):
    with pytest.raises(SettingsNotUsable, match="No such file"):
        Callers.of(Settings(tokens_file=tmp_path / "nowhere.json"))


def test_the_command_makes_a_token_shows_it_once_and_keeps_its_hash(tmp_path):
    file = tmp_path / "tokens.json"
    ran = CliRunner().invoke(app, ["token", MINE, "--file", str(file)])
    assert ran.exit_code == 0
    token = ran.stdout.strip()
    assert read_tokens(file) == {MINE: [hash_of(token)]}
    assert token not in ran.stderr
    assert Callers.of(Settings(tokens_file=file)).tell(f"Bearer {token}") == Caller(MINE)


def test_the_command_says_what_is_wrong_with_a_file_and_leaves_it(tmp_path):
    file = tmp_path / "tokens.json"
    file.write_text("not JSON")
    ran = CliRunner().invoke(app, ["token", MINE, "--file", str(file)])
    assert isinstance(ran.exception, Trouble)
    assert file.read_text() == "not JSON"
    file.unlink()
    assert CliRunner().invoke(app, ["token", MINE, "--file", str(file)]).exit_code == 0


async def test_at_the_door_a_token_speaks_for_its_source_only_and_what_is_not_let_in_counts_nowhere(
    broker, key, tokens
):
    file, mine, _ = tokens
    async with open_door(broker, key, callers=Callers.of(Settings(tokens_file=file))) as door:
        sent = event(source=MINE)
        for wrong in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic eDp5"}):
            for answer in (await door.post(sent, **wrong), await door.client.get("/events/x", headers=wrong)):
                assert (answer.status_code, codes(answer)) == (401, {"source-not-known"})
                assert answer.headers["www-authenticate"] == "Bearer"
        as_me = {"authorization": f"Bearer {mine}"}
        for mode in (binary, structured):
            for other in (THEIRS, f"{MINE}/", MINE.upper(), "urn:x"):
                answer = await door.post({**sent, "source": other}, mode, **as_me)
                assert (answer.status_code, codes(answer)) == (403, {"source-not-yours"}), other
        assert [await records(broker, topic) for topic in (EVENTS, REFUSALS)] == [[], []]
        assert (await door.post(sent, **as_me)).status_code == 202


async def test_a_known_caller_whose_event_names_no_source_is_told_what_is_missing_and_is_counted(broker, key, tokens):
    file, mine, _ = tokens
    async with open_door(broker, key, callers=Callers.of(Settings(tokens_file=file))) as door:
        sent = {name: value for name, value in event().items() if name != "source"}
        answer = await door.post(sent, authorization=f"Bearer {mine}")
        assert (answer.status_code, codes(answer)) == (400, {"envelope-incomplete"})
        assert len(await records(broker, REFUSALS)) == 1


async def test_health_is_told_to_everybody(broker, key, tokens):
    file, *_ = tokens
    async with open_door(broker, key, callers=Callers.of(Settings(tokens_file=file))) as door:
        for address in ("/healthz", "/readyz", "/metrics"):
            assert (await door.client.get(address)).status_code == 200
        assert (await door.client.post("/events", headers={"content-type": JSON})).status_code == 401
