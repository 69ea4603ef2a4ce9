"""Links, their keys and the words of the pages: what a deployment sets up."""

from __future__ import annotations

import re
import stat
import uuid
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from page_parts import KEYS
from typer.testing import CliRunner

from schemas.support_facts import ProgressKind
from services.answer_links import AnswerLinks, PageKeys, add_page_key, read_page_keys
from services.cli import app
from services.ingest.inbox import Inbox
from services.ingest.pages import pages_of
from services.ingest.pages.texts import OPEN, read_texts
from services.settings import Settings, SettingsNotUsable

OUTPUT = uuid.UUID("d7f898b6-b44a-5b84-8546-3f7d71c70f02")
SHIPPED = (resources.files("services.ingest.pages") / "texts" / "en.toml").read_text()


def test_a_link_is_a_function_of_the_output_and_the_key_and_holds_neither_key_nor_person():
    links = AnswerLinks("https://pages.example", KEYS)
    assert links.of(OUTPUT) == links.of(uuid.UUID(str(OUTPUT)))
    assert links.of(OUTPUT).startswith("https://pages.example/answer/test.")
    assert KEYS.question(links.of(OUTPUT).rpartition("/")[2]) == OUTPUT
    assert links.of(OUTPUT) != links.of(uuid.uuid4())
    assert PageKeys((("test", b"another key of the tests"),)).token(OUTPUT) != KEYS.token(OUTPUT)
    assert "key of the tests" not in repr(links)


def test_a_new_key_makes_new_links_and_those_made_before_still_open(tmp_path):
    file = tmp_path / "keys" / "page.keys"
    add_page_key(file, "first")
    before = read_page_keys(file).token(OUTPUT)
    add_page_key(file, "second")
    keys = read_page_keys(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.token(OUTPUT).startswith("second.")
    assert keys.question(before) == keys.question(keys.token(OUTPUT)) == OUTPUT
    file.write_text(file.read_text().splitlines()[0])  # the old key is taken out: its links end
    assert read_page_keys(file).question(before) is None
    with pytest.raises(SettingsNotUsable, match="another name"):
        add_page_key(file, "second")


def test_what_is_sealed_for_one_purpose_opens_for_no_other():
    sealed = KEYS.seal("session", b"content")
    assert KEYS.open("session", sealed) == b"content"
    for wrong in (KEYS.open("code", sealed), KEYS.open("session", sealed[:-1]), KEYS.open("session", "")):
        assert wrong is None


@pytest.mark.parametrize("content", ["", "first", "first 00", f"a {'0' * 64}\na {'1' * 64}", "é"])
def test_a_file_that_holds_no_keys_is_said_in_words(tmp_path, content):
    file = tmp_path / "page.keys"
    file.write_text(content)
    with pytest.raises(SettingsNotUsable, match="page keys"):
        read_page_keys(file)


def test_the_command_line_makes_keys_and_links(tmp_path, monkeypatch):
    file = tmp_path / "page.keys"
    runner = CliRunner()
    monkeypatch.setenv("FITPATH_PAGE_KEYS_FILE", str(file))
    monkeypatch.setenv("FITPATH_PAGES_URL", "https://pages.example/")
    monkeypatch.setenv("FITPATH_HOME", str(tmp_path / "home"))
    assert runner.invoke(app, ["page", "key", str(file), "2026-03"], catch_exceptions=False).exit_code == 0
    printed = runner.invoke(app, ["page", "link", str(OUTPUT)], catch_exceptions=False).stdout.strip()
    assert printed == AnswerLinks("https://pages.example", read_page_keys(file)).of(OUTPUT)


def test_the_pages_are_off_without_keys_and_refuse_to_run_half_set_up(tmp_path):
    file = tmp_path / "page.keys"
    add_page_key(file, "first")
    assert pages_of(Settings(), Inbox(None), None, None) == []
    with pytest.raises(SettingsNotUsable, match="FITPATH_PAGE_CODES_FOLDER"):
        pages_of(Settings(page_keys_file=file), Inbox(None), None, None)
    whole = Settings(page_keys_file=file, page_codes_folder=tmp_path)
    assert len(pages_of(whole, Inbox(None), None, None)) > 1
    beyond = whole.model_copy(update={"host": "0.0.0.0"})  # noqa: S104 - never listened on
    with pytest.raises(SettingsNotUsable, match="https"):
        pages_of(beyond, Inbox(None), None, None)
    assert pages_of(beyond.model_copy(update={"pages_url": "https://pages.example"}), Inbox(None), None, None)


def test_every_word_that_a_template_asks_for_is_there_and_every_word_is_asked_for():
    folder = Path(str(resources.files("services.ingest.pages")))
    source = "\n".join(path.read_text() for path in folder.rglob("*") if path.suffix in (".jinja", ".py"))
    asked = set(re.findall(r"\bt\.(\w+)(?:\.|\[\")(\w+)", source)) - {("provider_reasons", "items")}
    by_code = {"state", *OPEN}  # their keys are codes of the contract or the policy, not words of ours
    there = {(section, key) for section, words in read_texts().sections.items() for key in words}
    assert asked - there == set()

    named = set(re.findall(r"[\"']([\w-]+)[\"']", source)) | set(get_args(ProgressKind))
    named |= {name.replace("-", "_") for name in named} | {f"{name}_title" for name in named}
    assert {(section, key) for section, key in there - asked if section not in by_code and key not in named} == set()


def test_a_deployment_may_translate_the_words_and_is_told_of_every_key_that_does_not_fit(tmp_path):
    file = tmp_path / "cy.toml"
    file.write_text(SHIPPED.replace('language = "en"', 'language = "cy"').replace('"Continue"', '"Parhau"'))
    assert (read_texts(file).language, read_texts(file).sections["code"]["go"]) == ("cy", "Parhau")
    file.write_text("version = 1")
    with pytest.raises(SettingsNotUsable, match="no TOML of this kind"):
        read_texts(file)
    file.write_text(SHIPPED.replace("[link]\ntitle", "[link]\ntittle"))
    with pytest.raises(SettingsNotUsable, match=r"not there: link\.title, not known: link\.tittle"):
        read_texts(file)
