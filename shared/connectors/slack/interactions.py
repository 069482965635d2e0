"""What somebody did with a hand-off in Slack (https://docs.slack.dev/reference/interaction-payloads).

A request's body is a form with one field, `payload`, which is JSON.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

import orjson

from shared import subjects
from shared.connectors.slack.message import ACCEPT, RETURN
from shared.errors import MalformedRequest

RESPONSES = "hooks.slack.com"
VIEW = "mostrador_return_why"
WHY, TO, NOBODY = "why", "to", "?"

_WHAT: dict[str, Literal["accept", "return"]] = {ACCEPT: "accept", RETURN: "return"}


class Person(NamedTuple):
    """Who did it: of which workspace they are, and in which workspace and channel they did it."""

    id: str
    home: str
    team: str
    channel: str

    @property
    def subject(self) -> str:
        return subjects.subject("slack", self.team, self.id)


@dataclass(frozen=True, slots=True)
class Pressed:
    """One of a hand-off's buttons was pressed. `key` tells this press from others, and is the same when Slack sends it
    again; `blocks` are those of the message, `response_url` where it can be changed for half an hour."""

    what: Literal["accept", "return"]
    claim: str
    who: Person
    key: str
    trigger: str = field(repr=False)
    response_url: str = field(repr=False)
    blocks: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submitted:
    """Somebody said why they return it, and to whom, where they know."""

    claim: str
    who: Person
    key: str
    why: str = field(repr=False)
    to: str | None
    response_url: str = field(repr=False)


def read(body: bytes) -> Pressed | Submitted | None:
    """Return what somebody did, or none for what is nothing of ours; raises `MalformedRequest` for no interaction."""
    try:
        (payload,) = parse_qs(body.decode(), strict_parsing=True, max_num_fields=20)["payload"]
        said = orjson.loads(payload)
        return _READERS.get(said["type"], _nothing)(said)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise MalformedRequest(f"this is no interaction of Slack's ({type(error).__name__})") from None


def _pressed(said: Any) -> Pressed | None:
    (action,) = said["actions"]
    what = _WHAT.get(action["action_id"])
    if what is None:
        return None
    who = Person(said["user"]["id"], said["user"]["team_id"], said["team"]["id"], said["channel"]["id"])
    return Pressed(
        what=what,
        claim=action["value"],
        who=who,
        key=f"{action['action_ts']}:{who.id}",
        trigger=said["trigger_id"],
        response_url=_checked(said["response_url"]),
        blocks=list(said.get("message", {}).get("blocks", [])),
    )


def _submitted(said: Any) -> Submitted | None:
    view = said["view"]
    if view["callback_id"] != VIEW:
        return None
    about = orjson.loads(view["private_metadata"])
    values = view["state"]["values"]
    chosen = values[TO][TO]["selected_option"]
    who = Person(said["user"]["id"], said["user"]["team_id"], said["team"]["id"], about["channel"])
    return Submitted(
        claim=about["claim"],
        who=who,
        key=f"{view['id']}:{who.id}",
        why=values[WHY][WHY]["value"].strip(),
        to=chosen["value"] if chosen and chosen["value"] != NOBODY else None,
        response_url=_checked(about["response_url"]),
    )


def _nothing(_: Any) -> None:
    return None


def _checked(url: str) -> str:
    if not url.startswith(f"https://{RESPONSES}/"):
        raise ValueError("not Slack's")
    return url


_READERS = {"block_actions": _pressed, "view_submission": _submitted}
