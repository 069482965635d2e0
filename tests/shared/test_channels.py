"""The judgement of an account's health, state by state, and what the sentences say."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from shared.channels import UNHEALTHY, Facts, Health, State, judge, with_subscription
from shared.ports import Subscription
from tests.conftest import NOW

NAME = "telegram/shop_bot"
MINUTE = timedelta(minutes=1)
AGO = {minutes: NOW - minutes * MINUTE for minutes in (1, 5, 30, 59, 60, 61, 600)}


def facts(**said: Any) -> Facts:
    return Facts(**({"known_since": AGO[600]} | said))


def judged(before: Health | None = None, **said: Any) -> Health:
    return judge(NAME, facts(**said), before=before, now=NOW)


@pytest.mark.parametrize(
    ("said", "state", "since"),
    [
        ({}, "unknown", AGO[600]),
        ({"subscription": "active"}, "healthy", AGO[600]),
        ({"last_delivery": AGO[30]}, "healthy", AGO[30]),
        ({"last_delivery": AGO[30], "subscription": "unknown"}, "healthy", AGO[30]),
        ({"last_delivery": AGO[30], "last_refusals": {"signature": AGO[60]}}, "healthy", AGO[30]),
        ({"last_delivery": AGO[30], "last_refusals": {"signature": AGO[30]}}, "healthy", AGO[30]),
        ({"last_delivery": AGO[30], "last_refusals": {"signature": AGO[5]}}, "refusing", AGO[5]),
        ({"last_refusals": {"handshake": AGO[5]}}, "refusing", AGO[5]),
        ({"last_refusals": {"handshake": AGO[5], "signature": AGO[30]}}, "refusing", AGO[30]),
        ({"subscription": "failing", "subscription_since": AGO[61]}, "refusing", AGO[61]),
        ({"subscription": "failing", "last_delivery": AGO[1]}, "refusing", NOW),
        ({"subscription": "inactive", "last_delivery": AGO[1]}, "unsubscribed", NOW),
        ({"subscription": "inactive", "last_refusals": {"signature": AGO[1]}}, "unsubscribed", NOW),
        ({"last_delivery": AGO[60], "silent_at_most_minutes": 60}, "healthy", AGO[60]),
        ({"last_delivery": AGO[61], "silent_at_most_minutes": 60}, "silent", AGO[61]),
        ({"silent_at_most_minutes": 60}, "silent", AGO[600]),
        ({"silent_at_most_minutes": 60, "subscription": "active"}, "silent", AGO[600]),
        ({"silent_at_most_minutes": 600}, "unknown", AGO[600]),
    ],
)
def test_a_state_follows_from_the_facts(said: dict[str, Any], state: State, since: object) -> None:
    health = judged(**said)
    assert (health.state, health.since) == (state, since)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"last_refusals": {"signature": AGO[5]}},
            ("2026-11-22T11:55Z", "changed on one side", "put the new one first"),
        ),
        ({"last_refusals": {"handshake": AGO[5]}}, ("handshake", "2026-11-22T11:55Z")),
        ({"subscription": "inactive", "subscription_says": "call setWebhook {now}"}, ("call setWebhook {now}",)),
        ({"subscription": "failing", "subscription_says": "look at the log"}, ("cannot deliver", "look at the log")),
        ({"silent_at_most_minutes": 60}, ("every 60 minutes", "2026-11-22T02:00Z", "write to it yourself")),
        ({"silent_at_most_minutes": 60, "subscription": "active"}, ("the subscription is in order",)),
        ({"last_delivery": AGO[1]}, ("is heard",)),
        ({"subscription": "active"}, ("nothing has come", "in order")),
        ({"subscription_says": "give a token"}, ("has not said", "give a token")),
    ],
)
def test_a_sentence_names_the_account_and_says_what_to_do(said: dict[str, Any], words: tuple[str, ...]) -> None:
    sentence = judged(**said).sentence
    assert all(word in sentence for word in (NAME, *words)), sentence


def test_a_state_that_goes_on_began_when_it_first_did_and_another_begins_anew() -> None:
    first = judged(last_refusals={"signature": AGO[60]})
    later = judged(first, last_refusals={"signature": AGO[1]})
    assert (later.state, later.since) == ("refusing", AGO[60])
    assert "2026-11-22T11:00Z" in later.sentence
    well = judged(later, last_refusals={"signature": AGO[5]}, last_delivery=AGO[1])
    assert (well.state, well.since) == ("healthy", AGO[1])


def test_every_combination_of_facts_has_a_state_and_only_a_reason_to_worry_is_one() -> None:
    deliveries = [None, AGO[1], AGO[60]]
    refusals: list[dict[str, Any]] = [{}, {"signature": AGO[5]}, {"handshake": AGO[30]}]
    subscriptions = ["active", "inactive", "failing", "unknown"]
    seen = set()
    for delivery, refused, subscription, silent in product(deliveries, refusals, subscriptions, [None, 30]):
        health = judged(
            last_delivery=delivery,
            last_refusals=refused,
            subscription=subscription,
            silent_at_most_minutes=silent,
        )
        seen.add(health.state)
        worry = (
            subscription in ("inactive", "failing")
            or any(delivery is None or at > delivery for at in refused.values())
            or (silent is not None and (delivery or AGO[600]) < NOW - silent * MINUTE)
        )
        assert (health.state in UNHEALTHY) is worry
        assert Health.model_validate_json(health.model_dump_json()) == health
    assert seen == {"healthy", "silent", "refusing", "unsubscribed", "unknown"}


def test_what_a_platform_says_is_part_of_the_facts() -> None:
    told = with_subscription(facts(), Subscription("failing", "look", AGO[5]))
    assert (told.subscription, told.subscription_says, told.subscription_since) == ("failing", "look", AGO[5])
