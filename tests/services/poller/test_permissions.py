"""The poller's role lets it keep what it finds, however large, and readable or not, and nothing else."""

from datetime import timedelta
from random import Random

import httpx
import pytest

from shared.accounts import Account
from shared.store import journal
from tests.permissions import Functions, check, deployed
from tests.services.poller.newsstand import PLAYBOOK, account, feed

POLLER = "PollerFunction"
HOSTS = ("a.example.com", "b.example.com")
ACCOUNTS = (account("prensa", *HOSTS), Account(platform="google_business", account="tienda"))


def polls(functions: Functions, *bodies: bytes) -> None:
    """Let each host have a feed, and the poller make a round."""
    functions.later(timedelta(hours=1))
    feeds = dict(zip(HOSTS, bodies, strict=True))
    functions.platforms = lambda request: httpx.Response(200, content=feeds[request.url.host])
    assert functions.wake(POLLER, {}) == {"polls": {"polled": len(feeds), "no token": 1}}


def test_the_role_allows_all_that_the_poller_asks_for_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with deployed() as functions:
        functions.publish(PLAYBOOK.model_copy(update={"accounts": ACCOUNTS}))
        polls(functions, feed("ana", "luis"), feed("eva", text=Random(1).randbytes(600_000).hex()))
        monkeypatch.setattr(journal, "_packed", None)  # a bug of ours: what comes is kept as it is
        polls(functions, feed("ana", "luis"), feed("mar"))
        check(POLLER, functions.needs[POLLER])
