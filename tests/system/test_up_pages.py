"""`up` runs the answer pages: a question goes out, and its link leads to an answer that counts."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import httpx2
import lxml.html
from given_events import BACK_PAIN, fit_note, line_of, people
from up_process import a_home, environment, fitpath, up

from services.demo.messages import pain_discharge


def test_a_question_that_went_out_is_answered_on_its_page(tmp_path):
    (person,), today = people(1), datetime.now(UTC).date()
    story = [
        fit_note(person, today - timedelta(days=9), 14, BACK_PAIN, work="in-work"),
        pain_discharge(person, today - timedelta(days=2), work="out-of-work"),
    ]
    file = tmp_path / "story.ndjson"
    file.write_bytes(b"\n".join(map(line_of, story)))
    with a_home() as home, up(home) as process:
        env = environment(home)
        door = process.told()["door"]
        assert fitpath("page", "list", "--json", env=env).json == []
        assert fitpath("publish", str(file), env=env).code == 0
        deadline = time.monotonic() + 60.0
        while not (asked := fitpath("page", "list", "--json", env=env).json):
            assert time.monotonic() < deadline
        link = asked[0]["link"]
        assert link.startswith(f"{door}/answer/first.")
        assert fitpath("page", "link", asked[0]["output"], env=env).out.strip() == link

        with httpx2.Client(base_url=door, follow_redirects=True) as browser:
            assert "You have been asked a question" in browser.get(link).text
            page = browser.post(f"{link}/code")
            (sent,) = (home / "codes").iterdir()
            page = browser.post(f"{link}/session", data=_fields(page) | {"code": json.loads(sent.read_text())["code"]})
            answer = {"answer": "not-now", "name": "Dr Example Onetest", "role": "GP"}
            page = browser.post(f"{link}/question", data=_fields(page) | answer)
            assert "Thank you, we have your answer" in page.text
        assert process.stop() == 0
        logs = "".join(path.read_text() for path in (home / "logs").iterdir())
        assert link.rpartition("/")[2] not in logs
        assert "Onetest" not in logs


def _fields(page: httpx2.Response) -> dict[str, str]:
    return dict(lxml.html.fromstring(page.text).forms[0].form_values())
