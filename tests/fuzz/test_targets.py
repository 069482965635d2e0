"""Each platform's `verify` and `normalise` under coverage-guided fuzzing, for a moment; `make fuzz` is for longer."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Never, cast

import orjson
import pytest

from shared.errors import SignatureError, UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Platform, load
from tests.abuse import figures
from tests.abuse.proof import sign
from tests.conftest import NOW
from tests.contract.platforms import PLATFORMS, Sender
from tests.fuzz import promises
from tests.fuzz.campaign import TARGETS, fuzz
from tests.fuzz.json_mutator import mutated

INPUTS = 500
"""How many are tried of each target: a number, since how many a second has says more of the machine."""


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has wheels for Linux only")
@pytest.mark.parametrize(("what", "platform"), TARGETS, ids=[f"{what}-{found.name}" for what, found in TARGETS])
def test_no_input_breaks_a_promise(what: str, platform: Sender, tmp_path: Path) -> None:
    run = fuzz(what, platform, tmp_path, until=f"-runs={INPUTS}", seed=1)
    figures.tell(f"fuzzed {what} of {platform.name}: {run.executions} inputs, {int(bool(run.found))} broke a promise")
    assert run.found == ""
    assert run.executions >= INPUTS


def _raises(error: Exception) -> Callable[..., Never]:
    def broken(*_: object) -> Never:
        raise error

    return broken


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)
def test_a_broken_promise_is_noticed(platform: Sender) -> None:
    vendor = load(platform.name)
    body = platform.sample("text")
    good, forged = (
        promises.written(sign(platform, body)),
        promises.written(platform.forged(body)),
    )
    promises.verify(vendor, platform, good)
    promises.verify(vendor, platform, forged)
    for broken, data in (
        (replace(vendor, verify=lambda *_: None), forged),
        (replace(vendor, verify=_raises(SignatureError(""))), good),
        (replace(vendor, verify=_raises(ValueError())), good),
    ):
        with pytest.raises((AssertionError, ValueError)):
            promises.verify(broken, platform, data)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)
def test_a_unit_that_vanishes_is_noticed(platform: Sender) -> None:
    vendor = load(platform.name)
    promises.normalise(vendor, platform, platform.sample("text"))
    silent = cast("Platform", SimpleNamespace(units=vendor.units, normalise=lambda _: [], read=lambda _: []))
    with pytest.raises(AssertionError, match="a unit vanished"):
        promises.normalise(silent, platform, platform.sample("text"))


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)
def test_most_of_what_is_tried_is_json_that_is_read(platform: Sender) -> None:
    vendor, chance, body = load(platform.name), Random(1), platform.sample("text")
    tried = [mutated(lambda data, _: data, (), body, 5000, chance.randrange(10**6)) for _ in range(300)]
    assert len(set(tried)) > 150
    readable = 0
    for data in tried:
        orjson.loads(data)
        try:
            vendor.normalise(Delivery(platform.name, platform.sender.ACCOUNT, platform.written(data), {}, NOW))
            readable += 1
        except UnreadableDelivery:
            pass
    assert readable > 50
