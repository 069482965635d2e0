"""Replies through Meta: whose id goes where, what each product refuses, and how a lost answer is found again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from shared.models import Delivery, Message, Receipt
from shared.platforms import load
from shared.ports import Answer, Call, Thing
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Template, Unknown
from tests.conftest import NOW
from tests.replying import (
    ANA,
    BSUID,
    DAY,
    INSTAGRAM,
    PAGE,
    REPLY_ID,
    WEEK,
    asked,
    found,
    place,
    port,
    presence,
    reply,
    said,
)

PORT = port("messenger")
NUMBER = "106540352242922"
TEMPLATE = Template(name="pedido_listo", language="es_MX", parameters=("Ana", "4711"))
RIGHTS = ("human_agent",)
DIRECT = pytest.mark.parametrize("channel", ["messenger", "instagram_dm"])
COMMENTS = pytest.mark.parametrize("channel", ["facebook_comment", "instagram_comment"])


def meta(*where: Place, **known: Any) -> StandIn:
    standin = StandIn(lambda: NOW, **known)
    for each in where:
        standin.spoke(each)
    return standin


def request(where: Place, what: Draft | str = "Sí", **who: Any) -> tuple[str, dict[str, Any]]:
    """Return the URL and the body of what is asked of Meta for a reply."""
    calls: list[Call] = []

    def api(made: Call) -> Answer:
        calls.append(made)
        return Answer(0)

    asked(PORT.send(reply(where, what), presence(where.channel, **who), NOW), api, PORT.hosts)
    (made,) = calls
    body: dict[str, Any] = orjson.loads(made.body)
    return made.url, body


def answered(answer: Answer, channel: str = "messenger") -> Any:
    return asked(PORT.send(reply(place(channel)), presence(channel), NOW), lambda _: answer, PORT.hosts)


def error(code: int, subcode: int | None = None, status: int = 400) -> Answer:
    return Answer(status, orjson.dumps({"error": {"code": code, "error_subcode": subcode, "message": "who and what"}}))


# --------------------------------------------------------------------------------------------------- where and what


GRAPH = "https://graph.facebook.com/v26.0"


@pytest.mark.parametrize(
    ("where", "what", "path", "body"),
    [
        (
            place("messenger"),
            "Sí",
            f"{PAGE}/messages",
            {
                "recipient": {"id": ANA},
                "messaging_type": "RESPONSE",
                "message": {"text": "Sí", "metadata": REPLY_ID},
            },
        ),
        (
            place("messenger", "user_ref-guest", last_inbound_at=NOW - DAY, rights=RIGHTS),
            "Sí",
            f"{PAGE}/messages",
            {
                "recipient": {"user_ref": "guest"},
                "messaging_type": "MESSAGE_TAG",
                "tag": "HUMAN_AGENT",
                "message": {"text": "Sí", "metadata": REPLY_ID},
            },
        ),
        (
            place("instagram_dm", last_inbound_at=NOW - DAY, rights=RIGHTS),
            Draft(text="Sí", by_a_person=False),
            f"{PAGE}/messages",
            {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": {"text": "Sí"}},
        ),
        (
            place("instagram_dm", last_inbound_at=NOW - DAY),
            "Sí",
            f"{PAGE}/messages",
            {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": {"text": "Sí"}},
        ),
        (place("facebook_comment"), "Sí", "500_600/comments", {"message": "Sí"}),
        (place("facebook_review"), "Sí", "900/comments", {"message": "Sí"}),
        (
            place("facebook_comment"),
            Draft(text="Sí", privately=True),
            f"{PAGE}/messages",
            {"recipient": {"comment_id": "500_600"}, "message": {"text": "Sí", "metadata": REPLY_ID}},
        ),
        (
            place("facebook_comment", reply_to=f"{PAGE}_500", thread=f"{PAGE}_500"),
            Draft(text="Sí", privately=True),
            f"{PAGE}/messages",
            {"recipient": {"post_id": f"{PAGE}_500"}, "message": {"text": "Sí", "metadata": REPLY_ID}},
        ),
        (place("instagram_comment"), "Sí", "17870913679156914/replies", {"message": "Sí"}),
        (
            place("instagram_comment"),
            Draft(text="Sí", privately=True),
            f"{PAGE}/messages",
            {"recipient": {"comment_id": "17870913679156914"}, "message": {"text": "Sí"}},
        ),
        (
            place("instagram_comment", "author-of-17870913679156914"),
            "Sí",
            f"{INSTAGRAM}/mentions",
            {"media_id": "17900000000000001", "comment_id": "17870913679156914", "message": "Sí"},
        ),
        (
            place("instagram_comment", "author-of-17900000000000001", reply_to="17900000000000001"),
            "Sí",
            f"{INSTAGRAM}/mentions",
            {"media_id": "17900000000000001", "message": "Sí"},
        ),
        (
            place("whatsapp", "34600000001"),
            "Sí",
            f"{NUMBER}/messages",
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "34600000001",
                "type": "text",
                "text": {"body": "Sí"},
                "context": {"message_id": "wamid.HBgLMzQ2MDAwMDAwMDEVAgASGBQzQQ=="},
                "biz_opaque_callback_data": REPLY_ID,
            },
        ),
        (
            place("whatsapp", BSUID, reply_to="callback"),
            Draft(template=TEMPLATE),
            f"{NUMBER}/messages",
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "recipient": BSUID,
                "type": "template",
                "template": {
                    "name": "pedido_listo",
                    "language": {"code": "es_MX"},
                    "components": [
                        {
                            "type": "body",
                            "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "4711"}],
                        }
                    ],
                },
                "biz_opaque_callback_data": REPLY_ID,
            },
        ),
        (
            place("whatsapp", BSUID, thread="120363000000000000", reply_to=None),
            "Sí",
            f"{NUMBER}/messages",
            {
                "messaging_product": "whatsapp",
                "recipient_type": "group",
                "to": "120363000000000000",
                "type": "text",
                "text": {"body": "Sí"},
                "biz_opaque_callback_data": REPLY_ID,
            },
        ),
    ],
)
def test_each_product_is_asked_in_its_own_words(
    where: Place, what: Draft | str, path: str, body: dict[str, Any]
) -> None:
    assert request(where, what) == (f"{GRAPH}/{path}", body)


@pytest.mark.parametrize(
    ("things", "url"),
    [
        ((Thing("instagram", INSTAGRAM, through=PAGE),), f"{GRAPH}/{PAGE}/messages"),
        ((Thing("instagram", INSTAGRAM),), f"https://graph.instagram.com/v26.0/{INSTAGRAM}/messages"),
        ((), f"{GRAPH}/me/messages"),
    ],
    ids=["through its Page", "by itself", "not listed"],
)
def test_an_instagram_account_is_reached_as_the_playbook_has_it(things: tuple[Thing, ...], url: str) -> None:
    assert request(place("instagram_dm"), things=things)[0] == url


def test_a_thing_has_its_own_token_and_none_is_in_a_url() -> None:
    calls: list[Call] = []

    def api(made: Call) -> Answer:
        calls.append(made)
        return Answer(0)

    who = presence("messenger", token="the-others", tokens={PAGE: "the-pages"})
    asked(PORT.send(reply(place("messenger")), who, NOW), api, PORT.hosts)
    (made,) = calls
    assert made.headers["authorization"] == "Bearer the-pages"
    assert "the-pages" not in made.url


# -------------------------------------------------------------------------------------------------- private answers


@pytest.mark.parametrize(
    ("channel", "identity"),
    [("facebook_comment", f"messenger:{PAGE}:7{ANA}"), ("instagram_comment", f"instagram:{INSTAGRAM}:{ANA}")],
)
def test_a_private_answer_tells_the_persons_address_as_their_next_message_will(channel: str, identity: str) -> None:
    where = place(channel)
    standin = meta(where)
    sent = said(where, Draft(text="Sí", privately=True), to=standin)
    assert isinstance(sent, Sent)
    assert sent.identity == identity
    person, kind = identity.rpartition(":")[2], "page" if channel == "facebook_comment" else "instagram"
    item = {
        "sender": {"id": person},
        "recipient": {"id": where.account},
        "timestamp": 1790000000000,
        "message": {"mid": "m_1", "text": "Gracias"},
    }
    body = {"object": kind, "entry": [{"id": where.account, "time": 1790000000000, "messaging": [item]}]}
    (event,) = load("meta").normalise(Delivery("meta", "shop", orjson.dumps(body), {}, NOW))
    assert isinstance(event, Message)
    assert event.identity == identity


@COMMENTS
def test_a_message_has_one_private_answer_and_that_opens_no_window(channel: str) -> None:
    where = place(channel)
    standin = meta(where)
    first = said(where, Draft(text="Sí", privately=True), to=standin)
    assert isinstance(first, Sent)
    second = said(where, Draft(text="Y otra cosa", privately=True), to=standin)
    assert isinstance(second, Refused)
    assert second.code == "10900"
    direct = "messenger" if channel == "facebook_comment" else "instagram_dm"
    onwards = place(direct, (first.identity or "").rpartition(":")[2], last_inbound_at=None)
    assert PORT.check(Draft(text="¿Sigue ahí?"), onwards, NOW) is not None
    assert isinstance(said(onwards, "¿Sigue ahí?", to=standin), Refused)
    assert len(standin.sent) == 1


@COMMENTS
def test_a_private_answer_may_be_as_long_as_a_private_message(channel: str) -> None:
    most = {"facebook_comment": 2000, "instagram_comment": 1000}[channel]
    where = place(channel)
    for text, code in (("x" * most, None), ("x" * (most + 1), "too_long")):
        draft = Draft(text=text, privately=True)
        refusal = PORT.check(draft, where, NOW)
        assert (refusal and refusal.code) == code
        assert isinstance(said(where, draft, to=meta(where)), Refused if code else Sent)
    assert PORT.check(Draft(text="x" * (most + 1)), where, NOW) is None


def test_what_others_write_on_their_own_pages_has_no_private_answer() -> None:
    where = place("instagram_comment", "author-of-17870913679156914")
    refusal = PORT.check(Draft(text="Sí", privately=True), where, NOW)
    assert refusal is not None
    assert (refusal.code, refusal.alternatives) == ("no_private_answer", ("publicly",))
    assert isinstance(said(where, Draft(text="Sí", privately=True), to=meta(where)), Refused)


# ---------------------------------------------------------------------------------------------------------- windows


@DIRECT
@pytest.mark.parametrize(
    ("ago", "by_a_person", "rights", "let_through"),
    [
        (DAY - timedelta(seconds=1), False, (), True),
        (DAY - timedelta(seconds=1), True, (), True),
        (DAY, True, (), False),
        (DAY, False, RIGHTS, False),
        (DAY, True, RIGHTS, True),
        (WEEK - timedelta(seconds=1), True, RIGHTS, True),
        (WEEK - timedelta(seconds=1), True, (), False),
        (WEEK, True, RIGHTS, False),
    ],
)
def test_what_a_person_writes_is_let_through_for_longer_where_meta_has_granted_that(
    channel: str, ago: timedelta, by_a_person: bool, rights: tuple[str, ...], let_through: bool
) -> None:
    where = place(channel, last_inbound_at=NOW - ago, rights=rights)
    draft = Draft(text="Sí", by_a_person=by_a_person)
    assert (PORT.check(draft, where, NOW) is None) is let_through
    outcome = said(where, draft, to=meta(where))
    assert isinstance(outcome, Sent if let_through else Refused)
    if isinstance(outcome, Refused):
        assert outcome.code == {"messenger": "10/2018278", "instagram_dm": "10/2534022"}[channel]


@DIRECT
def test_what_the_playbook_says_was_granted_and_was_not_is_refused_with_the_setting(channel: str) -> None:
    late = place(channel, last_inbound_at=NOW - DAY)
    outcome = said(late.model_copy(update={"rights": RIGHTS}), "Sí", to=meta(late))
    assert isinstance(outcome, Refused)
    assert outcome.code == "10"
    assert "human_agent among its rights" in outcome.sentence


def test_beyond_its_window_whatsapp_takes_templates_that_it_knows() -> None:
    where = place("whatsapp", "34600000001", last_inbound_at=NOW - DAY)
    refusal = PORT.check(Draft(text="Sí"), where, NOW)
    assert refusal is not None
    assert (refusal.code, refusal.alternatives, refusal.expired_at) == ("window_closed", ("template",), NOW)
    standin = meta(where, templates={("pedido_listo", "es_MX"): 2})
    refused = said(where, "Sí", to=standin)
    assert isinstance(refused, Refused)
    assert refused.code == "131047"
    assert isinstance(said(where, Draft(template=TEMPLATE), to=standin), Sent)
    for changed, code in (({"name": "otra"}, "132001"), ({"parameters": ("Ana",)}, "132000")):
        wrong = said(where, Draft(template=TEMPLATE.model_copy(update=changed)), to=standin)
        assert isinstance(wrong, Refused)
        assert wrong.code == code
        assert "template" in wrong.sentence


# ------------------------------------------------------------------------------------------------- limits and errors


@pytest.mark.parametrize(
    ("where", "most", "within", "account"),
    [
        (place("messenger"), 300, timedelta(seconds=1), True),
        (place("instagram_dm"), 300, timedelta(seconds=1), True),
        (place("whatsapp", "34600000001"), 10, timedelta(minutes=1), False),
    ],
    ids=["messenger", "instagram", "one person on whatsapp"],
)
def test_limits_are_waited_for(where: Place, most: int, within: timedelta, account: bool) -> None:
    standin = meta(where)
    for _ in range(most):
        assert isinstance(said(where, to=standin), Sent)
    assert said(where, to=standin) == Later(seconds=None, account=account)
    standin.forward(within)
    assert isinstance(said(where, to=standin), Sent)


def test_a_number_on_whatsapp_sends_no_more_than_eighty_in_a_second() -> None:
    people = [place("whatsapp", f"346000000{number:02}") for number in range(81)]
    standin = meta(*people)
    outcomes = [said(where, to=standin) for where in people]
    assert all(isinstance(outcome, Sent) for outcome in outcomes[:80])
    assert outcomes[80] == Later(seconds=None, account=True)


@pytest.mark.parametrize("channel", ["messenger", "instagram_dm", "whatsapp"])
def test_whoever_wants_nothing_of_the_account_is_told_as_such(channel: str) -> None:
    where = place(channel, "34600000001") if channel == "whatsapp" else place(channel)
    standin = meta(where)
    standin.block(where)
    refused = said(where, to=standin)
    assert isinstance(refused, Refused)
    assert "takes no messages" in refused.sentence


@pytest.mark.parametrize("channel", ["messenger", "instagram_dm", "facebook_comment", "instagram_comment", "whatsapp"])
def test_a_token_that_died_is_told_as_such(channel: str) -> None:
    refused = said(place(channel), to=meta(place(channel)), token="expired")
    if channel == "whatsapp":
        refused = said(place(channel, BSUID), to=meta(), token="expired")
    assert isinstance(refused, Refused)
    assert refused.code == "190"
    assert "publish it" in refused.sentence


@COMMENTS
def test_what_was_deleted_is_not_answered(channel: str) -> None:
    refused = said(place(channel), to=meta())
    assert isinstance(refused, Refused)
    assert refused.code == "100/33"
    assert "deleted" in refused.sentence


@pytest.mark.parametrize(
    ("code", "subcode", "status", "expected"),
    [
        (4, None, 400, Later()),
        (4, 2018022, 400, Later()),
        (32, None, 403, Later()),
        (613, None, 400, Later()),
        (80006, None, 400, Later()),
        (130429, None, 429, Later()),
        (131048, None, 400, Later()),
        (131056, None, 400, Later(account=False)),
        (1200, None, 400, Later(account=False)),
    ],
)
def test_limits_are_known_by_their_codes(code: int, subcode: int | None, status: int, expected: Later) -> None:
    assert answered(error(code, subcode, status)) == expected


@pytest.mark.parametrize(("code", "status"), [(1, 400), (2, 500), (2, 400), (-1, 500), (131000, 500), (131016, 503)])
def test_a_fault_of_metas_own_says_neither(code: int, status: int) -> None:
    assert isinstance(answered(error(code, status=status)), Unknown)


@pytest.mark.parametrize(
    ("code", "subcode", "status", "named", "word"),
    [
        (0, None, 401, "0", "token"),
        (3, None, 500, "3", "may not write"),
        (10, None, 403, "10", "Human Agent"),
        (10, 2018278, 400, "10/2018278", "over"),
        (230, None, 403, "230", "may not write"),
        (551, 1545041, 400, "551/1545041", "takes no messages"),
        (100, 2018001, 400, "100/2018001", "takes no messages"),
        (100, None, 400, "100", "too long"),
        (368, None, 403, "368", "restricted"),
        (131026, None, 400, "131026", "takes no messages"),
        (132015, None, 400, "132015", "paused"),
        (999999, None, 400, "999999", "look up"),
    ],
)
def test_what_meta_says_is_told_as_what_to_do(
    code: int, subcode: int | None, status: int, named: str, word: str
) -> None:
    refused = answered(error(code, subcode, status))
    assert isinstance(refused, Refused)
    assert refused.code == named
    assert word in refused.sentence


def test_a_code_that_nobody_knows_with_a_servers_status_says_neither() -> None:
    assert isinstance(answered(error(999999, status=500)), Unknown)


# ---------------------------------------------------------------------------------------------------------- finding

LOOKED = pytest.mark.parametrize(
    "channel", ["messenger", "instagram_dm", "facebook_comment", "facebook_review", "instagram_comment"]
)


@LOOKED
def test_what_was_taken_without_an_answer_is_found(channel: str) -> None:
    where = place(channel)
    standin = meta(where)
    standin.fail("broken_after")
    assert isinstance(said(where, "Sí,  lo\nmiramos 👍🏽", to=standin), Unknown)
    sent = found(where, "Sí,  lo\nmiramos 👍🏽", in_=standin)
    assert isinstance(sent, Sent)
    assert [sent.external_id] == [each.external_id for each in standin.sent]


@LOOKED
def test_what_never_came_is_not_there(channel: str) -> None:
    where = place(channel)
    standin = meta(where)
    assert isinstance(said(where, "Otra cosa", to=standin), Sent)
    standin.fail("broken_before")
    assert isinstance(said(where, to=standin), Unknown)
    assert found(where, in_=standin) == NotThere()
    assert len(standin.sent) == 1


@LOOKED
def test_the_same_words_from_long_before_are_another_reply(channel: str) -> None:
    where = place(channel)
    standin = meta(where)
    assert isinstance(said(where, to=standin), Sent)
    assert found(where, in_=standin, since=NOW + timedelta(minutes=3)) == NotThere()


def _listed(by: str | None, *, further: bool = False) -> bytes:
    said_so = {"id": "1_2", "message": "Sí", "created_time": NOW.isoformat()} | ({"from": {"id": by}} if by else {})
    return orjson.dumps({"data": [said_so], "paging": {"next": "https://..."} if further else {}})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (_listed(PAGE), lambda outcome: outcome == Sent(external_id="1_2")),
        (_listed(ANA), lambda outcome: outcome == NotThere()),
        (_listed(ANA, further=True), lambda outcome: isinstance(outcome, Unknown)),
        (_listed(None), lambda outcome: isinstance(outcome, Unknown)),
    ],
    ids=["ours", "theirs", "theirs, and more", "nobody's"],
)
def test_only_our_own_words_are_ours_and_only_a_whole_list_says_no(
    body: bytes, expected: Callable[[Any], bool]
) -> None:
    assert PORT.find is not None
    asking = PORT.find(reply(place("facebook_comment"), "Sí"), presence("facebook_comment"), NOW)
    assert expected(asked(asking, lambda _: Answer(200, body), PORT.hosts))


@LOOKED
def test_what_is_another_replys_is_not_this_one(channel: str) -> None:
    where = place(channel)
    standin = meta(where)
    sent = said(where, to=standin)
    assert found(where, in_=standin, others={sent.external_id}) == NotThere()
    again = said(where, to=standin)
    assert found(where, in_=standin, others={sent.external_id}) == again


INSTAGRAM_COMMENT = place("instagram_comment", reply_to="1")


@pytest.mark.parametrize(
    ("parent", "also", "outcome"),
    [
        pytest.param(None, ANA, Sent, id="the customer's own comment, below which nobody else writes"),
        pytest.param(None, "1511000009", Unknown, id="another customer is there"),
        pytest.param(None, None, Unknown, id="it may be another customer"),
        pytest.param("9", ANA, Unknown, id="somebody else's comment"),
    ],
)
def test_below_a_comment_where_several_are_answered_the_same_words_may_be_for_another(
    parent: str | None, also: str | None, outcome: type
) -> None:
    ours = {"id": "2", "text": "Sí", "timestamp": NOW.isoformat(), "from": {"id": INSTAGRAM}}
    theirs = {"id": "3", "text": "¿Y el lunes?", "timestamp": NOW.isoformat()} | (
        {"from": {"id": also}} if also else {}
    )
    answers = iter([{"id": "1"} | ({"parent_id": parent} if parent else {}), {"data": [theirs, ours]}])
    assert PORT.find is not None
    asking = PORT.find(reply(INSTAGRAM_COMMENT, "Sí"), presence("instagram_comment"), NOW)
    looked = asked(asking, lambda _: Answer(200, orjson.dumps(next(answers))), PORT.hosts)
    assert isinstance(looked, outcome)
    assert not isinstance(looked, Unknown) or looked.for_good


@pytest.mark.parametrize(
    ("where", "what", "word"),
    [
        (place("whatsapp", BSUID), Draft(text="Sí"), "status"),
        (place("facebook_comment"), Draft(text="Sí", privately=True), "10900"),
        (place("instagram_comment", "author-of-17870913679156914"), Draft(text="Sí"), "Business Suite"),
    ],
)
def test_where_there_is_no_list_it_says_what_will_tell(where: Place, what: Draft, word: str) -> None:
    outcome = found(where, what, in_=meta(where))
    assert isinstance(outcome, Unknown)
    assert outcome.for_good, "nobody waits for it"
    assert word in outcome.sentence


def test_an_answer_to_an_answer_is_looked_for_below_the_first_comment() -> None:
    calls: list[str] = []

    def api(made: Call) -> Answer:
        calls.append(made.url.partition("v26.0/")[2].partition("?")[0])
        parent = {"id": "2", "parent_id": "1"}
        return Answer(200, orjson.dumps(parent if len(calls) == 1 else {"data": []}))

    assert PORT.find is not None
    where = place("instagram_comment", reply_to="2")
    assert asked(PORT.find(reply(where), presence("instagram_comment"), NOW), api, PORT.hosts) == NotThere()
    assert calls == ["2", "1/replies"]


# --------------------------------------------------------------------------------------------- our own id comes back


def _echo(metadata: Any, *, is_echo: bool = True) -> Any:
    message = {"mid": "m_1", "text": "Sí", "metadata": metadata} | ({"is_echo": True} if is_echo else {})
    sides = (PAGE, ANA) if is_echo else (ANA, PAGE)
    item = {"sender": {"id": sides[0]}, "recipient": {"id": sides[1]}, "timestamp": 1790000000000, "message": message}
    body = {"object": "page", "entry": [{"id": PAGE, "time": 1790000000000, "messaging": [item]}]}
    (event,) = load("meta").normalise(Delivery("meta", "shop", orjson.dumps(body), {}, NOW))
    assert isinstance(event, Message)
    return event.reply_id


def _status(ours: Any) -> Any:
    status = {
        "id": "wamid.1",
        "status": "sent",
        "timestamp": "1790000000",
        "recipient_id": "34600000001",
        "biz_opaque_callback_data": ours,
    }
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, "statuses": [status]}
    change = {"field": "messages", "value": value}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    (event,) = load("meta").normalise(Delivery("meta", "shop", orjson.dumps(body), {}, NOW))
    assert isinstance(event, Receipt)
    return event.reply_id


@pytest.mark.parametrize("told", [_echo, _status])
@pytest.mark.parametrize(
    "value",
    [None, "", "m", REPLY_ID[:-1], f"{REPLY_ID}a", REPLY_ID.upper(), f" {REPLY_ID}", {"id": REPLY_ID}, [REPLY_ID], 7],
)
def test_only_an_id_of_ours_is_taken_for_one(told: Callable[[Any], Any], value: Any) -> None:
    assert told(REPLY_ID) == REPLY_ID
    assert told(value) is None


def test_what_a_customer_writes_has_no_id_of_ours() -> None:
    assert _echo(REPLY_ID, is_echo=False) is None
