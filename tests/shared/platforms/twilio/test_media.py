"""Twilio's files: asked for with the account's key, which goes to nothing but a file."""

from base64 import b64encode
from typing import Any

import pytest

from shared.media.places import Gone, Place
from tests.shared.media.asking import files, located, port_of, wanted
from tests.shared.platforms.twilio.cases import events, form

ACCOUNT = "AC" + "0" * 32
MEDIA = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'1' * 32}/Media/ME{'2' * 32}"
RECORDING = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'3' * 32}"


def basic(user: str, secret: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"}


@pytest.mark.parametrize("url", [MEDIA, MEDIA.replace("/MM", "/SM"), RECORDING])
@pytest.mark.parametrize(
    ("token", "key"),
    [(f"{ACCOUNT}:SK1:secret", basic("SK1", "secret")), (f"{ACCOUNT}:secret", basic(ACCOUNT, "secret"))],
)
def test_a_file_is_had_with_the_accounts_key(url: str, token: str, key: dict[str, str]) -> None:
    place = Place(url, key, may_come=url == RECORDING)
    assert located("twilio", wanted("sms", type="image", url=url), token=token) == (place, [])


@pytest.mark.parametrize(
    "url",
    [
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}.json",
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
        MEDIA + "/../../../../Keys.json",
        MEDIA.replace("api.twilio.com", "thief.example"),
        MEDIA.replace("https://api.twilio.com", "https://api.twilio.com@thief.example"),
    ],
)
def test_the_key_goes_to_nothing_else(url: str) -> None:
    place, _ = located("twilio", wanted("sms", type="image", url=url), token=f"{ACCOUNT}:secret")
    assert place == Place(url)


@pytest.mark.parametrize("token", ["", ACCOUNT, f"{ACCOUNT}:", f"{ACCOUNT}:a:b:c"])
def test_a_token_that_is_no_key_is_none(token: str) -> None:
    place, _ = located("twilio", wanted("sms", type="image", url=MEDIA), token=token)
    assert isinstance(place, Gone)


def test_pictures_and_recordings_are_files() -> None:
    assert [each.attachment.type for each in files("twilio", events(form("mms")))]
    (recording,) = files("twilio", events(form("voicemail")))
    assert recording.attachment.type == "recording"
    (of_a_call,) = files("twilio", events(form("call_recorded")))
    assert of_a_call.attachment.type == "recording"


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "location", "url": "geo:1,2"},
        {"type": "button", "id": "1"},
        {"type": "referral", "url": "https://fb.me/1"},
        {"type": "image", "url": "http://api.twilio.com/a"},
    ],
)
def test_places_buttons_and_advertisements_are_none(attachment: dict[str, Any]) -> None:
    assert not port_of("twilio").has(wanted("sms", **attachment))
