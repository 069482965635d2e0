"""What each find means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Attachment, Author, ContactPoint, Delivery, Event, Ignored, Message, Reaction
from shared.platforms import load
from shared.platforms import media as media_of
from shared.store import keys
from tests.conftest import NOW
from tests.shared.platforms.bluesky.sender import ACCOUNT

BLUESKY = load("bluesky")
FOLDER = Path(__file__).parent / "samples"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.json"))}
README = Path(__file__).parents[4] / "shared" / "platforms" / "bluesky" / "README.md"
US, ANA, LUIS = (
    "did:plc:te2le3pra4do5te6le7pra2d",
    "did:plc:ana2to3rres4ana5to6rres7",
    "did:plc:lu2is3gil4lu5is6gil7lu2i",
)
OURS, HERS = f"at://{US}/app.bsky.feed.post/3lbqk4xw2tc2p", f"at://{ANA}/app.bsky.feed.post/3lbqmz5ns7k2a"


def events(body: bytes) -> list[Event]:
    return BLUESKY.normalise(Delivery("bluesky", ACCOUNT, body, {}, NOW))


def message(name: str) -> Message:
    (found,) = events(SAMPLES[name])
    assert isinstance(found, Message), found
    assert (found.account, found.visibility == "public") == (ACCOUNT, found.channel == "bluesky_mention")
    return found


def ignored(name: str) -> str:
    (found,) = events(SAMPLES[name])
    assert isinstance(found, Ignored)
    return found.reason


def changed(name: str, **record: Any) -> Message:
    said = orjson.loads(SAMPLES[name])
    said["post"]["record"] |= record
    (found,) = events(orjson.dumps(said))
    assert isinstance(found, Message)
    return found


# ------------------------------------------------------------------------------------------------------------- public


def test_a_mention_is_of_its_author_whatever_they_are_called() -> None:
    found = message("text")
    assert (found.identity, found.channel) == (f"bluesky:{ACCOUNT}:{ANA}", "bluesky_mention")
    assert (found.external_id, found.thread, found.reply_to) == (HERS, HERS, None)
    assert (found.occurred_at.isoformat(), found.dated) == ("2026-11-22T11:40:00+00:00", True)
    assert found.text == "@teleprado.example ¿abrís el sábado?"
    assert found.permalink == f"https://bsky.app/profile/{ANA}/post/3lbqmz5ns7k2a"
    assert (found.summons, found.overheard, found.direction) == (True, False, "inbound")
    handle = ContactPoint(kind="handle", value="ana.torres.example", proof="platform")
    assert found.author == Author(name="Ana Torres", handle="ana.torres.example", language="es", contacts=(handle,))


def test_a_handle_that_leads_elsewhere_by_now_is_nobodys() -> None:
    assert message("words").author == Author(language="es")


def test_pictures_have_their_descriptions_and_the_address_at_which_they_are_shown() -> None:
    (picture,) = message("complaint").attachments
    cid = "bafkreiapicture2of2the2invoice"
    assert picture == Attachment(
        type="image",
        id=cid,
        url=f"https://cdn.bsky.app/img/feed_fullsize/plain/{ANA}/{cid}",
        mime_type="image/jpeg",
        text="La factura, con dos cargos",
    )
    assert [(each.id, each.text) for each in message("gallery").attachments] == [("bafkreiaone", None)]


def test_an_answer_to_us_speaks_to_us_and_one_to_another_below_our_post_does_not() -> None:
    to_us, to_another = message("reply"), message("reply_to_another")
    assert (to_us.thread, to_us.reply_to, to_us.summons) == (OURS, OURS, True)
    assert (to_another.thread, to_another.reply_to, to_another.summons) == (OURS, HERS, False)
    assert not to_another.overheard, "it was told of, and nobody listened"


def test_a_quotation_of_ours_speaks_to_us() -> None:
    found = message("quote")
    assert found.summons
    quoted, film = found.attachments
    assert (quoted.type, quoted.id, quoted.url) == (
        "record",
        OURS,
        f"https://bsky.app/profile/{US}/post/3lbqk4xw2tc2p",
    )
    assert (film.type, film.mime_type, film.text, film.url) == ("video", "video/mp4", "La tienda cerrada", None)
    assert changed("quote", embed={"$type": "app.bsky.embed.record", "record": {"uri": HERS}}).summons is False


def test_what_a_search_found_is_overheard_with_its_warnings_and_the_whole_of_its_links() -> None:
    found = message("words")
    assert (found.summons, found.overheard, found.title) == (False, True, "graphic-media, rude")
    link, card = found.attachments
    assert (link.type, link.url) == ("link", "https://tienda.example/opiniones/teleprado?de=luis")
    assert (card.type, card.url) == ("external", "https://tienda.example/opiniones/teleprado")
    assert card.text == "Opiniones\nLo que dicen de Teleprado"


def test_a_post_is_the_same_by_whichever_way_it_was_found() -> None:
    assert message("words_to_us") == message("text")


def test_our_own_words_are_no_find_and_an_answer_of_ours_is_to_whom_it_answers() -> None:
    assert ignored("words_own") == "the company's own post, found by its words"
    found = message("own")
    assert (found.identity, found.direction, found.author) == (f"bluesky:{ACCOUNT}:{ANA}", "outbound", None)
    assert (found.thread, found.reply_to, found.summons) == (HERS, HERS, None)
    assert "nobody in particular" in ignored("own_thread")


@pytest.mark.parametrize("name", ["dated_ahead", "not_dated"])
def test_an_instant_that_cannot_be_is_not_believed_and_no_part_of_the_key(name: str) -> None:
    found = message(name)
    assert (found.occurred_at.isoformat(), found.dated) == ("2026-11-22T11:59:03.120000+00:00", False)
    said = orjson.loads(SAMPLES[name])
    said["post"]["indexedAt"] = "2026-11-22T11:59:07Z"
    (again,) = events(orjson.dumps(said))
    assert isinstance(again, Message)
    assert keys.event(again) == keys.event(found)


@pytest.mark.parametrize("facets", [None, 7, [None], [{"features": 3}], [{"features": [{"$type": "x", "did": US}]}]])
@pytest.mark.parametrize(
    "embed", [None, "x", [], {"$type": "app.bsky.embed.record"}, {"$type": "app.bsky.embed.images"}]
)
def test_what_is_attached_in_an_unknown_shape_is_left_out(facets: Any, embed: Any) -> None:
    found = changed("text", facets=facets, embed=embed, labels=embed)
    assert (found.attachments, found.summons, found.title) == ((), False, None)


def test_what_is_embedded_in_itself_ends() -> None:
    deep: dict[str, Any] = {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": HERS}}}
    for _ in range(50):
        deep = deep | {"media": deep}
    assert len(changed("text", embed=deep).attachments) == 3


def test_files_are_had_where_bluesky_shows_them_and_nowhere_else() -> None:
    port = media_of("bluesky")
    assert port
    assert port.places == {"cdn.bsky.app"}


# ------------------------------------------------------------------------------------------------------------- direct


def test_a_direct_message_is_of_the_one_who_is_not_us() -> None:
    found = message("direct")
    assert (found.identity, found.channel, found.thread) == (f"bluesky:{ACCOUNT}:{ANA}", "bluesky_dm", "direct")
    assert (found.external_id, found.direction, found.summons) == ("3lbqdm2aaaaa2", "inbound", None)
    assert found.author
    assert found.author.handle == "ana.torres.example"
    assert [each.url for each in found.attachments] == ["https://tienda.example/4711"]
    assert message("direct_answer").reply_to == "3lbqdm2aaaac2"
    ours = message("direct_own")
    assert (ours.identity, ours.direction, ours.author) == (found.identity, "outbound", None)
    assert [each.type for each in message("direct_post").attachments] == ["record"]


def test_a_group_is_a_conversation_of_each_of_its_people_and_so_is_one_that_nobody_knows() -> None:
    found = message("group")
    assert (found.identity, found.thread) == (f"bluesky:{ACCOUNT}:{LUIS}", "3lbqgroup2aa2")
    assert "a group" in ignored("group_own")
    assert "a group" in ignored("reaction_own_in_group")
    unknown = message("unknown_conversation")
    assert (unknown.identity, unknown.thread) == (f"bluesky:{ACCOUNT}:{ANA}", "3lbqother2aa2")
    assert unknown.author
    assert unknown.author.name == "Ana Torres"


def test_what_was_deleted_before_we_saw_it_says_nothing() -> None:
    assert ignored("direct_deleted") == "a direct message that was deleted before we saw it"


def test_a_sign_is_put_on_a_message_and_taken_off_it() -> None:
    ((put,), (taken,)) = (events(SAMPLES[name]) for name in ("reaction", "reaction_removed"))
    assert isinstance(put, Reaction)
    assert isinstance(taken, Reaction)
    assert (put.target, put.emoji, put.removed, put.dated) == ("3lbqdm2aaaac2", "👍", False, True)
    assert (taken.target, taken.emoji, taken.removed, taken.dated) == ("3lbqdm2aaaac2", "👍", True, False)
    assert put.identity == taken.identity == f"bluesky:{ACCOUNT}:{ANA}"
    assert put.external_id != taken.external_id


# -------------------------------------------------------------------------------------------------------------- papers


def test_what_is_no_envelope_is_unreadable() -> None:
    for body in (b"{}", b'{"as": "", "us": "x", "post": {}}', b'{"as": "mention", "us": "x"}', SAMPLES["unreadable"]):
        with pytest.raises(UnreadableDelivery):
            events(body)


def test_the_readme_names_every_kind_and_what_it_becomes() -> None:
    table = README.read_text().split("## What becomes of each find")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", table, re.MULTILINE))
    assert list(rows) == list(BLUESKY.events)
    told: dict[str, set[str]] = {}
    for name, body in SAMPLES.items():
        if name not in ("unreadable", "unknown_kind"):
            told.setdefault(orjson.loads(body)["as"], set()).update(event.kind for event in events(body))
    assert {name: kinds - {"ignored"} for name, kinds in told.items()} == {name: {kind} for name, kind in rows.items()}
