"""What holds for every delivery: redelivered, reordered, renumbered or broken."""

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
from shared.platforms.linkedin.payload import comment_urn
from shared.store import keys
from tests.shared.platforms.linkedin.cases import LINKEDIN, MEANINGS, RECEIVED, SAMPLES, events

TEXT = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KINDS = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


def fields(value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from fields(inner)
    if isinstance(value, list):
        for inner in value:
            yield from fields(inner)


@pytest.mark.parametrize("name", MEANINGS)
def test_ids_and_instants_may_come_as_text(name: str) -> None:
    body = orjson.loads(SAMPLES[name])
    for holder, field in list(fields(body)):
        if field in {"notificationId", "lastModifiedAt"}:
            holder[field] = str(holder[field])
    assert events(orjson.dumps(body)) == MEANINGS[name]


@given(order=st.permutations(range(3)))
def test_the_order_within_a_delivery_changes_nothing(order: list[int]) -> None:
    body = orjson.loads(SAMPLES["batch"])
    body["notifications"] = [body["notifications"][place] for place in order]
    assert events(orjson.dumps(body)) == [MEANINGS["batch"][place] for place in order]


@given(
    post=st.integers(1, 10**19), number=st.integers(1, 10**19), kind=st.sampled_from(["activity", "share", "ugcPost"])
)
def test_both_forms_of_a_comment_s_urn_are_one(post: int, number: int, kind: str) -> None:
    long = f"urn:li:comment:(urn:li:{kind}:{post},{number})"
    assert comment_urn(f"urn:li:comment:({kind}:{post},{number})") == comment_urn(long) == long


@given(urn=TEXT)
def test_a_urn_in_its_form_stays_in_it(urn: str) -> None:
    assert comment_urn(comment_urn(urn)) == comment_urn(urn)


def personal(at: datetime) -> list[Any]:
    found = [event for name in MEANINGS for event in events(SAMPLES[name], at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_differs_in_nothing_but_the_instant_of_what_has_no_time() -> None:
    first, again = personal(RECEIVED), personal(RECEIVED + timedelta(days=1))
    assert [keys.event(event) for event in first] == [keys.event(event) for event in again]
    assert [event for event in first if event.occurred_at == RECEIVED] == [
        event.model_copy(update={"occurred_at": RECEIVED}) for event in again if event not in first
    ]


def test_two_things_never_share_a_key() -> None:
    found = [keys.event(event) for event in personal(RECEIVED)]
    assert len(set(found)) == len(found) - 1, "only the comment that was told to two administrators is there twice"


def read_or_refused(body: Any) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(event, Event) for event in events(orjson.dumps(body)))


@given(action=st.sampled_from(sorted(LINKEDIN.events)) | TEXT, value=st.dictionaries(TEXT, JSON, max_size=3))
def test_any_json_is_read_or_refused(action: str, value: dict[str, Any]) -> None:
    read_or_refused({"type": KINDS, "notifications": [{**value, "action": action}]})


@given(data=st.data())
def test_any_change_of_a_real_delivery_is_read_or_refused(data: st.DataObject) -> None:
    body = orjson.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    holder, name = data.draw(st.sampled_from(list(fields(body))))
    if data.draw(st.booleans()):
        holder[name] = data.draw(JSON)
    else:
        del holder[name]
    read_or_refused(body)
