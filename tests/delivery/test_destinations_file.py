"""The file of destinations: strict, and all that is wrong is told at once."""

from __future__ import annotations

import pytest

from schemas.topics import DECISIONS, EVENTS, PROMPTS, REFERRALS
from services.destinations import CARRIED, DESTINATIONS_FILE, Destination, destinations_of
from services.settings import Settings, SettingsNotUsable

GOOD = f"""
[destination.practice-inbox]
kind = "folder"
path = "/srv/fitpath/prompts"
topics = ["{PROMPTS}"]

[destination.ips]
kind = "folder"
path = "/srv/fitpath/referrals"
topics = ["{REFERRALS}", "fitpath.feedback.ips-provider"]
"""


def test_each_destination_is_read_by_its_name(tmp_path):
    file = tmp_path / "destinations.toml"
    file.write_text(GOOD)
    found = destinations_of(Settings(destinations_file=file))
    assert list(found) == ["practice-inbox", "ips"]
    assert found["practice-inbox"] == Destination(kind="folder", path="/srv/fitpath/prompts", topics=(PROMPTS,))


def test_without_a_file_nothing_goes_anywhere():
    assert destinations_of(Settings()) == {}


def test_everything_that_is_wrong_is_told_at_once():
    text = f"""
    destinations = 1
    [destination.Practice_Inbox]
    kind = "pigeon"
    path = "here"
    topics = ["{EVENTS}", "{DECISIONS}", "{PROMPTS}", "{PROMPTS}"]
    colour = "blue"
    [destination.empty]
    kind = "folder"
    path = "/a"
    topics = []
    [destination.bare]
    [destination.one]
    kind = "folder"
    path = "/same/place"
    topics = ["{PROMPTS}"]
    [destination.two]
    kind = "folder"
    path = "/same/place/"
    topics = ["{PROMPTS}"]
    """
    with pytest.raises(SettingsNotUsable) as raised:
        DESTINATIONS_FILE.parse(text)
    said = str(raised.value).splitlines()[1:]
    assert [line.strip() for line in said] == [
        "destinations: not known",
        "Practice_Inbox: a name is made of small letters, digits and single hyphens, at most 60",
        "Practice_Inbox: colour: not known",
        "Practice_Inbox: kind: Invalid enum value 'pigeon'",
        f"Practice_Inbox: topics: {EVENTS} is no topic of outputs that go outside",
        f"Practice_Inbox: topics: {DECISIONS} is no topic of outputs that go outside",
        "Practice_Inbox: topics: names one twice",
        "Practice_Inbox: path: must begin at the root (/)",
        "empty: topics: names no topic",
        "bare: kind: missing",
        "bare: path: missing",
        "bare: topics: missing",
        "two: path: is that of one",
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [("", "missing"), ("a =", "not TOML"), ("destination = 1", "missing"), ("[destination]", "missing")],
)
def test_what_is_no_file_of_destinations_is_told(text, word):
    with pytest.raises(SettingsNotUsable, match=word):
        DESTINATIONS_FILE.parse(text)


@pytest.mark.parametrize("wrong", ["missing", "binary", "folder"])
def test_a_file_that_cannot_be_read_is_told_without_its_content(tmp_path, wrong):
    file = tmp_path / "destinations.toml"
    if wrong == "binary":
        file.write_bytes(b"\xff\xfe")
    elif wrong == "folder":
        file.mkdir()
    with pytest.raises(SettingsNotUsable, match="the file of destinations"):
        destinations_of(Settings(destinations_file=file))


def test_decisions_are_carried_nowhere():
    assert DECISIONS not in CARRIED
