"""Requests to copy: each runs as it stands, once the addresses are yours. The tests run every one of them."""

from __future__ import annotations

from schemas.topics import INBOUND
from services.describe.examples import Example
from services.ingest.structured import STRUCTURED

#: Where a door stands by itself, and a broker; a page puts its own door there.
DOOR, BROKER = "http://127.0.0.1:8080", "127.0.0.1:9092"


def with_curl(example: Example, door: str = DOOR) -> str:
    """The example from the door, and back to it."""
    return f"""\
curl -sS {door}{_path(example)} |
  curl -sS -i {door}/events -H 'content-type: {STRUCTURED}' --data-binary @-
"""


def with_python(example: Example, door: str = DOOR) -> str:
    """The example under an id of its own, with nothing but Python itself."""
    return f"""\
{_PYTHON_FETCHES.format(door=door, path=_path(example))}
headers = {{"content-type": "{STRUCTURED}"}}
request = urllib.request.Request(f"{{door}}/events", json.dumps(event).encode(), headers)
with urllib.request.urlopen(request) as answer:
    print(answer.status, answer.headers["location"])
"""


def to_kafka(example: Example, door: str = DOOR) -> str:
    """The example under an id of its own, in binary mode, by the client `confluent-kafka`."""
    return f"""\
{_PYTHON_FETCHES.format(door=door, path=_path(example)).replace("import uuid", _AND_KAFKA)}
payload = event.pop("data")
headers = [("content-type", event.pop("datacontenttype"))]
headers += [(f"ce_{{name}}", value) for name, value in event.items()]

producer = Producer({{"bootstrap.servers": "{BROKER}", "acks": "all"}})
producer.produce(
    "{INBOUND}",
    json.dumps(payload).encode(),
    headers=headers,
    on_delivery=lambda error, record: print(error or f"{{record.topic()}} has it"),
)
producer.flush()
"""


def from_kafka(event_type: str, topics: tuple[str, ...]) -> str:
    """Every output of a type that stands on its topics, each once."""
    names = ", ".join(f'"{topic}"' for topic in topics)
    return f"""\
from confluent_kafka import Consumer, KafkaException

consumer = Consumer(
    {{
        "bootstrap.servers": "{BROKER}",
        "group.id": "my-service",
        "session.timeout.ms": 6000,
        "isolation.level": "read_committed",  # what was not committed was never said
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }}
)
consumer.subscribe([{names}])
while (record := consumer.poll(10)) is not None:  # a service goes on; this ends after ten quiet seconds
    if record.error():
        raise KafkaException(record.error())
    headers = {{name: value.decode() for name, value in record.headers()}}
    if headers["ce_type"] == "{event_type}":
        print(headers["ce_subject"], headers["ce_sequence"], headers["ce_id"])
    consumer.commit(record)  # only when you have kept it
consumer.close()
"""


_AND_KAFKA = "import uuid\n\nfrom confluent_kafka import Producer"
_PYTHON_FETCHES = """\
import json
import urllib.request
import uuid

door = "{door}"
with urllib.request.urlopen(f"{{door}}{path}") as answer:
    event = json.load(answer)
event["id"] = str(uuid.uuid4())  # each event has an id of its own
"""


def _path(example: Example) -> str:
    return f"/docs/examples/{example.type}/{example.name}"
