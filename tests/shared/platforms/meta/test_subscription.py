"""Whether Meta delivers: every answer of `subscribed_apps`, for each kind of thing, over HTTP."""

from typing import Any

import pytest

from shared.calling import drive
from shared.platforms import subscription
from shared.ports import Presence, Subscription, Thing
from tests.apis import meta as graph
from tests.apis.meta import ACCOUNT, BUSINESS, FIELDS, PAGE, TOKEN, WHATSAPP, Meta, error
from tests.apis.server import Said, serving
from tests.conftest import NOW

PAGE_THING = Thing("page", PAGE)
THINGS = (PAGE_THING, Thing("instagram", ACCOUNT, through=PAGE), Thing("whatsapp", BUSINESS))
SUBSCRIBED = {f"{PAGE}/subscribed_apps": FIELDS["data"], f"{BUSINESS}/subscribed_apps": WHATSAPP["data"]}


def asked(api: Any, *things: Thing, token: str = TOKEN, app: str | None = None) -> Subscription:
    port = subscription("meta")
    assert port is not None
    assert {thing.kind for thing in things} <= set(port.things)
    presence = Presence("meta", "shop", token, {}, things, app)
    with serving(api) as pool:
        found = drive(port.ask(presence, NOW), pool, hosts=port.hosts)
    assert isinstance(found, Subscription)
    return found


def test_an_account_is_active_when_each_of_its_things_lets_the_app_in() -> None:
    api = Meta(edges=SUBSCRIBED)
    assert asked(api, *THINGS, app=graph.APP) == Subscription("active", "")
    assert [call.path.split("/")[2] for call in api.asked] == [PAGE, PAGE, BUSINESS]


def test_an_instagram_account_without_a_page_is_asked_at_instagrams_own_host() -> None:
    api = Meta(edges={f"{ACCOUNT}/subscribed_apps": [{"subscribed_fields": ["messages"]}]})
    assert asked(api, Thing("instagram", ACCOUNT)).state == "active"
    assert [call.host for call in api.asked] == ["graph.instagram.com"]


def test_a_thing_has_a_token_of_its_own_where_there_is_one() -> None:
    api = Meta(edges=SUBSCRIBED)
    port = subscription("meta")
    assert port is not None
    presence = Presence("meta", "shop", "another", {PAGE: TOKEN}, (PAGE_THING,))
    with serving(api) as pool:
        assert drive(port.ask(presence, NOW), pool, hosts=port.hosts) == Subscription("active", "")


@pytest.mark.parametrize(
    "apps",
    [
        [],
        [{"id": graph.APP, "subscribed_fields": []}],
        [{"id": "another app", "subscribed_fields": ["messages"]}],
        [{"whatsapp_business_api_data": {"id": "another app"}}],
        ["nonsense"],
    ],
    ids=["no app", "no fields", "another app", "another app, as WhatsApp says it", "no object"],
)
def test_a_thing_that_lets_the_app_in_no_more_is_inactive_and_says_how_to_subscribe(apps: list[Any]) -> None:
    found = asked(Meta(edges=SUBSCRIBED | {f"{PAGE}/subscribed_apps": apps}), *THINGS, app=graph.APP)
    assert found.state == "inactive"
    assert f"page {PAGE} no longer lets the app in" in found.sentence
    assert f"POST /{PAGE}/subscribed_apps" in found.sentence
    assert BUSINESS not in found.sentence


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (190, "expired or was withdrawn"),
        (102, "expired or was withdrawn"),
        (4, "asks us to wait"),
        (32, "asks us to wait"),
        (613, "asks us to wait"),
        (80006, "asks us to wait"),
        (10, "may not read this"),
        (200, "may not read this"),
        (100, "correct `things`"),
        (803, "correct `things`"),
        (99999, "error 99999"),
    ],
)
def test_an_error_says_what_to_do_and_is_never_a_verdict(code: int, sentence: str) -> None:
    found = asked(Meta(errors={f"{PAGE}/subscribed_apps": error(code)}), PAGE_THING)
    assert (found.state, sentence in found.sentence) == ("unknown", True)
    assert "says who and what" not in found.sentence, "the platform's own words may name people"


@pytest.mark.parametrize("said", [Said(503, raw=b""), Said(200, raw=b"<html>"), Said(200, {"data": {}}), Said(418, {})])
def test_what_is_no_answer_of_the_graph_api_is_unknown(said: Said) -> None:
    assert asked(lambda _: said, PAGE_THING).state == "unknown"


def test_one_that_is_closed_is_worse_than_one_that_cannot_be_seen() -> None:
    edges = {f"{PAGE}/subscribed_apps": [], f"{BUSINESS}/subscribed_apps": WHATSAPP["data"]}
    api = Meta(edges=edges, errors={f"{BUSINESS}/subscribed_apps": error(190, status=401)})
    assert asked(api, *THINGS).state == "inactive"
    assert asked(Meta(edges=SUBSCRIBED, errors=api.errors), *THINGS).state == "unknown"


def test_an_expired_token_is_named_for_each_thing_once() -> None:
    found = asked(Meta(edges=SUBSCRIBED), *THINGS, token="old")
    assert found.state == "unknown"
    assert found.sentence.count("publish it with") == len(THINGS)
    assert "old" not in found.sentence


def test_without_things_there_is_nothing_to_ask_about() -> None:
    api = Meta()
    found = asked(api)
    assert (found.state, api.asked) == ("unknown", [])
    assert "`things`" in found.sentence
