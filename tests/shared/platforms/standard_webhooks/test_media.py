"""The files of the company's own apps: where the playbook says that they are."""

from shared.media.places import Place, is_at
from tests.shared.media.asking import files, located, port_of, presence, wanted
from tests.shared.platforms.standard_webhooks.cases import SAMPLES, events


def test_a_file_is_where_the_app_says() -> None:
    found = files("standard_webhooks", events(SAMPLES["photo_caption"]))
    assert found
    assert located("standard_webhooks", found[0]) == (Place(found[0].attachment.url or ""), [])


def test_files_are_at_the_hosts_that_the_playbook_names_alone() -> None:
    port = port_of("standard_webhooks")
    places = port.places_of(presence("standard_webhooks", hosts=["files.example.com"]))
    assert is_at("https://files.example.com/a", places)
    assert not is_at("https://169.254.169.254/latest", places)
    assert not port.has(wanted("app", type="image", url="http://files.example.com/a"))
