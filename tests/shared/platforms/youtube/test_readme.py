"""What the README has operators write is what the poller and the replies understand."""

import re
import tomllib

import pytest

from shared import platforms, polling
from shared.accounts import Account, named_twice, unknown_to_platforms
from shared.platforms.youtube import api
from shared.ports import Answer, Call, Found, Presence
from shared.secrets import ApiToken, parse_tokens
from tests.conftest import NOW
from tests.shared.platforms.youtube.channel import API_KEY, error
from tests.shared.platforms.youtube.sender import CHANNEL, SECRETS, TOPIC
from tests.template import ROOT

PAPER = (ROOT / "shared" / "platforms" / "youtube" / "README.md").read_text()
FILLED_IN = {
    "<name>": "canal",
    "UC...": CHANNEL,
    "<host of our API>": "api.shop.example",
    "<API key>": API_KEY,
    "<client id>:<client secret>:<refresh token>": "an-id:a-secret:1//a",
    "<the secret of step 7>": SECRETS[0],
}
PORT = platforms.poll("youtube")
assert PORT


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.+?)```", PAPER, re.DOTALL)
    for name, value in FILLED_IN.items():
        found = found.replace(name, value)
    return str(found)


def account() -> Account:
    (found,) = tomllib.loads(block("toml"))["accounts"]
    return Account.model_validate(found)


def tokens() -> ApiToken:
    return parse_tokens(block("json"))[account().name]


def asked(thing: str) -> Presence:
    assert PORT
    return polling.asked_about(account(), tokens(), PORT, thing)


def test_the_playbook_names_what_there_is_and_each_thing_has_a_cursor_of_its_own() -> None:
    assert PORT
    assert list(unknown_to_platforms([account()])) == list(named_twice([account()])) == []
    assert polling.things(account(), PORT) == [CHANNEL, TOPIC]


@pytest.mark.parametrize(
    ("thing", "method", "url", "shown"),
    [
        (CHANNEL, "GET", f"https://{api.HOST}/youtube/v3/commentThreads", API_KEY),
        (TOPIC, "POST", "https://pubsubhubbub.appspot.com/subscribe", SECRETS[0]),
    ],
)
def test_the_poller_asks_each_thing_with_its_own_token(thing: str, method: str, url: str, shown: str) -> None:
    assert PORT
    asking = PORT.poll(asked(thing), "", NOW)
    call: Call = next(asking)
    assert (call.method, call.url.partition("?")[0]) == (method, url)
    written = f"{call.headers}{call.body.decode()}"
    assert shown in written
    assert {secret for secret in (API_KEY, SECRETS[0], "1//a") if secret in written} == {shown}
    with pytest.raises(StopIteration) as ended:
        asking.send(error(403, "forbidden") if method == "GET" else Answer(204))
    assert isinstance(ended.value.value, Found)
