import re

from schemas.topics import AUDIENCES, EVENTS, INBOUND, OUTPUT_TOPICS, RELAY, TOPICS, feedback

BY_NAME = {topic.name: topic for topic in TOPICS}


def test_every_topic_is_there_once_with_a_name_that_kafka_takes_and_a_purpose():
    assert len(BY_NAME) == len(TOPICS)
    for topic in TOPICS:
        assert re.fullmatch(r"fitpath(\.[a-z-]+){1,2}", topic.name)
        assert topic.purpose


def test_kafkas_metric_names_do_not_clash():
    """Kafka maps ``.`` and ``_`` to the same letter."""
    assert len({topic.name.replace(".", "_") for topic in TOPICS}) == len(TOPICS)


def test_only_the_lanes_positions_are_compacted_and_the_events_never():
    assert {topic.name for topic in TOPICS if topic.compacted} == {RELAY}
    assert not BY_NAME[EVENTS].compacted


def test_every_audience_has_a_feedback_topic_of_its_own():
    assert {feedback(audience) for audience in AUDIENCES} <= set(OUTPUT_TOPICS)
    assert len({feedback(audience) for audience in AUDIENCES}) == len(AUDIENCES)


def test_outputs_are_exactly_what_goes_out_and_nothing_that_comes_in():
    assert set(OUTPUT_TOPICS) == {
        "fitpath.prompts",
        "fitpath.referrals",
        "fitpath.patient-information",
        "fitpath.care-packages",
        "fitpath.decisions",
        "fitpath.lookups",
        *(feedback(audience) for audience in AUDIENCES),
    }
    assert {topic.name for topic in TOPICS if topic.direction == "in"} == {INBOUND}
