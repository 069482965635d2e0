"""Zendesk's files: at the company's own address there, and where that leads on to."""

from shared.media.places import Place, is_at
from tests.shared.media.asking import files, located, port_of, presence
from tests.shared.platforms.zendesk.cases import SAMPLES, events


def test_a_file_is_where_the_event_says() -> None:
    (file,) = files("zendesk", events(SAMPLES["file"]))
    assert located("zendesk", file) == (Place(file.attachment.url or ""), [])


def test_files_are_at_zendesk_and_nowhere_else() -> None:
    places = port_of("zendesk").places_of(presence("zendesk", hosts=["files.example.com"]))
    assert is_at("https://ayuda.zendesk.com/attachments/token/a/?name=b.png", places)
    assert is_at("https://p18.zdusercontent.com/attachment/1/2?token=c", places)
    for host in ("files.example.com", "zendesk.com.thief.example", "zendesk.com"):
        assert not is_at(f"https://{host}/a", places)
