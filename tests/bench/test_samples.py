"""What is measured is what platforms send: signed so that the real door and the bare handler both believe it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.proofs import PROOFS
from bench.samples import Sample, measured, samples
from shared.models import Delivery, Event, Request
from shared.platforms import load

SAMPLES = list(samples())


def read(sample: Sample, body: bytes) -> Event:
    (event,) = load(sample.platform).normalise(
        Delivery(sample.platform, sample.sender.ACCOUNT, body, {}, datetime.now(UTC))
    )
    return event


def test_every_platform_has_one() -> None:
    assert tuple(sample.platform for sample in SAMPLES) == measured()


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


@pytest.mark.parametrize(
    "sample", [found for found in SAMPLES if found.platform in PROOFS], ids=lambda sample: sample.platform
)
def test_the_bare_handler_checks_the_same_proof(sample: Sample) -> None:
    headers, prove = sample.invocation()["headers"], PROOFS[sample.platform]
    header, proof = prove(sample.secret, headers, sample.body)
    assert headers[header].encode() == proof
    if sample.platform != "telegram":
        assert prove(sample.secret, headers, sample.body + b" ") != (header, proof)
