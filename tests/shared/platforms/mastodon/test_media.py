"""Mastodon's files: where the playbook says that the instance keeps them."""

from shared.media.places import Place, is_at
from tests.shared.media.asking import files, located, port_of, presence
from tests.shared.platforms.mastodon.cases import SAMPLES, events


def test_a_file_is_where_the_status_says() -> None:
    found = files("mastodon", events(SAMPLES["photo"]))
    assert found
    assert located("mastodon", found[0]) == (Place(found[0].attachment.url or ""), [])


def test_files_are_at_the_hosts_that_the_playbook_names_alone() -> None:
    port = port_of("mastodon")
    assert is_at("https://files.example.com/a", port.places_of(presence("mastodon", hosts=["files.example.com"])))
    assert not is_at("https://files.example.com/a", port.places_of(presence("mastodon")))
