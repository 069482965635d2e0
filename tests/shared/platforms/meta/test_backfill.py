"""What Meta's conversations give back: the deliveries that the webhook would have made, and what they cannot be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.calling import drive
from shared.models import Delivery, Event, Message
from shared.platforms import backfill, load
from shared.platforms.meta import backfill as code
from shared.ports import Filling, Gap, Presence, Thing
from tests.apis.meta import ACCOUNT, BUSINESS, PAGE, TOKEN, Meta, error
from tests.apis.server import Asked, Said, serving
from tests.conftest import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
SINCE, UNTIL = NOW - 50 * HOUR, NOW - 47 * HOUR
GAP = Gap(SINCE, UNTIL)
PERSON, OTHER = "7000000000000001", "7000000000000002"
PAGE_THING, INSTAGRAM = Thing("page", PAGE), Thing("instagram", ACCOUNT, through=PAGE)


def said(
    mid: str, at: datetime, text: str = "Hola", *, by: str = PERSON, to: str = PAGE, **more: Any
) -> dict[str, Any]:
    return {
        "id": mid,
        "created_time": f"{at:%Y-%m-%dT%H:%M:%S+0000}",
        "from": {"name": "Ana Torres", "email": f"{by}@facebook.com", "id": by},
        "to": {"data": [{"name": "Tienda", "id": to}]},
        "message": text,
        **more,
    }


def talks(
    *members: tuple[str, Sequence[dict[str, Any]]], platform: str = "messenger", node: str = PAGE
) -> dict[str, Any]:
    listed = [
        {
            "id": name,
            "updated_time": max((each["created_time"] for each in messages), default="2026-11-22T11:00:00+0000"),
        }
        for name, messages in members
    ]
    edges: dict[str, Any] = {f"{node}/conversations?platform={platform}": listed}
    return edges | {f"{name}/messages": messages for name, messages in members}


def filled(
    api: Any, *things: Thing, gap: Gap = GAP, now: datetime = NOW, tokens: dict[str, str] | None = None
) -> Filling:
    port = backfill("meta")
    assert port is not None
    presence = Presence("meta", "shop", TOKEN, tokens or {}, things)
    with serving(api) as pool:
        found = drive(port.fill(presence, gap, now), pool, hosts=port.hosts, dry=True)
    assert isinstance(found, Filling), "it only reads, and so may run dry"
    return found


def events(filling: Filling) -> list[Event]:
    meta = load("meta")
    return [event for body in filling.bodies for event in meta.normalise(Delivery("meta", "shop", body, {}, NOW))]


def test_a_message_comes_back_as_the_webhook_would_have_told_of_it() -> None:
    at = SINCE + HOUR
    webhook = {
        "sender": {"id": PERSON},
        "recipient": {"id": PAGE},
        "timestamp": round(at.timestamp() * 1000) + 417,
        "message": {"mid": "m_1", "text": "¿Dónde está mi pedido?"},
    }
    body = orjson.dumps({"object": "page", "entry": [{"id": PAGE, "time": 0, "messaging": [webhook]}]})
    (then,) = load("meta").normalise(Delivery("meta", "shop", body, {}, NOW))
    filling = filled(Meta(talks(("t_1", [said("m_1", at, "¿Dónde está mi pedido?")]))), PAGE_THING)
    (now,) = events(filling)
    assert filling.complete
    assert now.occurred_at == at
    assert abs(now.occurred_at - then.occurred_at) < SECOND
    same = {"occurred_at": NOW}
    assert now.model_copy(update=same) == then.model_copy(update=same), "the key differs in the time alone"


def test_what_the_company_wrote_is_outbound_and_belongs_to_the_customer() -> None:
    (event,) = events(filled(Meta(talks(("t_1", [said("m_1", SINCE, by=PAGE, to=PERSON)]))), PAGE_THING))
    assert isinstance(event, Message)
    assert (event.direction, event.identity) == ("outbound", f"messenger:{PAGE}:{PERSON}")


def test_an_instagram_conversation_is_kept_under_the_accounts_own_id_not_the_pages() -> None:
    edges = talks(
        (
            "t_1",
            [said("m_1", SINCE, to=ACCOUNT), said("m_2", SINCE, by=ACCOUNT, to=PERSON), said("m_3", SINCE, to=PAGE)],
        ),
        platform="instagram",
    )
    found = events(filled(Meta(edges), INSTAGRAM))
    assert [event.external_id for event in found] == ["m_1", "m_2", "m_3"]
    assert {event.identity for event in found if isinstance(event, Message)} == {f"instagram:{ACCOUNT}:{PERSON}"}


def test_instagram_login_is_asked_at_its_own_host() -> None:
    api = Meta(talks(("t_1", [said("m_1", SINCE, to=ACCOUNT)]), platform="instagram", node=ACCOUNT))
    assert len(filled(api, Thing("instagram", ACCOUNT)).bodies) == 1
    assert {call.host for call in api.asked} == {"graph.instagram.com"}


def test_only_the_gap_is_taken_its_first_instant_included_and_its_last_not() -> None:
    times = {"before": SINCE - SECOND, "first": SINCE, "last": UNTIL - SECOND, "after": UNTIL}
    messages = [said(name, at) for name, at in sorted(times.items(), key=lambda pair: pair[1], reverse=True)]
    filling = filled(Meta(talks(("t_1", messages))), PAGE_THING)
    assert {event.external_id for event in events(filling)} == {"first", "last"}
    assert filling.complete


def test_every_page_of_every_list_is_read_by_its_cursor() -> None:
    members = [
        (f"t_{number}", [said(f"m_{number}_{each}", SINCE + HOUR - each * SECOND) for each in range(5)])
        for number in range(5)
    ]
    api = Meta(talks(*members), page_size=2)
    filling = filled(api, PAGE_THING)
    assert len(filling.bodies) == 25
    assert filling.complete
    assert len(api.asked) == 3 + 5 * 3


def test_a_conversation_is_read_no_further_back_than_the_gap() -> None:
    messages = [said(f"m_{age}", NOW - age * HOUR) for age in range(40, 140)]
    api = Meta(talks(("t_1", messages)), page_size=10)
    assert len(filled(api, PAGE_THING).bodies) == 3
    assert len(api.asked) == 1 + 3


def test_a_conversation_that_ended_before_the_gap_is_not_read() -> None:
    api = Meta(talks(("old", [said("m_1", SINCE - HOUR)]), ("new", [said("m_2", SINCE)])))
    assert len(filled(api, PAGE_THING).bodies) == 1
    assert [call.path for call in api.asked if call.path.endswith("old/messages")] == []


def test_what_meta_may_still_deliver_is_left_to_it_and_the_time_to_ask_again_is_told() -> None:
    young, old = NOW - 35 * HOUR, NOW - 37 * HOUR
    api = Meta(talks(("t_1", [said("young", young), said("old", old)])))
    filling = filled(api, PAGE_THING, gap=Gap(old, NOW - 30 * HOUR))
    assert [event.external_id for event in events(filling)] == ["old"]
    assert not filling.complete
    assert "ask again for it at 2026-11-22T18:00Z" in filling.sentence


def test_a_gap_that_is_all_young_is_refused_without_a_call() -> None:
    api = Meta()
    filling = filled(api, PAGE_THING, gap=Gap(NOW - 2 * HOUR, NOW - HOUR))
    assert (filling.bodies, filling.complete, api.asked) == ((), False, [])
    assert "ask again" in filling.sentence


def test_whatsapp_has_no_history_and_the_rest_is_filled_all_the_same() -> None:
    api = Meta(talks(("t_1", [said("m_1", SINCE)])))
    filling = filled(api, Thing("whatsapp", BUSINESS), PAGE_THING)
    assert len(filling.bodies) == 1
    assert not filling.complete
    assert f"whatsapp {BUSINESS}: WhatsApp has no history" in filling.sentence


@pytest.mark.parametrize("kept", [0, 1, 5])
def test_when_the_rate_limit_is_reached_what_was_read_is_kept_and_the_rest_is_named(kept: int) -> None:
    members = [(f"t_{number}", [said(f"m_{number}", SINCE)]) for number in range(4)]
    filling = filled(Meta(talks(*members), page_size=10, gives_up_after=kept), PAGE_THING)
    assert len(filling.bodies) == max(0, kept - 1)
    assert filling.complete is (kept == 5)
    assert kept == 5 or "asks us to wait" in filling.sentence


@pytest.mark.parametrize(("code", "sentence"), [(190, "expired"), (10, "may not read"), (100, "correct `things`")])
def test_a_refusal_says_what_to_do(code: int, sentence: str) -> None:
    api = Meta(errors={f"{PAGE}/conversations?platform=messenger": error(code)})
    filling = filled(api, PAGE_THING)
    assert (filling.bodies, filling.complete) == ((), False)
    assert f"page {PAGE}: " in filling.sentence
    assert sentence in filling.sentence


def test_a_list_without_an_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "MOST_CALLS", 7)
    calls: list[Asked] = []

    def endless(asked: Asked) -> Said:
        calls.append(asked)
        return Said(200, {"data": [], "paging": {"next": "https://graph.facebook.com/", "cursors": {"after": "same"}}})

    filling = filled(endless, PAGE_THING)
    assert (len(calls), filling.complete) == (7, False)
    assert "ask for a shorter time" in filling.sentence


def test_instagram_shows_twenty_messages_and_it_is_said_that_there_may_be_more() -> None:
    newest = [said(f"m_{number}", UNTIL - (number + 1) * SECOND, to=ACCOUNT) for number in range(20)]
    deleted = [{"id": f"m_{number}"} for number in range(20, 25)]
    filling = filled(Meta(talks(("t_1", newest), platform="instagram"), page_size=50), INSTAGRAM)
    assert len(filling.bodies) == 20
    assert "only the newest 20 messages" in filling.sentence
    edges = talks(("t_1", newest), platform="instagram") | {"t_1/messages": [*newest, *deleted]}
    assert "5 messages cannot be told apart or dated" in filled(Meta(edges, page_size=50), INSTAGRAM).sentence
    reaching = [*newest[:19], said("old", SINCE - SECOND, to=ACCOUNT)]
    assert filled(Meta(talks(("t_1", reaching), platform="instagram"), page_size=50), INSTAGRAM).complete


@pytest.mark.parametrize(
    "change",
    [
        {"from": None},
        {"to": {"data": []}},
        {"to": None},
        {"from": {"name": "no id"}},
        {"id": None},
        {"from": {"id": OTHER}, "to": {"data": [{"id": PERSON}]}},
        {"from": {"id": PAGE}},
        {"created_time": "yesterday"},
    ],
    ids=["no sender", "nobody", "no recipients", "no id", "no mid", "between strangers", "to itself", "undated"],
)
def test_what_does_not_say_whose_it_is_is_left_out_and_counted(change: dict[str, Any]) -> None:
    edges = talks(("t_1", [said("m_2", SINCE)]))
    edges["t_1/messages"] = [said("m_1", SINCE) | change, said("m_2", SINCE)]
    filling = filled(Meta(edges), PAGE_THING)
    assert [event.external_id for event in events(filling)] == ["m_2"]
    assert not filling.complete
    assert "1 messages cannot be told apart or dated" in filling.sentence


@pytest.mark.parametrize(
    ("more", "types", "urls"),
    [
        (
            {"attachments": {"data": [{"id": "1", "mime_type": "image/jpeg", "image_data": {"url": "https://cdn/1"}}]}},
            ["image"],
            ["https://cdn/1"],
        ),
        (
            {"attachments": {"data": [{"id": "1", "mime_type": "video/mp4", "video_data": {"url": "https://cdn/2"}}]}},
            ["video"],
            ["https://cdn/2"],
        ),
        (
            {"attachments": {"data": [{"mime_type": "audio/mpeg", "file_url": "https://cdn/3"}, {"name": "a.pdf"}]}},
            ["audio", "file"],
            ["https://cdn/3", None],
        ),
        (
            {"shares": {"data": [{"link": "https://shop.example/", "name": "Router"}]}},
            ["share"],
            ["https://shop.example/"],
        ),
        ({"sticker": "https://cdn/4"}, ["image"], ["https://cdn/4"]),
        ({"story": {"mention": {"id": "9", "link": "https://cdn/5"}}}, ["story_mention"], ["https://cdn/5"]),
        ({"story": {"reply_to": {"id": "9", "link": "https://cdn/6"}}}, ["story"], ["https://cdn/6"]),
        ({"is_unsupported": True}, ["unsupported"], [None]),
    ],
)
def test_what_was_sent_along_is_there(more: dict[str, Any], types: list[str], urls: list[str | None]) -> None:
    (event,) = events(filled(Meta(talks(("t_1", [said("m_1", SINCE, "", **more)]))), PAGE_THING))
    assert isinstance(event, Message)
    assert [attachment.type for attachment in event.attachments] == types
    assert [attachment.url for attachment in event.attachments] == urls


def test_without_things_there_is_nothing_to_ask_about() -> None:
    api = Meta()
    filling = filled(api)
    assert (filling.complete, api.asked) == (False, [])
    assert "`things`" in filling.sentence
