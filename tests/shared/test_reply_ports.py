"""What holds for the replies of every platform, whatever its API answers."""

import subprocess
import sys
from datetime import timedelta
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import platforms
from shared.platforms import windows
from shared.ports import Answer, Call, Presence
from shared.replying import EVER, Later, NotThere, Refused, Rules, Sent, Unknown
from tests.conftest import NOW
from tests.replying import (
    CHANNELS,
    FOLDERS,
    ORDINARY,
    asked,
    before,
    has_secret,
    place,
    port,
    presence,
    reply,
    with_secret,
    words_of,
)
from tests.speaking import SPEAKERS, SPOKEN
from tests.template import ROOT

TOKEN = "canary-4711-token"
WORDS = """
    data id result messages message error errors code status type title text description detail date parameters
    created_at timestamp from sender meta paging next value
    """.split()  # noqa: SIM905 - words are read as words
"""What stands in many an answer; each platform's twin has its own besides."""
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.sampled_from([0, 1, 4, 10, 100, 190, 613, 2018278, 131047, 131056, 10900]),
    st.sampled_from(
        ["", "1", "2102038473467756545", "replied_to", "2026-11-22T12:00:00+00:00", "duplicate content", "🙂"]
    ),
)
STATUSES = [0, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 408, 429, 500, 503]
OUTCOMES = (Sent, Refused, Later, Unknown)


@cache
def answers(channel: str) -> st.SearchStrategy[Answer]:
    """What may come back, whatever a platform means by it."""
    words = st.sampled_from([*WORDS, *SPEAKERS[FOLDERS[channel]].words])
    values = st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=6),
        max_leaves=20,
    )
    return st.builds(Answer, st.sampled_from(STATUSES), st.one_of(values.map(orjson.dumps), st.binary(max_size=20)))


def who(channel: str) -> Presence:
    return presence(channel, token=with_secret(channel, TOKEN))


def sent_to(channel: str, *answers: Answer) -> tuple[Any, list[Call]]:
    """Return what became of a reply whose calls are answered so, and the calls, after those that only read."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        if call.reads:
            return before(channel, TOKEN if TOKEN in call.body.decode() else "another")
        calls.append(call)
        return answers[len(calls) - 1]

    own = port(channel)
    return asked(own.send(reply(place(channel)), who(channel), NOW), api, own.hosts_of(who(channel))), calls


# ------------------------------------------------------------------------------------------------------------- rules


def test_every_channel_can_be_spoken_through_of_which_a_twin_says_so_and_no_other() -> None:
    """A platform without a port has no twin that speaks, and none of its channels can be answered."""
    assert {name for name in platforms.names() if platforms.reply(name)} == SPEAKERS.keys()
    assert SPOKEN.keys() == platforms.rules().keys()
    for name, speaker in SPEAKERS.items():
        assert {*speaker.channels, *speaker.silent} == set(platforms.load(name).channels)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_rules_say_the_same_as_the_front(channel: str) -> None:
    rules = platforms.rules()[channel]
    assert rules.window == windows()[channel]
    assert rules.longest > 0
    assert rules.by_a_person is None or (rules.window is not None and rules.by_a_person > rules.window)
    assert not rules.echo_has_id or rules.echoes
    private = rules.private_answer
    assert private is None or private.channel in port(channel).rules, "where it goes is spoken through as well"
    assert port(channel).rules[channel] == rules


def test_a_unit_has_a_name_of_its_own() -> None:
    every = {limits.unit for rules in platforms.rules().values() for limits in (rules, rules.private_answer) if limits}
    assert len({unit.name for unit in every}) == len({unit.spelt for unit in every}) == len(every)
    assert all(unit.count("") == 0 < unit.count("a") for unit in every)


def test_nobody_can_change_the_rules_for_all_others() -> None:
    with pytest.raises(TypeError):
        platforms.rules()["whatsapp"] = platforms.rules()["telegram"]  # type: ignore[index]


def test_the_door_loads_no_replies() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from shared.platforms import load, names\n"
        "for name in names(): load(name)\n"
        "import services.webhooks.door\n"
        "found = [name for name in sys.modules if name.endswith('.reply') or '.replies' in name]\n"
        "assert not found, found\n"
        "assert not {'shared.replying', 'shared.permitted', 'shared.lengths'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program, str(ROOT)], check=True)


# ------------------------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_sent_is_one_request_that_writes_with_the_token_or_signed_and_nothing_else_of_ours(
    channel: str,
) -> None:
    outcome, calls = sent_to(channel, Answer(0))
    (call,) = calls
    assert call.method in ("POST", "PUT")
    assert has_secret(channel, call, TOKEN) is not port(channel).own_credentials
    assert (call.aws is not None) is port(channel).own_credentials
    assert call.headers["content-type"] in ("application/json", "application/x-www-form-urlencoded")
    assert ORDINARY in words_of(channel, call)
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("status", [0, 200, 201, 204, 302, 408, 500, 502, 503, 504])
def test_what_says_neither_that_it_was_done_nor_that_it_was_not_is_unknown(channel: str, status: int) -> None:
    for body in (b"", b"{}", b"<html>", b"[]", b'{"result":{},"data":{}}', b'{"id":"","messages":[]}'):
        outcome, _ = sent_to(channel, Answer(status, body))
        assert isinstance(outcome, Unknown), (body, outcome)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>"])
def test_a_limit_without_words_is_a_limit(channel: str, body: bytes) -> None:
    outcome, _ = sent_to(channel, Answer(429, body))
    assert outcome == Later(seconds=None, account=True)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_without_words_is_a_refusal_that_says_what_to_do(channel: str, status: int) -> None:
    outcome, _ = sent_to(channel, Answer(status, b""))
    assert isinstance(outcome, Refused)
    assert outcome.code == str(status)
    assert len(outcome.sentence) > 20


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=150)
@given(data=st.data())
def test_no_answer_breaks_a_reply_nor_is_it_sent_twice_nor_repeated_to_anybody(
    channel: str, data: st.DataObject
) -> None:
    answer = data.draw(answers(channel))
    outcome, calls = sent_to(channel, answer)
    assert isinstance(outcome, OUTCOMES)
    assert len(calls) == 1
    assert not isinstance(outcome, Sent) or answer.status in (200, 201)
    assert not isinstance(outcome, Refused | Later) or answer.status != 0
    told = outcome.model_dump_json(include={"sentence", "code"})
    assert TOKEN not in told
    assert "🙂" not in told
    assert "hasta las dos" not in told


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if port(channel).find])
@settings(max_examples=150)
@given(data=st.data())
def test_no_answer_breaks_the_search_which_only_reads(channel: str, data: st.DataObject) -> None:
    find = port(channel).find
    assert find is not None

    def api(call: Call) -> Answer:
        assert call.reads
        return data.draw(answers(channel))

    hosts = port(channel).hosts_of(who(channel))
    found = asked(find(reply(place(channel)), who(channel), NOW - timedelta(minutes=1), NOW), api, hosts)
    assert isinstance(found, Sent | NotThere | Unknown)
    told = found.model_dump_json(include={"sentence"})
    assert TOKEN not in told
    assert "🙂" not in told


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if port(channel).find])
@pytest.mark.parametrize("answer", [Answer(0), Answer(401), Answer(429), Answer(500, b"{}"), Answer(200, b"<html>")])
def test_a_search_that_cannot_look_never_says_that_it_is_not_there(channel: str, answer: Answer) -> None:
    find = port(channel).find
    assert find is not None
    hosts = port(channel).hosts_of(who(channel))
    found = asked(find(reply(place(channel)), who(channel), NOW, NOW), lambda _: answer, hosts)
    assert isinstance(found, Unknown), found


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_instant_is_the_machines_where_nobody_gives_one(channel: str) -> None:
    own = port(channel)

    def api(call: Call) -> Answer:
        return before(channel) if call.reads else Answer(500)

    outcome = asked(own.send(reply(place(channel)), who(channel)), api, own.hosts_of(who(channel)))
    assert isinstance(outcome, Unknown)


# -------------------------------------------------------------------------------------------------------- the READMEs


def rows(platform: str) -> list[str]:
    """Return a README's rows about what its channels let through, as the code has them."""
    own = platforms.reply(platform)
    assert own is not None
    return [
        f"| {channel} | {rules.longest} {rules.unit.spelt} | {_private(rules)} | {_rates(rules)} | {_echo(rules)} |"
        for channel, rules in own.rules.items()
    ]


def _private(rules: Rules) -> str:
    if rules.private_answer is None:
        return "no"
    private = rules.private_answer
    within = "" if private.within == EVER else f"within {private.within.days} days, "
    return f"{'once, ' if private.once else ''}{within}{private.longest} {private.unit.spelt}"


def _rates(rules: Rules) -> str:
    return ", ".join(f"{rate.most} in {_span(rate.within)}" for rate in rules.rates) or "not documented"


def _span(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    return f"{span.seconds} s" if not minutes else f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def _echo(rules: Rules) -> str:
    return "with our own id" if rules.echo_has_id else "by its id" if rules.echoes else "no"


@pytest.mark.parametrize("platform", [name for name in platforms.names() if platforms.reply(name)])
def test_the_readme_says_what_the_rules_say(platform: str) -> None:
    paper = (ROOT / "shared" / "platforms" / platform / "README.md").read_text()
    table = paper.split("<!-- replies -->")[1].split("\n\n")[0].split("\n")
    written = [line for line in table if line.startswith("| ")][1:]
    assert written == rows(platform), "paste these rows:\n" + "\n".join(rows(platform))
