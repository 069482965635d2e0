"""One installation for the whole session: an engine of its own with `template.yaml` deployed to it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local import certificates, engine
from infra.local.__main__ import bring_up
from infra.local.home import Home
from infra.local.tokens import Issuer
from shared.store.table import Table


class House:
    """A running installation, as its users see it: the HTTP endpoint, the queues, and the table behind them."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder, engine.free_port())
        self.start()
        self.issuer = Issuer.of(self.home)
        self.outputs = self.home.outputs()
        self.table = Table(self.home.client("dynamodb"), self.outputs["TableName"])

    def start(self) -> None:
        self._process = engine.start(self.home)
        try:
            bring_up(self.home)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        engine.stop(self.home, self._process)

    def get(self, path: str, *, token: str | None = None, **query: str) -> httpx.Response:
        """Ask the lookup, as somebody who may read everything unless another token is given."""
        bearer = self.issuer.token(self.home) if token is None else token
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return httpx.get(f"{self.home.api_url}{path}", params=query, headers=headers, timeout=60, trust_env=False)

    def items(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return everything in the table, by key."""
        pages = self.home.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["TableName"])
        return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def eventually[T](look: Callable[[], T], *, seconds: float = 120) -> T:
    """Return what `look` sees as soon as that is something; fail when it stays nothing."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"nothing came of it in {seconds:.0f} s"
        time.sleep(0.3)
    return seen


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not engine.EXECUTABLE.exists():
        pytest.skip("the local engine is not installed: make engine-env")
    built = House(tmp_path_factory.mktemp("house"))
    with certificates.serving(built.home):
        yield built
    built.stop()
