"""What each comment means, sample by sample."""

import re
from pathlib import Path

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Author, ContactPoint, Deletion, Delivery, Edit, Event, Ignored, Message
from shared.platforms import load
from tests.conftest import NOW
from tests.shared.platforms.wordpress.sender import ACCOUNT

WORDPRESS = load("wordpress")
FOLDER = Path(__file__).parent / "samples"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.json"))}
README = Path(__file__).parents[4] / "shared" / "platforms" / "wordpress" / "README.md"
ANA = f"wordpress:{ACCOUNT}:comment:812"


def events(body: bytes) -> list[Event]:
    return WORDPRESS.normalise(Delivery("wordpress", ACCOUNT, body, {}, NOW))


def message(name: str) -> Message:
    (found,) = events(SAMPLES[name])
    assert isinstance(found, Message), found
    assert (found.channel, found.account, found.thread, found.visibility) == ("blog_comment", ACCOUNT, "47", "public")
    return found


def test_a_guests_comment_is_of_nobody_but_itself_and_their_mail_address_a_claim() -> None:
    found = message("text")
    assert (found.identity, found.direction) == (ANA, "inbound")
    assert (found.external_id, found.reply_to, found.summons) == ("812", None, None)
    assert (found.occurred_at.isoformat(), found.dated) == ("2026-11-22T11:40:00+00:00", True)
    assert (found.title, found.text) == ("Nueva tienda \u2013 y más", "¿Abrís también el sábado?")
    assert found.permalink == "https://blog.teleprado.example/nueva-tienda/#comment-812"
    claimed = ContactPoint(kind="email", value="Ana@Example.com")
    assert found.author == Author(name="Ana Peña", contacts=(claimed,))
    assert not claimed.verified


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("member", "31"),
        ("without_mail", "comment:817"),
        ("nameless", "comment:816"),
        ("non_ascii", "comment:814"),
    ],
)
def test_a_member_is_their_number_and_a_guest_their_comment(name: str, person: str) -> None:
    assert message(name).identity == f"wordpress:{ACCOUNT}:{person}"


def test_who_types_anas_name_and_address_is_not_ana() -> None:
    body = orjson.loads(SAMPLES["text"])
    (forged,) = events(orjson.dumps(body | {"comment": body["comment"] | {"id": 999, "parent": 812}}))
    assert isinstance(forged, Message)
    assert forged.author == message("text").author
    assert (forged.identity, forged.reply_to) == (f"wordpress:{ACCOUNT}:comment:999", "812")


def test_what_was_written_is_read_and_what_plugins_add_is_not() -> None:
    said = "La factura de marzo me la han cobrado dos veces.\n¿Quién lo mira? aquí & allí"
    assert (message("complaint").text, message("complaint").reply_to) == (said, "811")
    assert message("seen_as_shown").text == "Me gusta"


def test_a_link_that_is_none_and_a_title_that_is_none_are_left_out() -> None:
    assert (message("held").permalink, message("held").title) == (None, None)


def test_our_own_comment_is_to_whom_it_answers_and_else_to_nobody() -> None:
    found = message("own")
    assert (found.identity, found.direction, found.author, found.reply_to) == (ANA, "outbound", None, "812")
    assert message("own_to_a_member").identity == f"wordpress:{ACCOUNT}:31"
    (ignored,) = events(SAMPLES["own_to_nobody"])
    assert isinstance(ignored, Ignored)
    assert "nobody in particular" in ignored.reason


def test_a_change_and_a_removal_are_of_a_comment_and_undated() -> None:
    ((edit,), (own,), (gone,)) = (events(SAMPLES[name]) for name in ("changed", "own_changed", "removed"))
    assert isinstance(edit, Edit)
    assert isinstance(own, Edit)
    assert isinstance(gone, Deletion)
    assert (edit.target, edit.text, edit.dated, edit.identity) == ("812", "¿Abrís también el domingo?", False, ANA)
    assert (own.target, own.direction, own.identity) == ("830", "outbound", ANA)
    assert (gone.target, gone.dated, gone.identity) == ("812", False, ANA)
    assert edit.external_id != gone.external_id


def test_each_time_that_a_comment_changes_is_one_of_its_own() -> None:
    body = orjson.loads(SAMPLES["changed"])
    edits = [events(orjson.dumps(body | {"version": number}))[0] for number in (2, 3, 2)]
    assert len({edit.external_id for edit in edits}) == 2


def test_what_is_no_envelope_is_unreadable() -> None:
    for body in (b"{}", b'{"as": "", "comment": {}}', b'{"as": "new"}', SAMPLES["unreadable"]):
        with pytest.raises(UnreadableDelivery):
            events(body)


def test_the_readme_names_every_kind_and_what_it_becomes() -> None:
    table = README.read_text().split("## What becomes of each comment")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", table, re.MULTILINE))
    assert list(rows) == list(WORDPRESS.events)
    told: dict[str, set[str]] = {}
    for name, body in SAMPLES.items():
        if name not in ("unreadable", "unknown_kind"):
            told.setdefault(orjson.loads(body)["as"], set()).update(event.kind for event in events(body))
    assert {name: kinds - {"ignored"} for name, kinds in told.items()} == {name: {kind} for name, kind in rows.items()}
