"""What holds for the ports of every platform, whatever its API answers."""

import subprocess
import sys
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import platforms
from shared.errors import UnknownPlatform
from shared.models import Delivery
from shared.ports import Answer, Asking, Filling, Gap, Presence, Subscription, Thing
from tests.conftest import NOW
from tests.template import ROOT

TOKEN = "canary-4711-token"
THINGS = (Thing("page", "1"), Thing("instagram", "2", through="1"), Thing("whatsapp", "3"))
GAPS = [Gap(NOW - timedelta(hours=start), NOW - timedelta(hours=end)) for start, end in ((60, 40), (12, 1), (900, 0))]
MOST_ANSWERS = 12

WORDS = """
    data result url id webhook_id valid links subscriptions error code paging cursors after next message created_time
    updated_time from to attachments shares story pending_update_count last_error_date last_error_message job_id
    subscribed_fields whatsapp_business_api_data mime_type image_data file_url reply_to mention sticker name
    """.split()  # noqa: SIM905 - words are read as words
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "1", "2", "x", "t_1", "2026-11-20T20:00:00+0000", "https://d/webhooks/telegram/shop", "🙂"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=25,
)
ANSWERS = st.builds(
    Answer,
    st.sampled_from([0, 200, 200, 200, 200, 201, 302, 400, 401, 403, 404, 429, 500, 503]),
    st.one_of(VALUES.map(orjson.dumps), st.binary(max_size=20)),
)


def asked[T](asking: Asking[T], answers: list[Answer], hosts: frozenset[str]) -> T | None:
    """Answer a port until it has a finding, or the answers are used up."""
    try:
        call = next(asking)
        for answer in answers:
            target = urlsplit(call.url)
            assert (target.scheme, target.netloc in hosts) == ("https", True)
            call = asking.send(answer)
    except StopIteration as found:
        finding: T = found.value
        return finding
    asking.close()
    return None


def presence(platform: str) -> Presence:
    port = platforms.subscription(platform)
    things = tuple(thing for thing in THINGS if port and thing.kind in port.things)
    return Presence(platform, "shop", TOKEN, {}, things)


ASKED = [name for name in platforms.names() if platforms.subscription(name)]
FILLED = [name for name in platforms.names() if platforms.backfill(name)]


def test_these_platforms_can_be_asked() -> None:
    """And whoever else has a port, once there is one."""
    assert set(ASKED) & set(FILLED) >= {"meta", "telegram", "x"}
    assert platforms.subscription("standard_webhooks") is None
    assert platforms.backfill("standard_webhooks") is None


@pytest.mark.parametrize("name", ["whatsapp", "myspace", "", "..", "telegram.subscription"])
def test_a_port_is_a_platform_folders_and_no_channels(name: str) -> None:
    for port in (platforms.subscription, platforms.backfill):
        with pytest.raises(UnknownPlatform):
            port(name)


def test_the_door_loads_no_ports() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from shared.platforms import load, names\n"
        "for name in names(): load(name)\n"
        "import services.webhooks.door\n"
        "assert not [name for name in sys.modules if name.endswith(('.subscription', '.backfill', '.poll'))]\n"
        "assert 'shared.ports' not in sys.modules\n"
        "assert 'shared.channels' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program, str(ROOT)], check=True)


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=120)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=MOST_ANSWERS))
def test_no_answer_breaks_the_question_and_nothing_of_it_is_repeated(name: str, answers: list[Answer]) -> None:
    port = platforms.subscription(name)
    assert port is not None
    found = asked(port.ask(presence(name), NOW), answers, port.hosts)
    if found is not None:
        assert isinstance(found, Subscription)
        assert (found.state == "active") is (found.sentence == "")
        assert TOKEN not in found.sentence
        assert "🙂" not in found.sentence


@pytest.mark.parametrize("name", FILLED)
@pytest.mark.parametrize("gap", GAPS)
@settings(max_examples=40)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=MOST_ANSWERS))
def test_no_answer_breaks_a_backfill_and_all_of_its_deliveries_can_be_read(
    name: str, gap: Gap, answers: list[Answer]
) -> None:
    port = platforms.backfill(name)
    assert port is not None
    found = asked(port.fill(presence(name), gap, NOW), answers, port.hosts)
    if found is None:
        return
    assert isinstance(found, Filling)
    assert found.complete or found.sentence
    assert TOKEN not in found.sentence
    for body in found.bodies:
        (event,) = platforms.load(name).normalise(Delivery(name, "shop", body, {}, NOW))
        assert gap.since <= event.occurred_at < gap.until
        assert event.kind == "message"
        assert not port.channels or event.channel in port.channels


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("value", [{}, [], None, {"data": []}, {"data": {}}, {"ok": True, "result": {}}])
def test_an_empty_success_is_never_taken_for_an_active_subscription(name: str, value: Any) -> None:
    port = platforms.subscription(name)
    assert port is not None
    found = asked(port.ask(presence(name), NOW), [Answer(200, orjson.dumps(value))] * MOST_ANSWERS, port.hosts)
    assert isinstance(found, Subscription)
    assert found.state in ("inactive", "unknown")
