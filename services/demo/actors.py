"""The scripted clinician and IPS provider: they read the topics that a real one would and answer at the door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codes import TASK_ID
from schemas.envelope import attributes_of
from schemas.outputs import read_output
from schemas.outputs.information import InformationRequest
from schemas.outputs.prompt import PromptTask
from schemas.outputs.referral import ReferralMessage, ReferralTask
from schemas.topics import PATIENT_INFORMATION, PROMPTS, REFERRALS
from services.demo.messages import Event
from services.demo.stories import Reply, Told

_READ = (PROMPTS, PATIENT_INFORMATION, REFERRALS)
Send = Callable[[list[Event]], Awaitable[None]]


class ActorsSilent(Exception):  # noqa: N818 - named after what is wrong
    """Not every output came that the script waits for."""


async def play(broker: str, people: Mapping[str, Told], provider: tuple[str, str], send: Send, within: float) -> None:
    """Answer until everybody has had their say. ``people`` by NHS number. Raises ActorsSilent, KafkaError."""
    waiting = sum(told.replies for told in people.values())
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker, isolation_level="read_committed", enable_auto_commit=False, fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        await _read_all(consumer)
        async with asyncio.timeout(within):
            while waiting:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        kind = attributes_of(record.headers)["type"]
                        reply = _reply(kind, record.value, people)
                        if reply is None:
                            continue
                        told, answer, task = reply
                        await send(answer(told.patient, task, provider, datetime.now(UTC)))
                        waiting -= 1
    except TimeoutError:
        raise ActorsSilent(f"{waiting} outputs that the script answers did not come") from None
    finally:
        await consumer.stop()


async def _read_all(consumer: AIOKafkaConsumer) -> None:
    for topic in _READ:
        await consumer._client.add_topic(topic)  # asks for this topic's metadata
    parts = [TopicPartition(topic, part) for topic in _READ for part in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(parts)
    await consumer.seek_to_beginning(*parts)


def _reply(kind: str, data: bytes, people: Mapping[str, Told]) -> tuple[Told, Reply, str] | None:
    """Who is spoken of, how the script answers, and the Task that is answered; none where nobody answers."""
    output = read_output(kind, data)
    match output:
        case PromptTask():
            found, told = output.identifier, people.get(_number(output.for_))
            return _with(told, told.on_prompt if told else None, found[0].value)
        case InformationRequest():
            told = people.get(_number(output.subject))
            invited = output.category[0].coding[0].code == "invitation"  # type: ignore[index]  # ours always has one
            about = output.about[0].identifier
            return _with(told, told.on_invitation if told and invited else None, about.value if about else None)
        case ReferralMessage():
            task = next(entry.resource for entry in output.entry if isinstance(entry.resource, ReferralTask))
            told = next((told for number, told in people.items() if number in data.decode()), None)
            value = next(item.value for item in task.identifier if item.system == TASK_ID)
            return _with(told, told.on_referral if told else None, value)
        case _:
            return None


def _with(told: Told | None, reply: Reply | None, task: object) -> tuple[Told, Reply, str] | None:
    return (told, reply, task) if told is not None and reply is not None and isinstance(task, str) else None


def _number(reference: object) -> str:
    return str(msgspec.to_builtins(reference)["identifier"]["value"])
