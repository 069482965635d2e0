"""What holds for every form: redelivered, permuted, cut in another way, or broken."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.models import Event, Ignored
from shared.platforms.twilio.form import parameters
from shared.store import keys
from tests.shared.platforms.twilio.cases import MEANINGS, RECEIVED, SAMPLES, events, form
from tests.shared.platforms.twilio.sender import written

TEXT = st.text(st.characters(codec="utf-8"))
NAMES = st.sampled_from(sorted({name for sample in SAMPLES.values() for name in orjson.loads(sample)}))


def personal(at: Any) -> list[Event]:
    found = [event for name in MEANINGS for event in events(form(name), at=at)]
    return [event for event in found if not isinstance(event, Ignored)]


def test_a_redelivery_has_the_same_keys_and_differs_in_nothing_but_the_instant_of_what_has_no_time() -> None:
    first, again = personal(RECEIVED), personal(RECEIVED + timedelta(days=1))
    assert [keys.event(event) for event in first] == [keys.event(event) for event in again]  # type: ignore[arg-type]
    undated = [new.model_copy(update={"occurred_at": old.occurred_at}) for new, old in zip(again, first, strict=True)]
    assert undated == first
    assert [event for event in first if event.dated] == [event for event in again if event.dated]


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_a_form_is_read_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    told = dict(pairs)
    read = [(name.decode(), value.decode()) for name, value in parameters(written(orjson.dumps(told)))]
    assert read == list(told.items())


@given(st.sampled_from(sorted(MEANINGS)), st.randoms(use_true_random=False))
def test_the_order_of_the_parameters_means_nothing(name: str, random: Any) -> None:
    pairs = form(name).split(b"&")
    random.shuffle(pairs)
    assert events(b"&".join(pairs)) == MEANINGS[name]


def read_or_refused(body: bytes) -> None:
    with suppress(UnreadableDelivery):
        assert all(isinstance(event, Event) for event in events(body))


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    read_or_refused(b"AccountSid=AC1&" + body)


@given(st.dictionaries(NAMES, TEXT))
def test_any_form_is_read_or_refused(told: dict[str, str]) -> None:
    read_or_refused(written(orjson.dumps(told | {"AccountSid": "AC1"})))


@given(st.sampled_from(sorted(SAMPLES)), NAMES, TEXT | st.none())
def test_any_change_of_a_real_form_is_read_or_refused(sample: str, name: str, value: str | None) -> None:
    told = orjson.loads(SAMPLES[sample])
    if value is None:
        told.pop(name, None)
    else:
        told[name] = value
    read_or_refused(written(orjson.dumps(told)))
