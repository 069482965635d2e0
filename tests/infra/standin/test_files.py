"""The files of messages on this machine: a port finds one, and nobody outside is asked."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.local import vendors
from infra.local.engine import free_port
from infra.local.home import Home
from infra.local.standin import files
from infra.local.standin.platforms import meta, telegram, tiktok
from infra.local.standin.state import Request
from shared import calling, platforms
from shared.media.fetching import Fetched, fetch
from shared.media.places import Place, Wanted
from shared.media.types import check
from shared.models import Attachment
from shared.ports import Presence
from tests.conftest import NOW

WANTED = {
    "telegram": (Attachment(type="photo", id="p"), "telegram", telegram.TOKEN),
    "meta": (Attachment(type="image", id="1479537139650973"), "whatsapp", meta.TOKEN),
    "tiktok": (Attachment(type="image", id="media-1"), "tiktok_dm", tiktok.TOKEN),
    "x": (Attachment(type="photo", url="https://pbs.twimg.com/media/A.jpg"), "x_mention", "t"),
    "zendesk": (Attachment(type="file", url="https://ayuda.zendesk.com/attachments/token/a"), "zendesk_ticket", ""),
}


IN = {"*.zendesk.com": "attachments/token/a", "app.chatwoot.com": "rails/active_storage/blobs/redirect/a"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    home = Home(Path("nowhere"), free_port() - 1)
    with vendors.serving(home), calling.over_tls(stand_ins=json.loads(vendors.apis(home)), public_only=True) as found:
        yield found


@pytest.mark.parametrize("name", WANTED)
def test_a_file_is_found_and_had(name: str, client: httpx.Client) -> None:
    attachment, channel, token = WANTED[name]
    port = platforms.media(name)
    assert port is not None
    presence = Presence(name, "a", token)
    wanted = Wanted(attachment, channel, "106", "conv-1", "msg-1")
    place = calling.drive(port.locate(presence, wanted, NOW), client, hosts=port.hosts)
    assert isinstance(place, Place)
    found = fetch(place, client, places=port.places_of(presence), most_bytes=1000, now=NOW)
    assert isinstance(found, Fetched)
    assert (found.body, check(found.body, claimed=found.said_type).type) == (files.PICTURE, "image/png")


def test_every_place_where_files_may_be_is_on_this_machine(client: httpx.Client) -> None:
    for place in files.PLACES - telegram.HOSTS - {"api.twilio.com"}:
        found = client.get(f"https://{place.replace('*', 'eu-1')}/{IN.get(place, 'a')}")
        assert found.content == files.PICTURE


@pytest.mark.parametrize(
    ("method", "host", "path"),
    [
        ("POST", "api.telegram.org", f"/bot{telegram.TOKEN}/getFile"),
        ("GET", "api.telegram.org", "/bot1:another/getFile"),
        ("GET", "graph.facebook.com", "/v26.0/106/subscribed_apps"),
        ("GET", "api.twilio.com", "/2010-04-01/Accounts/AC1/Messages.json"),
        ("GET", "ayuda.zendesk.com", "/api/v2/tickets/1.json"),
        ("GET", "bank.example", "/a.png"),
    ],
)
def test_nothing_else_is_a_file(method: str, host: str, path: str) -> None:
    assert files.answer(Request(method, host, path, {}, {})) is None
