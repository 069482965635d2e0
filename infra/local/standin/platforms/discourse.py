"""A forum on Discourse as far as posts and private messages go (https://docs.discourse.org), with the settings that
Discourse begins with. Its API user is a moderator.

Posts are known once somebody is known to have written them; of a topic the newest posts of ours are shown besides.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.state import Arrived, Limit, Person, Public, Request, Response, State
from shared.replying import Place

HOST = "foro.teleprado.example"
HOSTS = frozenset({HOST})
TOKEN = "standin-api-key"  # noqa: S105 - of a forum that there is not
USER = "soporte"

_CHUNK = 20
_FORUM, _PRIVATE = "forum", "private_message"
_NUMBERS = 100_000
"""Above these are the numbers of what is posted here."""


def know(state: State, place: Place, now: datetime) -> None:
    """Learn of a post: who wrote it, and in which topic."""
    person = place.identity.rsplit(":", 1)[-1]
    if place.reply_to and place.reply_to.isdigit():
        kind = _PRIVATE if place.visibility == "private" else _FORUM
        state.public[place.reply_to] = Public(kind, place.account, person, place.thread, place.reply_to_at or now)


def block(state: State, place: Place) -> None:
    """Have the customer take no private messages."""
    state.blocked.add(Person("forum", place.account, place.identity.rsplit(":", 1)[-1]))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Discourse does."""
    headers = request.headers
    if (headers.get("api-key"), headers.get("api-username")) != (TOKEN, USER):
        return _error(403, "invalid_access", "You are not permitted. The API username or key is invalid.")
    if seconds := state.wait(now, {"discourse": Limit(60, timedelta(minutes=1))}):
        return limited(seconds, now)
    if (request.method, request.path) == ("POST", "/posts.json"):
        return _post(state, request.json(), now)
    for path, shows in _SHOWN:
        if request.method == "GET" and (found := re.fullmatch(path, request.path)):
            return shows(state, request, *found.groups())
    return _gone()


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    said = _error(429, "rate_limit", "You have performed this action too many times, please try again later.")
    return Response(429, said.value | {"extras": {"wait_seconds": seconds, "time_left": f"{seconds} seconds"}})


def _number(post: str) -> int:
    """Return a post's number in its topic."""
    return int(post) % _NUMBERS + 1


def _post(state: State, said: Mapping[str, Any], now: datetime) -> Response:
    text = said.get("raw")
    if not isinstance(text, str) or not text.strip():
        return _error(400, "invalid_parameters", "param is missing or the value is empty: raw")
    if said.get("archetype") == _PRIVATE:
        return _message(state, said, text, now)
    topic, number = str(said.get("topic_id")), said.get("reply_to_post_number")
    answered = next((each for post, each in _posts(state) if (each.thread, _number(post)) == (topic, number)), None)
    if answered is None:
        return _gone()
    if wrong := _unfit(text, 10 if answered.channel == _PRIVATE else 20):
        return wrong
    return _taken(state, answered.author, text, now, answered.account, topic, f"{topic}/{number}")


def _message(state: State, said: Mapping[str, Any], text: str, now: datetime) -> Response:
    whom = str(said.get("target_recipients", "")).removeprefix("user")
    known = next((each for _, each in _posts(state) if each.author == whom), None)
    if known is None:
        return _invalid("You must select a valid user.")
    if not 2 <= len(str(said.get("title", ""))) <= 255:
        return _invalid("Title is too short or too long")
    if Person("forum", known.account, whom) in state.blocked:
        return _invalid("Sorry, you cannot send a private message to that user.")
    if any(each.reply_id == said.get("external_id") for each in state.arrived):
        return _invalid("External has already been taken")
    if wrong := _unfit(text, 10):
        return wrong
    named = {"title": str(said["title"]), "reply_id": said.get("external_id")}
    return _taken(state, whom, text, now, known.account, str(_NUMBERS + state.number()), None, **named)


def _unfit(text: str, least: int) -> Response | None:
    """Return what a validator of posts says (lib/validators/stripped_length_validator.rb)."""
    if len(text) > 32_000:
        return _invalid(f"Body is too long (maximum is 32000 characters); you entered {len(text)} characters.")
    counted = re.sub(r":\w+(:\w+)?:", "X", re.sub("<!--.*?-->", "", text), flags=re.ASCII)
    counted = re.sub(",{2,}", ",", re.sub(r"\.{2,}", "…", counted)).strip()
    return _invalid(f"Body is too short (minimum is {least} characters)") if len(counted) < least else None


def _taken(
    state: State, to: str, text: str, now: datetime, account: str, topic: str, answered: str | None, **named: str | None
) -> Response:
    arrived = Arrived(
        platform="discourse",
        channel="forum",
        account=account,
        to=to,
        external_id=str(_NUMBERS + state.number()),
        at=now,
        text=text,
        reply_to=answered,
        tag=topic,
        **named,
    )
    state.arrived.append(arrived)
    return Response(200, _of_ours(arrived))


def _of_ours(arrived: Arrived) -> dict[str, Any]:
    number = 1 if arrived.reply_to is None else _number(arrived.external_id) + _NUMBERS
    answered = int(arrived.reply_to.rpartition("/")[2]) if arrived.reply_to else None
    shown = _shown(arrived.external_id, number, str(arrived.tag), USER, 1, arrived.at, arrived.text)
    return shown | {"reply_to_post_number": answered}


def _shown(post: str, number: int, topic: str, user: str, user_id: int, at: datetime, text: str) -> dict[str, Any]:
    return {
        "id": int(post),
        "post_number": number,
        "post_type": 1,
        "topic_id": int(topic),
        "topic_slug": "pedido",
        "username": user,
        "user_id": user_id,
        "created_at": at.isoformat(timespec="milliseconds"),
        "cooked": f"<p>{text}</p>",
        "raw": text,
    }


def _posts(state: State) -> Iterator[tuple[str, Public]]:
    """Yield what is known of customers' posts, by their ids, among all that is public."""
    yield from ((post, each) for post, each in state.public.items() if each.channel in (_FORUM, _PRIVATE))


def _customers(state: State, topic: str | None = None) -> Iterator[dict[str, Any]]:
    for post, each in _posts(state):
        if topic in (None, each.thread):
            user, text = f"user{each.author}", "¿Hasta cuándo abrís el sábado?"
            yield _shown(post, _number(post), each.thread, user, int(each.author), each.at, text)


def _one(state: State, _: Request, post: str) -> Response:
    found = (each for each in _customers(state) if str(each["id"]) == post)
    return next((Response(200, each) for each in found), _gone())


def _topic(state: State, request: Request, topic: str, near: str | None = None) -> Response:
    ours = (_of_ours(each) for each in state.arrived if each.tag == topic)
    posts = sorted([*_customers(state, topic), *ours], key=lambda post: int(post["post_number"]))
    if not posts:
        return _gone()
    shown = posts[-_CHUNK:] if near else posts[:_CHUNK]
    if not request.query.get("include_raw"):
        shown = [{name: said for name, said in post.items() if name != "raw"} for post in shown]
    stream = {"posts": shown, "stream": [post["id"] for post in posts]}
    named = next(({"external_id": each.reply_id} for each in state.arrived if each.tag == topic and each.reply_id), {})
    about = {"id": int(topic), "posts_count": len(posts), "highest_post_number": posts[-1]["post_number"]}
    return Response(200, {"post_stream": stream, **about, **named})


def _sent(state: State, _: Request, user: str) -> Response:
    topics = [
        {"id": int(str(each.tag)), "title": each.title, "created_at": each.at.isoformat()}
        for each in reversed(state.arrived)
        if each.channel == "forum" and each.title and user == USER
    ]
    return Response(200, {"topic_list": {"topics": topics}})


_SHOWN = (
    (r"/posts/(\d+)\.json", _one),
    (r"/t/(\d+)\.json", _topic),
    (r"/t/(\d+)/(\d+)\.json", _topic),
    (r"/topics/private-messages-sent/([A-Za-z0-9._-]+)\.json", _sent),
)


def _gone() -> Response:
    return _error(404, "not_found", "The requested URL or resource could not be found.")


def _invalid(words: str) -> Response:
    return Response(422, {"action": "create_post", "errors": [words]})


def _error(status: int, kind: str, words: str) -> Response:
    return Response(status, {"errors": [words], "error_type": kind})
