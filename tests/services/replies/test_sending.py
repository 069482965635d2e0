"""What has to be known to send: through which account, and what is known of the place."""

import pytest

from services.replies.sending import place, voice
from shared.accounts import Account, AccountThing
from shared.secrets import ApiToken
from tests.faults.street import Street, playbook

PAGE = "100000000000001"
OWN, OTHER = ApiToken(token="own", things={PAGE: "of the page"}), ApiToken(token="other")


@pytest.mark.parametrize(
    ("account", "tokens", "token"),
    [
        pytest.param(PAGE, {"meta/shop": OWN, f"meta/{PAGE}": OTHER}, "other", id="by its name"),
        pytest.param(PAGE, {"meta/shop": OWN, "meta/second": OTHER}, "own", id="by a thing that has a token"),
        pytest.param("999", {"meta/shop": OWN, "telegram/bot": OTHER}, "own", id="the only one of the platform"),
        pytest.param("999", {"meta/shop": OWN, "meta/second": OTHER}, None, id="one of two"),
        pytest.param(PAGE, {"telegram/bot": OTHER}, None, id="none of the platform"),
        pytest.param(PAGE, {}, None, id="none"),
    ],
)
def test_an_account_is_found_by_its_name_by_its_things_or_as_the_only_one(
    account: str, tokens: dict[str, ApiToken], token: str | None
) -> None:
    found = voice("messenger", account, playbook(), tokens)
    assert found is not None
    assert (found.platform, found.presence and found.presence.token) == ("meta", token)


def test_the_playbook_says_what_belongs_to_an_account() -> None:
    shop = Account(platform="meta", account="shop", things=(AccountThing(kind="page", id="777"),))
    second = Account(platform="meta", account="second")
    listed = playbook().model_copy(update={"accounts": (shop, second)})
    tokens = {"meta/shop": OWN, "meta/second": OTHER}
    found = voice("facebook_comment", "777", listed, tokens)
    assert found is not None
    assert found.presence is not None
    assert found.presence.token == "own"
    unknown = voice("facebook_comment", "888", listed, tokens)
    assert unknown is not None
    assert unknown.presence is None


HELP = "help@shop.example.com"
MAIL = Account(platform="ses", account="mail", things=(AccountThing(kind="mailbox", id=HELP),))
OF_ONE_REGION = (AccountThing(kind="mailbox", id="es@shop.example.com"), AccountThing(kind="region", id="eu-south-2"))
SPAIN = Account(platform="ses", account="spain", things=OF_ONE_REGION)
HERE = {"region": "eu-west-1", "configuration_set": "", "colour": "red"}


@pytest.mark.parametrize(
    ("account", "listed", "found"),
    [
        pytest.param(HELP, (MAIL, SPAIN), "mail", id="by its mailbox"),
        pytest.param("spain", (MAIL, SPAIN), "spain", id="by its name"),
        pytest.param("sales@shop.example.com", (MAIL,), "mail", id="the only one"),
        pytest.param("sales@shop.example.com", (MAIL, SPAIN), None, id="one of two"),
        pytest.param(HELP, (), None, id="nobody has listed it, and a token makes it nobody's"),
    ],
)
def test_where_the_role_is_let_in_an_account_that_the_playbook_lists_needs_no_token(
    account: str, listed: tuple[Account, ...], found: str | None
) -> None:
    ours = playbook().model_copy(update={"accounts": listed})
    speaker = voice("email", account, ours, {f"ses/{HELP}": OWN}, HERE)
    assert speaker is not None
    assert (speaker.presence and speaker.presence.account) == found
    assert speaker.presence is None or (speaker.presence.token, speaker.presence.company) == ("", ours.company)


@pytest.mark.parametrize(("account", "region"), [(HELP, "eu-west-1"), ("spain", "eu-south-2")])
def test_what_holds_for_all_holds_unless_the_playbook_says_otherwise_of_an_account(account: str, region: str) -> None:
    ours = playbook().model_copy(update={"accounts": (MAIL, SPAIN)})
    speaker = voice("email", account, ours, {}, HERE)
    assert speaker is not None
    assert speaker.presence is not None
    kinds = {thing.kind: thing.id for thing in speaker.presence.things}
    assert (kinds["region"], set(kinds)) == (region, {"mailbox", "region"})


def test_what_holds_for_all_is_nothing_to_a_platform_that_has_no_such_thing() -> None:
    speaker = voice("messenger", PAGE, playbook(), {"meta/shop": OWN}, HERE)
    assert speaker is not None
    assert speaker.presence is not None
    assert speaker.presence.things == ()


def test_a_number_is_known_by_the_playbook_and_where_we_are_called_is_known_to_all() -> None:
    number = AccountThing(kind="number", id="+34910000001")
    listed = (Account(platform="twilio", account="tienda", things=(number,)), Account(platform="twilio", account="dos"))
    ours = playbook().model_copy(update={"accounts": listed})
    tokens = {"twilio/tienda": OWN, "twilio/dos": OTHER}
    speaker = voice("sms", "+34910000001", ours, tokens, HERE, "https://door.example")
    assert speaker is not None
    assert speaker.presence is not None
    assert (speaker.presence.account, speaker.presence.door) == ("tienda", "https://door.example")
    assert voice("phone", "+34910000001", ours, tokens) is None


@pytest.mark.parametrize("channel", ["phone", "no such channel"])
def test_nobody_speaks_on_a_channel_without_a_port(channel: str) -> None:
    assert voice(channel, "shop", playbook(), {"telegram/bot": OWN}) is None


def test_a_place_is_known_by_the_conversation_and_by_what_is_answered() -> None:
    street = Street("x_mention")
    reply = street.ask("Sí.")
    street.project()
    head = street.head(reply)
    assert head.asked is not None
    assert place(street.table, head, head.asked) == street.place.model_copy(update={"answered_privately": False})


def test_what_the_platform_has_granted_is_what_the_playbook_says_of_the_account() -> None:
    street = Street("messenger")
    reply = street.ask("Sí.")
    street.project()
    head = street.head(reply)
    assert head.asked is not None
    granted = Account(platform="meta", account="shop", rights=("human_agent",))
    assert place(street.table, head, head.asked).rights == ()
    assert place(street.table, head, head.asked, [granted]).rights == ("human_agent",)


def test_a_place_in_which_nobody_has_spoken_is_private_and_answers_nothing() -> None:
    street = Street("telegram")
    reply = street.ask("Sí.", thread="1511000001:7", reply_to=None)
    street.project()
    head = street.head(reply)
    assert head.asked is not None
    found = place(street.table, head, head.asked)
    assert (found.visibility, found.reply_to, found.last_inbound_at) == ("private", None, None)
