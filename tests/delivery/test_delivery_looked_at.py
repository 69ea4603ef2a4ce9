"""What people are told of deliveries: `doctor`, `/readyz`, a person's journey, metrics."""

from __future__ import annotations

import json

import pytest
from delivery_parts import ASKED, Person, until
from prometheus_client import REGISTRY
from pydantic import SecretStr

from schemas.topics import PROMPTS
from services.delivery.folder import FolderSink
from services.doctor.deliveries import destinations
from services.doctor.ground import ground_of
from services.finding import Finding
from services.ingest.health import Health
from services.ingest.inbox import Inbox
from services.journeys import read_story
from services.ledger.statistics import ledger_stats
from services.settings import Settings


class Looks:
    """A deployment with one destination, as `doctor` sees it."""

    def __init__(self, house, database, at, folder):
        self._named = at / "destinations.toml"
        self.name("archive", folder)
        self._settings = Settings(
            broker_url=house.broker, database_url=SecretStr(database), generation="test",
            destinations_file=self._named,
        )  # fmt: skip

    def name(self, name, folder):
        self._named.write_text(
            f"[destination.{name}]\nkind = 'folder'\npath = '{folder}'\ntopics = {json.dumps(ASKED)}\n"
        )

    async def __call__(self) -> Finding:
        async with ground_of(self._settings) as ground:
            return await destinations(ground)


@pytest.fixture
def looks(house, database, tmp_path, folder, monkeypatch):
    monkeypatch.setattr("services.doctor.stuck._LOOK_SECONDS", 0.3)
    monkeypatch.setattr("services.doctor.stuck._APART_SECONDS", 0.02)
    return Looks(house, database, tmp_path, folder)


async def test_outputs_that_nobody_carries_are_told_until_somebody_does(house, folder, looks):
    assert (await looks()).good
    await Person(house).is_prompted()
    await house.publish()
    found = await looks()
    assert (found.good, found.words) == (False, "outputs wait and are not handed over: 1 for archive")
    assert "start `fitpath delivery`" in found.advice
    async with house.delivering(archive=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
    assert (await looks()).words == "1 named, each takes what is for it"


async def test_why_a_destination_takes_nothing_is_told_until_it_does(house, folder, looks, pool):
    folder.rmdir()
    await Person(house).is_prompted()
    await house.publish()
    inbox = Inbox(pool)
    why = "the folder cannot be written (No such file or directory)"
    async with house.delivering(archive=FolderSink(folder)):
        await until(lambda: is_failing(house))
        found = await looks()
        assert not found.good
        assert found.words.startswith("archive takes nothing since ")
        assert found.words.endswith(why)
        assert "nothing is lost" in found.advice
        ready = (await Health(house.producer, inbox).report()).told()
        assert (ready["ready"], ready["failing"]) == (True, [f"archive: {why}"])
        assert metric("fitpath_delivery_failing", destination="archive") == 1
        folder.mkdir()
        await house.has_receipts(*await house.outputs(PROMPTS))
        assert (await looks()).good
        assert (await Health(house.producer, inbox).report()).told()["failing"] == []
        assert metric("fitpath_delivery_failing", destination="archive") == 0


async def test_what_waits_for_its_journey_and_what_was_refused_is_told_and_is_no_fault(house, folder, looks, pool):
    await Person(house).is_prompted()
    await house.publish()
    await pool.execute("alter table journey rename to journey_before")
    await pool.execute("create table journey (like journey_before)")
    async with house.delivering(archive=FolderSink(folder)):
        await house.waits_for("ledger-behind")
    await pool.execute("update delivery set again = now() + interval '1 day'")
    await pool.execute("insert into receipt values (gen_random_uuid(), 'archive', 's', 'gave-up', 'too-large', now())")
    found = await looks()
    assert found.good
    assert found.words == "1 named, each takes what is for it; 1 wait (ledger-behind); 1 were refused for good"


async def test_what_is_left_of_a_destination_that_is_not_named_any_more_is_told_until_it_is(house, folder, looks):
    folder.rmdir()
    await Person(house).is_prompted()
    await house.publish()
    async with house.delivering(archive=FolderSink(folder)):
        await until(lambda: is_failing(house))
    looks.name("another", folder)
    found = await looks()
    assert (found.good, found.words) == (False, "1 outputs wait for a destination that is not named")
    looks.name("archive", folder)
    assert "is not named" not in (await looks()).words


async def test_a_file_of_destinations_that_is_wrong_is_told(looks, folder):
    looks.name("Archive", folder)
    found = await looks()
    assert not found.good
    assert "Archive: a name is made of small letters" in found.words
    assert "FITPATH_DESTINATIONS_FILE" in found.advice


async def test_a_journey_shows_what_became_of_each_output_and_the_ledger_counts_receipts(house, folder, pool):
    person = Person(house)
    await person.is_prompted()
    await person.agrees()
    await house.publish()
    async with house.delivering(archive=FolderSink(folder), copy=FolderSink(folder.parent)):
        await until(lambda: has_receipts_of_both(house))
    async with pool.acquire() as connection:
        story = await read_story(connection, person.subject)
        tables = {table.table: table.rows for table in (await ledger_stats(connection)).tables}
    words = {moment.kind: moment.words for moment in story.moments if moment.what == "output"}
    assert words["ips-referral-prompted-1"] == f"to {PROMPTS}; archive recalled (answered); copy recalled (answered)"
    assert words["ips-referral-requested-1"] == "to fitpath.referrals; archive delivered; copy delivered"
    assert words["care-package-updated-1"] == "to fitpath.care-packages"
    assert tables["receipt"] == 2 * len(await house.outputs(*ASKED))


async def test_outcomes_are_counted_by_destination(house, folder):
    before = metric("fitpath_delivery_outcomes_total", destination="counted", outcome="delivered")
    await Person(house).is_prompted()
    await house.publish()
    async with house.delivering(counted=FolderSink(folder)):
        await house.has_receipts(*await house.outputs(PROMPTS))
    assert metric("fitpath_delivery_outcomes_total", destination="counted", outcome="delivered") == before + 1


def metric(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


async def is_failing(house):
    return await house.failing() is not None


async def has_receipts_of_both(house):
    await house.work_off()
    count = await house.pool.fetchval("select count(*) from receipt")
    return count == 2 * len(await house.outputs(*ASKED))
