"""What a log or a failed assertion could show of a record holds nothing of the person."""

from given_events import FIRST_DAY, people, record_of

from services.demo.messages import fit_note
from services.streams.record import read_record

NUMBER, NAME = "999000", "Given"


def test_a_record_and_what_is_read_of_it_show_where_it_stands_and_nothing_else(key):
    [person] = people(1)
    record = record_of(fit_note(person, FIRST_DAY, 14, "278860009", work="in-work"), 7, key)
    arrival = read_record(record, key)
    assert NUMBER in record.value.decode()
    for shown in (repr(record), repr(arrival), str(record), f"{arrival}", repr([record]), repr((arrival,))):
        assert "7, ..." in shown
        for held in (NUMBER, NAME, person.nhs_number, arrival.accepted.subject, arrival.fingerprint, "278860009"):
            assert held not in shown
