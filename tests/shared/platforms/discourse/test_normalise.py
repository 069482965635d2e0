"""What each situation in a forum means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Ignored, Message
from shared.platforms import Unit
from tests.shared.platforms.discourse.cases import DISCOURSE, MEANINGS, RECEIVED, SAMPLES, delivered, events
from tests.shared.platforms.discourse.sender import ACCOUNT, INSTANCE

README = Path(__file__).parents[4] / "shared" / "platforms" / "discourse" / "README.md"


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | {"unreadable"}


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^discourse post_created: ValidationError at post.topic_id$"):
        events(SAMPLES["unreadable"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"post"',
        b'{"post": {}}',
        b'{"post": NaN}',
        b'{"post": {"raw": "\\ud800"}}',
        b'{"ping": "OK"} trailing',
        b"payload=%7B%22ping%22%3A%22OK%22%7D",
    ],
)
@pytest.mark.parametrize("event", ["post_created", "", "POST"])
def test_what_is_no_event_is_unreadable(body: bytes, event: str) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body, event=event)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"post_number": None},
        {"created_at": None},
        {"created_at": "yesterday"},
        {"created_at": "2026-09-21T14:13:20"},
        {"user_id": ["3101"]},
        {"raw": {"plain": "La mía"}},
        {"staff": "perhaps"},
    ],
)
def test_a_broken_part_is_never_guessed(change: dict[str, Any]) -> None:
    body = orjson.loads(SAMPLES["text"])
    body["post"] |= change
    with pytest.raises(UnreadableDelivery) as refused:
        events(orjson.dumps(body))
    assert not re.search(r"3101|Torres|anatorres|gotea|yesterday|perhaps", str(refused.value))


@pytest.mark.parametrize("event", ["post_liked", "post_edited", "post_created"])
def test_a_name_that_another_body_goes_with_is_unreadable(event: str) -> None:
    body = SAMPLES["text" if event == "post_liked" else "liked"]
    with pytest.raises(UnreadableDelivery):
        events(body, event=event)


@pytest.mark.parametrize(
    ("sample", "event"),
    [
        ("text", "post_created"),
        ("edited", "post_edited"),
        ("destroyed_at", "post_destroyed"),
        ("liked", "post_liked"),
        ("solved", "accepted_solution"),
        ("topic_created", "topic_created"),
        ("ping", "ping"),
        ("unknown_kind", "hologram"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"x-discourse-event": ""}, {"x-discourse-event": "¿qué?\n"}])
def test_without_its_name_an_event_is_what_its_body_says(sample: str, event: str, headers: dict[str, str]) -> None:
    (unit,) = DISCOURSE.units(Delivery("discourse", ACCOUNT, SAMPLES[sample], headers, RECEIVED))
    assert unit.name == event


@pytest.mark.parametrize(
    ("instance", "permalink"),
    [
        (INSTANCE, "https://foro.example.com/t/cafetera-gotea/4711/2"),
        ("https://example.com:8443/foro/", "https://example.com:8443/foro/t/cafetera-gotea/4711/2"),
        ("", None),
        ("foro.example.com", None),
        ("javascript:alert(1)", None),
        ("https://foro.example.com/?x=", None),
        ("https://foro.example.com@evil.example", None),
        ("https://foro.example.com\n", None),
    ],
)
def test_only_an_address_makes_a_permalink(instance: str, permalink: str | None) -> None:
    headers = {"X-Discourse-Event": "post_created", "X-Discourse-Instance": instance}
    (message,) = DISCOURSE.normalise(Delivery("discourse", ACCOUNT, SAMPLES["text"], headers, RECEIVED))
    assert isinstance(message, Message)
    assert message.permalink == permalink


@pytest.mark.parametrize("flag", ["staff", "admin", "moderator"])
def test_each_sign_of_staff_makes_it_the_company_s_own_word(flag: str) -> None:
    body = orjson.loads(SAMPLES["text"])
    body["post"] |= {"staff": None, "admin": False, "moderator": False, flag: True}
    (message,) = events(orjson.dumps(body))
    assert isinstance(message, Message)
    assert (message.direction, message.names_a_customer) == ("outbound", False)


def test_what_changes_a_post_names_it() -> None:
    (post,), named = (
        events(SAMPLES["text"]),
        [events(SAMPLES[name])[0] for name in ("edited", "destroyed", "recovered")],
    )
    assert {(event.model_dump()["target"], event.model_dump()["identity"]) for event in named} == {
        (post.external_id, post.model_dump()["identity"])
    }


def outcomes() -> dict[str, str]:
    """What becomes of each kind of event: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in DISCOURSE.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in DISCOURSE.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(sorted(found[name]))}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in DISCOURSE.events
    }


def reason(name: str) -> str:
    (event,) = DISCOURSE.read(Unit(name, {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"
