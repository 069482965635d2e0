"""X's files: a post's for everybody, a direct message's in the name of whoever got it."""

from typing import Any

import pytest

from shared.media.places import Gone, Place, is_at
from shared.platforms.x.authority import Keys, signature
from tests.shared.media.asking import files, located, port_of, presence, wanted
from tests.shared.platforms.x.cases import SAMPLES, events

KEYS = "consumer:consumer-secret:token:token-secret"
PRIVATE = "https://ton.twitter.com/1.1/ton/data/dm/1/2/photo.jpg?a=b"


def test_a_posts_picture_is_at_the_content_network_and_no_token_goes_there() -> None:
    for url in ("https://pbs.twimg.com/media/A.jpg", "https://video.twimg.com/ext_tw_video/1/pu/vid/a.mp4?tag=1"):
        assert located("x", wanted("x_mention", type="photo", url=url), token=KEYS) == (Place(url), [])
        assert is_at(url, port_of("x").places_of(presence("x")))


def test_a_direct_messages_picture_is_asked_for_in_the_accounts_own_name() -> None:
    place, calls = located("x", wanted("x_dm", "2244", type="photo", url=PRIVATE), token="app", tokens={"2244": KEYS})
    assert isinstance(place, Place)
    assert (place.url, calls) == (PRIVATE, [])
    said = dict(part.strip().split("=", 1) for part in place.headers["authorization"].removeprefix("OAuth ").split(","))
    fields = {name: value.strip('"') for name, value in said.items()}
    from urllib.parse import unquote

    proof = unquote(fields.pop("oauth_signature"))
    assert proof == signature(
        "GET", PRIVATE, Keys(*KEYS.split(":")), [(name, unquote(each)) for name, each in fields.items()]
    )


@pytest.mark.parametrize("token", ["", "bearer", "a:b:c", "a:b:c:", "a:b:c:d:e"])
def test_without_the_four_keys_it_is_not_to_be_had(token: str) -> None:
    place, _ = located("x", wanted("x_dm", "2244", type="photo", url=PRIVATE), token=token)
    assert isinstance(place, Gone)


def test_the_samples_have_files() -> None:
    assert files("x", events(SAMPLES["media"]))
    assert files("x", events(SAMPLES["direct_message_media"]))


@pytest.mark.parametrize("attachment", [{"type": "poll", "id": "1"}, {"type": "location"}, {"type": "photo"}])
def test_polls_and_places_are_none(attachment: dict[str, Any]) -> None:
    assert not port_of("x").has(wanted("x_dm", **attachment))
