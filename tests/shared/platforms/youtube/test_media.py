"""YouTube's pictures: where the comment says, at the hosts that the playbook names."""

from shared.media.places import Place, is_at
from tests.shared.media.asking import files, located, port_of, presence
from tests.shared.platforms.youtube.cases import SAMPLES, events


def test_a_picture_is_where_the_comment_says() -> None:
    (picture,) = files("youtube", events(SAMPLES["picture"]))
    assert located("youtube", picture) == (Place("https://yt.example.com/junta.jpg"), [])


def test_pictures_are_at_the_hosts_that_the_playbook_names_alone() -> None:
    port = port_of("youtube")
    assert is_at("https://yt.example.com/junta.jpg", port.places_of(presence("youtube", hosts=["yt.example.com"])))
    assert not is_at("https://yt.example.com/junta.jpg", port.places_of(presence("youtube")))
