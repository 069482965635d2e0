"""What holds for every delivery: redelivered, repeated by another product, cut up, renumbered or broken."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored
from tests.shared.platforms.x.cases import MEANINGS, RECEIVED, SAMPLES, X, events
from tests.shared.platforms.x.sender import ACCOUNT

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
REPEATED = {"same_post", "same_post_v1", "same_post_stream"}


def fields(value: Any) -> Iterator[tuple[Any, Any]]:
    steps: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for step in steps:
        yield value, step
        if isinstance(value[step], dict | list):
            yield from fields(value[step])


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_and_instants_may_come_as_numbers(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, step in list(fields(body)):
        if isinstance(holder[step], str) and holder[step].removeprefix("-").isdigit():
            holder[step] = int(holder[step])
    assert events(orjson.dumps(body)) == MEANINGS[name]


IN_THE_DESCRIPTION = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "liked_tweet_author_id": "tweet_author_id",
    "tweets": "posts",
}


@pytest.mark.parametrize("name", MEANINGS)
def test_what_the_samples_call_a_tweet_may_come_as_a_post(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, step in list(fields(body)):
        if step in IN_THE_DESCRIPTION:
            holder[IN_THE_DESCRIPTION[step]] = holder.pop(step)
    assert events(orjson.dumps(body)) == MEANINGS[name]


OPTIONAL = {
    *("alt_text", "attachment", "attachments", "bit_rate", "content_type", "conversation_id", "created_timestamp"),
    *(
        "display_text_range",
        "edit_history",
        "entities",
        "extended_entities",
        "extended_tweet",
        "followers_count",
        "full_text",
    ),
    *("id_str", "in_reply_to_status_id_str", "in_reply_to_tweet_id", "in_reply_to_user_id_str", "includes", "lang"),
    *("location", "media", "media_keys", "media_url_https", "mentions", "name", "note_tweet", "options", "poll_ids"),
    *("quoted_status", "quoted_status_id_str", "referenced_tweets", "retweeted_status", "screen_name", "timestamp_ms"),
    *("tweets", "type", "urls", "user", "username", "users", "variants", "video_info", "unmute_events"),
}


@pytest.mark.parametrize("name", MEANINGS)
def test_null_is_as_good_as_nothing(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, _ in list(fields(body)):
        if isinstance(holder, dict) and "revoke" not in holder:
            holder |= dict.fromkeys(OPTIONAL - holder.keys())
    assert events(orjson.dumps(body)) == MEANINGS[name]


def key(event: Event) -> tuple[str, datetime | None, str]:
    assert not isinstance(event, Ignored)
    return event.identity, event.occurred_at if event.dated else None, event.external_id


def personal(at: datetime, *, without: set[str] = frozenset()) -> list[Event]:  # type: ignore[assignment]
    found = [event for name in MEANINGS if name not in without for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing_but_the_instant_of_what_has_no_time() -> None:
    first, again = personal(RECEIVED), personal(RECEIVED + timedelta(days=1))
    assert [key(event) for event in first] == [key(event) for event in again]
    assert [event for event in first if event.dated] == [event for event in again if event.dated]
    undated = [new.model_copy(update={"occurred_at": old.occurred_at}) for new, old in zip(again, first, strict=True)]
    assert undated == first


def test_two_things_never_share_a_key() -> None:
    keys = [key(event) for event in personal(RECEIVED, without=REPEATED)]
    assert len(set(keys)) == len(keys)


def test_one_post_has_one_key_under_every_name_and_in_every_product() -> None:
    found = [event for name in REPEATED for event in events(SAMPLES[name])]
    assert len(found) == 5
    assert len({key(event) for event in found}) == 1


def test_a_deletion_has_one_key_in_every_product() -> None:
    (new,) = events(SAMPLES["deleted"])
    body = orjson.loads(SAMPLES["account_activity_deleted"])
    body["tweet_delete_events"][0]["status"]["id"] = new.external_id.partition(":")[0]
    assert key(events(orjson.dumps(body))[0]) == key(new)


ACTIVITIES = [
    activity
    for name in MEANINGS
    for data in [orjson.loads(SAMPLES[name]).get("data", [])]
    for activity in (data if isinstance(data, list) else [data])
    if "event_type" in activity
]


@given(st.lists(st.sampled_from(ACTIVITIES), max_size=6))
def test_a_batch_is_the_sum_of_its_activities(batch: list[Any]) -> None:
    alone = [event for activity in batch for event in events(orjson.dumps({"data": activity}))]
    assert events(orjson.dumps({"data": batch})) == alone


LISTS = [
    (name, held)
    for sample in MEANINGS
    for name, held in orjson.loads(SAMPLES[sample]).items()
    if name.endswith("_events")
]


@pytest.mark.parametrize(("name", "entries"), LISTS)
def test_a_list_is_the_sum_of_its_entries(name: str, entries: list[Any]) -> None:
    alone = [event for entry in entries for event in events(orjson.dumps({"for_user_id": ACCOUNT, name: [entry]}))]
    assert events(orjson.dumps({"for_user_id": ACCOUNT, name: entries})) == alone


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(event, Event) for event in events(orjson.dumps(body)))


@given(kind=st.sampled_from(sorted(X.events)) | TEXT.filter(bool), payload=JSON, rest=JSON)
def test_any_json_is_read_or_refused(kind: str, payload: Any, rest: Any) -> None:
    read_or_refused(payload)
    read_or_refused({"data": payload, "includes": rest})
    read_or_refused({"data": {"event_type": kind, "payload": payload, "includes": rest, "filter": rest}})
    read_or_refused({"for_user_id": rest, kind: payload, "users": rest, "apps": rest})
    read_or_refused({"for_user_id": rest, kind: [payload]})
    read_or_refused({"user_event": payload})
    read_or_refused({"replay_job_status": payload})


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, step = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[step] = data.draw(JSON)
    else:
        del holder[step]
    read_or_refused(body)
