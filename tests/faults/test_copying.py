"""Every call by which a file is copied fails in every way, AWS's own and the platform's: the row, the object and its
name are those of a calm run, and neither is there without the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import pytest

from shared.accounts import Account, AccountThing
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.table import Table
from tests.faults import figures
from tests.faults.arrivals import Arriving
from tests.faults.lab import Lab, on_the_double
from tests.faults.outside import answered
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Explorer, same
from tests.faults.stories import one, said, unit
from tests.faults.world import Step, World
from tests.services.media.darkroom import JPEG
from tests.shared.platforms.standard_webhooks.sender import ACCOUNT as APP
from tests.shared.platforms.telegram.sender import ACCOUNT as BOT

HOST = "files.shop.example"


def sends(*names: str) -> Arriving:
    """Return a message to the app with these pictures."""
    pictures = [{"type": "image", "url": f"https://{HOST}/{name}"} for name in names]
    return one(unit("message.received", "m-1", text="Mirad", attachments=pictures))


STORIES: dict[str, Sequence[Arriving]] = {
    "a photograph, asked for in two calls": (said("telegram", "photo_caption"),),
    "two pictures, one of which is not there": (sends("one.jpg", "gone.jpg"),),
    "a program": (sends("program.exe"),),
}
FILES = {"one.jpg": JPEG, "file_1.jpg": JPEG, "program.exe": b"MZ" + bytes(100)}


def platform(request: httpx.Request) -> httpx.Response:
    name = request.url.path.rpartition("/")[2]
    if name == "getFile":
        return httpx.Response(200, json={"ok": True, "result": {"file_path": "photos/file_1.jpg"}})
    if name not in FILES:
        return httpx.Response(404)
    return httpx.Response(200, content=FILES[name], headers={"content-type": "application/octet-stream"})


@contextmanager
def with_files() -> Iterator[Lab]:
    """Make a lab whose platforms have files."""
    with on_the_double() as lab, answered(lab.wire, platform):
        tokens = {f"telegram/{BOT}": {"token": "4711:secret"}}
        lab.engine.put_secret(_environment(lab)["API_TOKENS_ID"], orjson.dumps(tokens).decode())
        lab.keep()
        yield lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with with_files() as lab:
        yield lab


def _environment(lab: Lab) -> Any:
    return lab.stack.functions["MediaFunction"].environment


def world_of(lab: Lab, story: str) -> World:
    """Return a world in which the app's files are where the playbook says."""
    world = lab.world(STORIES[story])
    table = Table(lab.engine.client("dynamodb"), world.stack.table)
    things = (AccountThing(kind="files", id=HOST),)
    account = Account(platform="standard_webhooks", account=APP, things=things)
    playbook = CurrentPlaybook(table)()
    publish(table, playbook.model_copy(update={"version": playbook.version + 1, "accounts": (account,)}))
    return world


def kept(lab: Lab) -> dict[str, bytes]:
    found = lab.engine.cloud.look().objects(_environment(lab)["MEDIA_BUCKET"])
    return {name: each.body for name, each in found.items()}


def copies(step: Step) -> bool:
    return step.name.startswith("MediaFunction")


def copied(lab: Lab, story: str) -> int:
    """Let every call of the copying fail in every way; check that all comes to what a calm run comes to."""
    world = world_of(lab, story)
    world.run()
    expected, files = picture(world), kept(lab)
    assert files, "nothing is copied"

    def compare(found: Picture, expected: Picture) -> None:
        same(found, expected)
        assert kept(lab) == files, "the bucket is not as after a calm run"

    told = figures.of("copying")
    runs = Explorer(world_of(lab, story), lab.engine, expected, compare, told, befalls=copies).explore(1)
    told.runs += runs
    return runs


@pytest.mark.parametrize("story", STORIES)
def test_whatever_befalls_a_call_each_file_is_copied_once(lab: Lab, story: str) -> None:
    assert copied(lab, story) > 40
