"""Over a hundred thousand signed requests, tampered with: nothing unproven is accepted, nothing genuine refused."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import Verify, load
from tests.abuse import figures
from tests.abuse.mutations import MUTATIONS
from tests.abuse.proof import Signed, is_genuine, is_proven, sign
from tests.conftest import NOW
from tests.contract.platforms import PLATFORMS, Sender

VERDICTS = ("bad accepted", "good rejected", "bad rejected", "good accepted")
MISTAKES = set(VERDICTS[:2])

EACH = max(10_000, 108_000 // len(PLATFORMS))


def mutants(platform: Sender, number: int) -> Iterator[tuple[str, Signed]]:
    """Yield signed requests tampered with once or twice, the same ones every time."""
    chance = Random(f"{platform.name}: as good as signed")
    bodies = [platform.sample(name) for name in platform.samples()]
    for count in range(number):
        mutation = MUTATIONS[count % len(MUTATIONS)]
        given = mutation(sign(platform, chance.choice(bodies)), platform, chance)
        if chance.random() < 0.2:
            given = chance.choice(MUTATIONS)(given, platform, chance)
        yield mutation.__name__, given


def judged(platform: Sender, verify: Verify, given: Signed) -> str:
    """Return how a verification did: `bad accepted` and `good rejected` are its mistakes."""
    in_time = not platform.sender.SIGNS_TIME or abs(given.at - NOW) <= platform.tolerance
    try:
        verify(given.request(platform.path), platform.proving, NOW)
    except SignatureError:
        return "good rejected" if in_time and is_genuine(platform, given) else "bad rejected"
    return "good accepted" if in_time and is_proven(platform, given) else "bad accepted"


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)
def test_nothing_bad_is_accepted_and_nothing_good_rejected(platform: Sender) -> None:
    verify = load(platform.name).verify
    verdicts, mistakes = Counter[str](), Counter[str]()
    for mutation, given in mutants(platform, EACH):
        verdict = judged(platform, verify, given)
        verdicts[verdict] += 1
        if verdict in MISTAKES:
            mistakes[f"{verdict}: {mutation}"] += 1
    told = ", ".join(
        f"{verdicts[kind]} {kind}" for kind in ("bad accepted", "good rejected", "bad rejected", "good accepted")
    )
    figures.tell(f"mutations of signed requests of {platform.name}: {verdicts.total()}: {told}")
    assert mistakes == {}
    assert verdicts.total() == EACH
    assert min(verdicts["bad rejected"], verdicts["good accepted"]) > EACH // 20, "it must be able to fail both ways"


def _accepts_all(platform: Sender, request: Request, secrets: Sequence[str], now: datetime) -> None:
    """As a platform that was switched on before its proof was written."""


def _refuses_all(platform: Sender, request: Request, secrets: Sequence[str], now: datetime) -> None:
    raise SignatureError("closed")


def _knows_one_secret(platform: Sender, request: Request, secrets: Sequence[str], now: datetime) -> None:
    load(platform.name).verify(request, secrets[:1], now)


def _overlooks_what_follows(platform: Sender, request: Request, secrets: Sequence[str], now: datetime) -> None:
    lengths = {name: len(value) for name, value in platform.parts(sign(platform, request.body)).items()}
    given = Signed(request.headers, request.body)
    parts = {name: value[: lengths.get(name)] for name, value in platform.parts(given).items()}
    load(platform.name).verify(platform.with_parts(given, parts).request(platform.path), secrets, now)


def _overlooks_the_time(platform: Sender, request: Request, secrets: Sequence[str], now: datetime) -> None:
    stamped = (re.fullmatch("(?:t=)?([0-9]{10})(?:,s=.*)?", value) for value in request.headers.values())
    stamps = [int(found[1]) for found in stamped if found]
    written = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", " ".join(request.headers.values()))
    told = datetime.fromisoformat(written[0]) if written else platform.said_at(request)
    if hasattr(platform.sender, "token_made_at"):
        told = platform.sender.token_made_at(request.headers)
    said = datetime.fromtimestamp(stamps[0], UTC) if stamps else told
    load(platform.name).verify(request, secrets, said if said and said.tzinfo else now)


MISTAKEN = (_accepts_all, _refuses_all, _knows_one_secret, _overlooks_what_follows, _overlooks_the_time)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)
@pytest.mark.parametrize("mistaken", MISTAKEN, ids=lambda found: found.__name__)
def test_a_mistaken_verification_is_found_out(platform: Sender, mistaken: Callable[..., None]) -> None:
    found = {judged(platform, partial(mistaken, platform), given) for _, given in mutants(platform, 1000)}
    is_mistaken = mistaken is not _overlooks_the_time or platform.sender.SIGNS_TIME
    assert bool(found & MISTAKES) is is_mistaken
