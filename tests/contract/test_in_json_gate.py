import pytest

from schemas.failures import Refused
from schemas.fhir.json_text import DEEPEST, read_json


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"a":1}{"a":1}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e400}',
        b'{"a":1e-400}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\t"}',
        b"{'a':1}",
        nested(DEEPEST + 1),
        b'{"a":' + b"[" * 100 + b"]" * 100 + b"}",
        nested(100_000),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_text_that_two_readers_could_read_differently_is_not_readable(text):
    with pytest.raises(Refused) as refused:
        read_json(text)
    assert [problem.code for problem in refused.value.problems] == ["body-not-readable"]


def test_text_at_the_limits_is_read():
    assert read_json(nested(DEEPEST))
    assert str(read_json(b'{"a":1.500}')["a"]) == "1.500"
    assert read_json(b'{"a":0.0,"b":-1E+2,"c":"\xc3\xa9"}')["c"] == "é"
