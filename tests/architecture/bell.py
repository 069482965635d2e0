"""A vendor that does not exist, as somebody would add it: one folder, its twin, and a stand-in. Paths and texts, and no
more."""

from collections.abc import Mapping

from tests.architecture import bell_answers, bell_polled

NAME = "bell"
_FOLDER, _TWIN = f"shared/platforms/{NAME}", f"tests/shared/platforms/{NAME}"

_FRONT = '''"""Bell: who rings at the counter, and what they say."""

CHANNELS = ("bell_ring",)

RECEIVING = {"bell_ring": "nothing but the rope"}
'''

_SIGNATURE = '''"""Proof that a request comes from Bell: an HMAC over the raw body."""

from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest, digest

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    if not secrets or not all(map(str.strip, secrets)):
        raise ConfigurationError("bell: the secret is missing or empty")
    given = request.headers.get("x-bell", "").encode(errors="surrogatepass")
    ours = [digest(secret.encode(), request.body, "sha256").hex().encode() for secret in secrets]
    if not sum(compare_digest(given, own) for own in ours):
        raise SignatureError("x-bell does not fit the body")
'''

_PAYLOAD = '''"""What Bell posts: a list of rings."""

from datetime import UTC, datetime

import orjson

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit


def split(delivery: Delivery) -> list[Unit]:
    try:
        rings = orjson.loads(delivery.body)["rings"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise UnreadableDelivery("bell: no rings") from None
    return [
        Unit(ring["what"], ring, delivery.account, datetime.fromtimestamp(ring["at"], UTC)) for ring in rings
    ]
'''

_NORMALISE = '''"""What the rings mean."""

from collections.abc import Mapping

from shared.models import Author, Event, Message
from shared.platforms import Handler, Unit


def _said(unit: Unit) -> list[Event]:
    ring = unit.value
    return [
        Message(
            external_id=ring["id"],
            occurred_at=unit.at,
            identity=f"bell:{unit.account}:{ring['who']}",
            account=unit.account,
            channel="bell_ring",
            text=ring["text"],
            author=Author(name=ring["name"]),
            direction="outbound" if unit.name == "answered" else "inbound",
        )
    ]


EVENTS: Mapping[str, Handler] = {"said": _said, "answered": _said}
'''

_SENDER = '''"""Plays Bell."""

from datetime import datetime
from hmac import digest

ACCOUNT = "door"
SECRETS = ("a secret of the bell, for now", "a secret of the bell, before")
SIGNS_TIME = False
CORPUS: tuple[str, ...] = ()
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    return {"content-type": "application/json", "x-bell": digest(secret.encode(), body, "sha256").hex()}
'''

_STORY = '''"""A ring, from the door to whoever asks, with Bell named nowhere but in its folder."""

from bench.samples import measured
from infra.local import samples
from services.operations.asked import LedgerQuery
from shared.platforms import windows
from shared.playbook import parse
from shared.store.keys import EVENT_PREFIX
from tests.conftest import NOW
from tests.contract.platforms import EVERY
from tests.shared.platforms.bell.sender import ACCOUNT, SECRETS, sign
from tests.template import ROOT
from tests.world import World

(BELL,) = (found for found in EVERY if found.name == "bell")


def test_a_signed_ring_is_journalled_and_its_conversation_has_a_head() -> None:
    world, body = World({f"bell/{ACCOUNT}": {"signing": list(SECRETS)}}), BELL.sample("text")
    world.deliver(platform="bell", account=ACCOUNT, headers=sign(body, SECRETS[0], NOW), body=body)
    (kept,) = (item for item in world.scan() if item["sk"]["S"].startswith(EVENT_PREFIX))
    assert kept["pk"]["S"] == "identity#bell:door:7"
    world.settle()
    (head,) = (item for item in world.scan() if item["sk"]["S"].startswith("conversation#"))
    assert head["pk"] == kept["pk"]


def test_a_playbook_may_name_it_and_operators_may_ask_for_it() -> None:
    example = (ROOT / "infra" / "playbook.example.toml").read_text()
    playbook = parse(f'{example}\\n[[accounts]]\\nplatform = "bell"\\naccount = "door"\\n')
    assert "bell/door" in [account.name for account in playbook.accounts]
    assert LedgerQuery(platform="bell", account="door", since=None, until=None).span(NOW).platform == "bell"
    assert windows()["bell_ring"] is None


def test_it_is_played_on_this_machine_and_measured() -> None:
    assert "bell" in samples.calling()
    assert "bell" in measured()
    assert "bell/door" in samples.secrets()
'''

_SIGNATURE_TEST = """import pytest

from shared.errors import ConfigurationError
from shared.models import Request
from shared.platforms.bell.signature import verify
from tests.conftest import NOW


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_proven(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        verify(Request("POST", "https://door.example/webhooks/bell/door", {}, {}, b""), secrets, NOW)
"""

_NORMALISE_TEST = """from infra.local.samples import Sample


def test_a_ring_is_a_message() -> None:
    assert [event.kind for event in Sample("bell", "text").events()] == ["message"]
"""


def _rings(what: str, text: str) -> str:
    ring = f'{{"what": "{what}", "id": "ring-1", "at": 1795000000, "who": "7", "name": "Ana Torres", "text": "{text}"}}'
    return f'{{"rings": [{ring}]}}\n'


FILES: Mapping[str, str] = {
    f"{_FOLDER}/__init__.py": _FRONT,
    f"{_FOLDER}/signature.py": _SIGNATURE,
    f"{_FOLDER}/payload.py": _PAYLOAD,
    f"{_FOLDER}/normalise.py": _NORMALISE,
    f"{_FOLDER}/README.md": f"# Bell\n\nHang it at the door.\n{bell_answers.README}",
    f"{_TWIN}/sender.py": _SENDER,
    f"{_TWIN}/test_signature.py": _SIGNATURE_TEST,
    f"{_TWIN}/test_normalise.py": _NORMALISE_TEST,
    f"{_TWIN}/test_story.py": _STORY,
    f"{_TWIN}/samples/text.json": _rings("said", "Is anybody there?"),
    f"{_TWIN}/samples/echo.json": _rings("answered", "Who is there?"),
    f"{_TWIN}/samples/non_ascii.json": _rings("said", "¿Hay alguien ahí? 🛎"),
    f"{_TWIN}/samples/unknown_kind.json": _rings("hummed", "la la la"),
    f"{_TWIN}/samples/unreadable.json": '{"rings": [{"what": "said", "at": 1795000000}]}\n',
    f"{_TWIN}/samples/empty_batch.json": '{"rings": []}\n',
    **bell_answers.FILES,
    **bell_polled.FILES,
}
