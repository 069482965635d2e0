"""Slack's buttons: who presses first has it, whoever comes second is told, and nobody from outside gets anything done.

The payloads have the shape of those in slackapi/bolt-python's scenario tests (block_actions, view_submission).
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.connectors.slack.interactions import VIEW
from shared.connectors.slack.message import ACCEPT, RETURN
from tests.services.connectors.shop import ANA, CASE, SECRETS, SLACK, WEBHOOK, DiesAt, Shop, working_in
from tests.services.connectors.tools import refuses_connections, takes_it_and_is_silent

URL = "https://hooks.slack.com/actions/T0SHOP/111/random-value"


@pytest.fixture
def shop() -> Shop:
    """Where the hand-off is in the channel."""
    made = Shop(SLACK)
    made.hand_over()
    return made


def user(name: str = "U0LENA", home: str = "T0SHOP") -> dict[str, Any]:
    return {"id": name, "username": name.lower(), "name": name.lower(), "team_id": home}


def pressed(
    shop: Shop, action: str = ACCEPT, *, by: str = "U0LENA", ts: str = "1596530385.194939", **other: Any
) -> Any:
    channel = other.pop("channel", "C0BILLING")
    (post,) = shop.tools.posts[:1]
    return {
        "type": "block_actions",
        "user": user(by, other.pop("home", "T0SHOP")),
        "api_app_id": "A111",
        "token": "verification_token",
        "container": {"type": "message", "message_ts": post["ts"], "channel_id": channel, "is_ephemeral": False},
        "trigger_id": "111.222.valid",
        "team": {"id": "T0SHOP", "domain": "workspace-domain"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "facturas"},
        "message": {"type": "message", "ts": post["ts"], "text": post["text"], "blocks": post["blocks"]},
        "state": {"values": {}},
        "response_url": URL,
        "actions": [
            {
                "action_id": action,
                "block_id": "mostrador_offer",
                "text": {"type": "plain_text", "text": "Button", "emoji": True},
                "value": CASE,
                "type": "button",
                "action_ts": ts,
            }
        ],
    } | other


def submitted(shop: Shop, why: str = "Es de técnica", to: str = "technical", *, by: str = "U0LENA") -> Any:
    """The modal that was opened, sent back as Slack does."""
    (opened,) = shop.tools.views[-1:]
    return {
        "type": "view_submission",
        "team": {"id": "T0SHOP", "domain": "workspace-domain"},
        "user": user(by),
        "api_app_id": "A111",
        "token": "verification_token",
        "trigger_id": "111.222.valid",
        "view": {
            **opened["view"],
            "id": "V111",
            "team_id": "T0SHOP",
            "state": {
                "values": {
                    "why": {"why": {"type": "plain_text_input", "value": why}},
                    "to": {"to": {"type": "static_select", "selected_option": {"text": {}, "value": to}}},
                }
            },
            "hash": "1596530361.3wRYuk3R",
        },
        "response_urls": [],
    }


def shown(shop: Shop) -> str:
    """What was last put in the place of the message, or said to somebody."""
    return str(shop.tools.responses[-1][1])


def test_whoever_presses_first_has_it_and_everybody_sees_who_it_is(shop: Shop) -> None:
    assert shop.slack(pressed(shop)) == (200, "")
    assert (shop.case.state, shop.case.held_by) == (
        "accepted",
        Agent(subject="slack:T0SHOP:U0LENA", department="billing"),
    )
    ((path, said),) = shop.tools.responses
    assert path == "/actions/T0SHOP/111/random-value"
    assert said["replace_original"] is True
    assert "<@U0LENA>" in shown(shop)
    assert ACCEPT not in shown(shop)
    assert RETURN in shown(shop), "what turns out to be another's can still be returned"
    assert "No reconozco este cobro duplicado" in shown(shop)


def test_whoever_comes_second_is_told_who_was_first_and_changes_nothing(shop: Shop) -> None:
    shop.slack(pressed(shop))
    shop.world.clock += timedelta(seconds=2)
    assert shop.slack(pressed(shop, by="U0IDA", ts="1596530387.000000")) == (200, "")
    assert shop.case.held_by == Agent(subject="slack:T0SHOP:U0LENA", department="billing")
    assert shop.case.number == 1
    _, whispered = shop.tools.responses[-1]
    assert (whispered["response_type"], whispered["replace_original"]) == ("ephemeral", False)
    assert "<@U0LENA>" in whispered["text"]


def test_of_many_who_press_at_once_one_has_it(shop: Shop) -> None:
    people = [pressed(shop, by=f"U0{number}", ts=f"1596530385.{number:06}") for number in range(8)]
    with ThreadPoolExecutor(8) as many:
        assert {status for status, _ in many.map(shop.slack, people)} == {200}
    assert (shop.case.state, shop.case.number) == ("accepted", 1)


def test_what_slack_sends_again_is_the_same_act(shop: Shop) -> None:
    first = pressed(shop)
    for _ in range(3):
        assert shop.slack(first) == (200, "")
    assert shop.case.number == 1
    assert "Ya lo tienes" not in str(shop.tools.responses)
    shop.slack(pressed(shop, ts="1596530400.000001"))
    assert "Ya lo tienes" in shown(shop), "another press of theirs is no act"
    assert shop.case.number == 1


def test_returning_asks_why_and_to_whom_and_offers_it_there(shop: Shop) -> None:
    assert shop.slack(pressed(shop, RETURN)) == (200, "")
    (opened,) = shop.tools.views
    assert (opened["trigger_id"], opened["view"]["callback_id"]) == ("111.222.valid", VIEW)
    offered = opened["view"]["blocks"][1]["element"]["options"]
    assert [option["value"] for option in offered] == ["?", "delivery_and_orders", "technical", "care"]
    assert shop.case.state == "offered", "nothing is done yet"
    assert shop.slack(submitted(shop)) == (200, "")
    assert (shop.case.state, shop.case.department, shop.case.path[-1].why) == ("offered", "technical", "Es de técnica")
    assert "technical: Es de técnica" in shown(shop)
    assert "cobro duplicado" not in shown(shop), "what is no longer theirs is not shown any longer"
    assert shop.slack(submitted(shop)) == (200, "")
    assert shop.case.number == 1, "sent again, it is the same act, though it is elsewhere by now"


def test_who_does_not_know_whose_it_is_returns_it_to_the_fallback(shop: Shop) -> None:
    shop.slack(pressed(shop, RETURN))
    shop.slack(submitted(shop, to="?"))
    assert shop.case.department == "care"


def test_what_has_been_accepted_can_still_be_returned(shop: Shop) -> None:
    shop.slack(pressed(shop))
    shop.slack(pressed(shop, RETURN, ts="2.2"))
    shop.slack(submitted(shop, by="U0IDA"))
    assert (shop.case.department, shop.case.state) == ("technical", "offered")


def test_a_return_that_cannot_be_keeps_the_modal_open_and_says_why(shop: Shop) -> None:
    shop.slack(pressed(shop, RETURN))
    doing = Doing("withdrawn", shop.world.now(), Agent(subject="mostrador"), "solved")
    shop.cases.do(ANA, CASE, doing)
    status, body = shop.slack(submitted(shop))
    said = orjson.loads(body)
    assert (status, said["response_action"]) == (200, "errors")
    assert "withdrawn" in said["errors"]["why"]


def test_what_went_elsewhere_cannot_be_accepted_from_the_old_message(shop: Shop) -> None:
    doing = Doing("handed_over", shop.world.now(), Agent(subject="ida", department="billing"), "x", to="care")
    shop.cases.do(ANA, CASE, doing)
    assert shop.slack(pressed(shop)) == (200, "")
    assert (shop.case.state, shop.case.department) == ("offered", "care")
    assert "offered with care" in shown(shop)
    assert ACCEPT not in str(shop.tools.responses[0][1]), "its buttons only mislead"


@pytest.mark.parametrize(
    "other",
    [{"channel": "C0OTHER"}, {"home": "T0GUEST"}, {"team": {"id": "T0OTHER"}}],
    ids=["channel", "guest", "team"],
)
def test_nobody_from_elsewhere_gets_anything_done(shop: Shop, other: dict[str, Any]) -> None:
    assert shop.slack(pressed(shop, **other)) == (200, "")
    assert shop.case.number == 0
    assert "no se ha hecho nada" in shown(shop)


def test_a_claim_of_another_departments_is_nothing_here(shop: Shop) -> None:
    payload = pressed(shop)
    payload["actions"][0]["value"] = CASE + "-7"
    assert shop.slack(payload) == (200, "")
    assert shop.case.number == 0


def test_the_previous_secret_still_proves_and_an_unknown_one_does_not(shop: Shop) -> None:
    assert shop.slack(pressed(shop), secret=SECRETS[1])[0] == 200
    assert shop.slack(pressed(shop), secret="stranger")[0] == 401
    assert shop.case.number == 1


@pytest.mark.parametrize(("late", "status"), [(299, 200), (301, 401), (-301, 401)])
def test_what_was_signed_over_five_minutes_away_is_refused(shop: Shop, late: int, status: int) -> None:
    assert shop.slack(pressed(shop), late=late)[0] == status
    assert shop.case.number == (status == 200)


def test_one_byte_of_the_body_changed_is_refused(shop: Shop) -> None:
    timestamp = str(int(shop.world.now().timestamp()))
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": "v0=" + "0" * 64}
    assert shop.request("slack", b"payload=%7B%7D", headers)[0] == 401
    assert shop.request("slack", b"payload=%7B%7D", {})[0] == 401


@pytest.mark.parametrize(
    "payload", [[], {"type": "block_actions"}, {"type": "block_actions", "actions": []}, {"type": 7}, {"type": []}]
)
def test_what_is_signed_and_no_interaction_is_refused_without_a_stir(shop: Shop, payload: Any) -> None:
    assert shop.slack(payload)[0] in (200, 400)
    assert shop.case.number == 0


def test_other_peoples_buttons_and_kinds_of_interaction_are_passed_over(shop: Shop) -> None:
    for payload in (pressed(shop, "somebody_elses"), {"type": "shortcut", "user": user()}):
        assert shop.slack(payload) == (200, "")
    assert shop.tools.responses == []


def test_a_response_url_that_is_not_slacks_is_never_called(shop: Shop) -> None:
    assert shop.slack(pressed(shop, response_url="https://thief.example/x"))[0] == 400
    assert shop.case.number == 0


@pytest.mark.parametrize("failure", [refuses_connections, takes_it_and_is_silent])
def test_what_was_done_stays_done_when_slack_cannot_be_told(shop: Shop, failure: Any) -> None:
    shop.tools.failures = [failure]
    assert shop.slack(pressed(shop)) == (200, "")
    assert shop.case.state == "accepted"


@pytest.mark.parametrize("done", [False, True])
def test_wherever_the_process_dies_another_press_finds_it_done_or_does_it(shop: Shop, done: bool) -> None:
    press, again = pressed(shop), pressed(shop, ts="1596530390.000001")
    restore, deaths = shop.as_it_was(), 0
    for number in range(15):
        restore()
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        assert shop.slack(press)[0] in (200, 500)
        deaths += hook.died
        shop.cloud.hooks.remove(hook)
        assert shop.slack(again) == (200, "")
        assert (shop.case.state, shop.case.number) == ("accepted", 1)
        assert "<@U0LENA>" in str(shop.tools.responses)
    assert deaths > 5


@pytest.mark.parametrize("kind", ["zendesk", "webhook", "nothing", ""])
def test_a_path_of_another_tool_or_department_is_not_there(shop: Shop, kind: str) -> None:
    assert shop.request(kind, b"{}", {})[0] == 404
    assert shop.request("slack", b"{}", {}, department="care")[0] == 404
    shop.publish(working_in(6, billing=WEBHOOK))
    assert shop.slack(pressed(shop))[0] == 404


def test_when_the_table_refuses_slack_is_told_so_and_nothing_is_said_to_be_done(shop: Shop) -> None:
    def down(request: httpx.Request, do: Any) -> httpx.Response:
        raise AssertionError("nobody is told that it is done")

    shop.tools.failures = [down]
    shop.world._refused = {"PutItem": range(1, 10**6)}
    assert shop.slack(pressed(shop))[0] == 500


def test_nothing_personal_is_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.slack(pressed(shop))
    shop.slack(pressed(shop, by="U0IDA", ts="9.9"))
    shop.slack(pressed(shop), secret="stranger")
    shop.slack(pressed(shop, RETURN, ts="3.3"))
    shop.slack(submitted(shop, why="canary-of-a-reason"))
    said = capsys.readouterr()
    for word in ("cobro duplicado", ANA, "U0LENA", "U0IDA", "canary", URL):
        assert word not in said.out + said.err
