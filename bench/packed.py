"""Bytes per message: what an item takes of its write unit, against the body that it holds whole."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bench.capacity import WRITE_UNIT, item_size
from bench.figures import Figure
from bench.samples import samples
from shared.models import Delivery
from shared.platforms import load
from shared.store.journal import Object, record


def measure() -> Iterator[Figure]:
    """Yield, for each platform's sample, the size of its item and how many times the raw body's size that is."""
    now = datetime.now(UTC)
    for sample in samples():
        item = record(Delivery(sample.platform, sample.sender.ACCOUNT, sample.body, {}, now), load(sample.platform))
        assert not isinstance(item, Object)
        size, raw = item_size(item), len(sample.body)
        yield Figure(f"{sample.platform}: bytes of a journal item", size, "bytes", f"a write unit of {WRITE_UNIT}")
        yield Figure(f"{sample.platform}: packed event and body", _packed(item, raw), "times", f"a body of {raw} bytes")


def _packed(item: dict[str, dict[str, bytes]], raw: int) -> float:
    return round(len(item["packed"]["B"]) / raw, 2)
