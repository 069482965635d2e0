"""What is measured against others' libraries is the work that our door does, on deliveries that it would take."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bench import ours, theirs
from bench.peers import CONTESTS, SLACK, Contest, case
from shared.errors import SignatureError

MADE = {
    "telegram/text": ["Ana Torres", "Hola, ¿abren mañana?", 1790000000],
    "meta/whatsapp_text": ["Ana Torres", "Sí, esa", 1793700000],
    "ses/text": ["ana@example.org", "Mi pedido", "Buenos días:"],
}
"""What comes of a sample; of the others, that they are proven."""


def prepare(contest: Contest, delivery: Mapping[str, object]) -> Callable[[], object]:
    made: Callable[[], object] = getattr(ours, contest.ours)(delivery)
    return made


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: f"{contest.theirs}-{contest.sample}")
def test_ours_makes_of_it_what_it_says(contest: Contest) -> None:
    assert callable(getattr(theirs, contest.theirs))
    made = prepare(contest, case(contest.sample))()
    if "verifying" in contest.work:
        assert made is True
    else:
        assert made == MADE.get(contest.sample, made)
        assert all(made) if isinstance(made, list) else made


@pytest.mark.parametrize("sample", ["meta/whatsapp_text", "twilio/text", SLACK])
def test_another_body_is_not_proven(sample: str) -> None:
    contest = next(each for each in CONTESTS if each.sample == sample and "verifying" in each.work)
    changed: dict[str, Any] = {**case(sample), "body": b64encode(b"another").decode()}
    with pytest.raises(SignatureError):
        prepare(contest, changed)()
