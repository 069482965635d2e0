"""Chatwoot's files: at its own cloud, or where the playbook says that the company's are."""

from typing import Any

import pytest

from shared.media.places import Place, is_at
from tests.shared.media.asking import files, located, port_of, presence, wanted
from tests.shared.platforms.chatwoot.cases import SAMPLES, events


def test_a_file_is_where_the_event_says() -> None:
    (photo,) = files("chatwoot", events(SAMPLES["photo"]))
    assert located("chatwoot", photo) == (Place(photo.attachment.url or ""), [])


def test_files_are_at_the_cloud_and_at_the_hosts_that_the_playbook_names() -> None:
    places = port_of("chatwoot").places_of(presence("chatwoot", hosts=["chat.example.com", "storage.example.com"]))
    for host in ("app.chatwoot.com", "chat.example.com", "storage.example.com"):
        assert is_at(f"https://{host}/rails/active_storage/blobs/redirect/a/b.png", places)
    assert not is_at("https://other.example.com/a", places)


@pytest.mark.parametrize(
    "attachment", [{"type": "location", "url": "https://maps.example/"}, {"type": "contact"}, {"type": "image"}]
)
def test_places_and_cards_are_none(attachment: dict[str, Any]) -> None:
    assert not port_of("chatwoot").has(wanted("chatwoot_conversation", **attachment))
