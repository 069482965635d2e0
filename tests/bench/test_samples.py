"""What is measured is what platforms send: signed so that the real door and the bare handler both believe it."""

import importlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.samples import Sample, samples
from shared.models import Delivery, Event, Request
from shared.platforms import load, names

SAMPLES = list(samples())


def read(sample: Sample, body: bytes) -> Event:
    (event,) = load(sample.platform).normalise(
        Delivery(sample.platform, sample.sender.ACCOUNT, body, {}, datetime.now(UTC))
    )
    return event


def test_every_platform_has_one() -> None:
    assert tuple(sample.platform for sample in SAMPLES) == names()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.platform)
def test_a_later_message_is_another_one_of_the_same_person(sample: Sample) -> None:
    first = read(sample, sample.body)
    later = [read(sample, sample.later(number)) for number in (1, 2)]
    last = read(sample, sample.later(3, text="Otra cosa"))
    events: list[Any] = [first, *later, last]
    assert len({event.identity for event in events}) == 1
    assert len({event.external_id for event in events}) == 4
    assert [event.occurred_at - first.occurred_at for event in events] == [timedelta(minutes=n) for n in range(4)]
    assert [event.text for event in events] == [events[0].text] * 3 + ["Otra cosa"]


def test_what_is_no_other_message_is_refused() -> None:
    with pytest.raises(ValueError, match="later message"):
        SAMPLES[0].later(0)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.platform)
def test_the_invocation_carries_the_platforms_proof(sample: Sample) -> None:
    headers = sample.invocation()["headers"]
    request = Request("POST", "https://door.example", headers, {}, sample.body)
    load(sample.platform).verify(request, [sample.secret], datetime.now(UTC))


@pytest.fixture
def proofs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, bytes]]:
    """The bare handler's proofs for a sample's secret."""
    sample: Sample = request.getfixturevalue("sample")
    environment = {
        "BARE_PLATFORM": sample.platform,
        "BARE_SECRET": sample.secret,
        "TABLE_NAME": "bench",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "bench.bare", raising=False)
    found: Callable[..., tuple[str, bytes]] = importlib.import_module("bench.bare").PROOFS[sample.platform]
    monkeypatch.delitem(sys.modules, "bench.bare")
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.platform)
def test_the_bare_handler_checks_the_same_proof(sample: Sample, proofs: Callable[..., tuple[str, bytes]]) -> None:
    headers = sample.invocation()["headers"]
    header, proof = proofs(headers, sample.body)
    assert headers[header].encode() == proof
    if sample.platform != "telegram":
        assert proofs(headers, sample.body + b" ") != (header, proof)
