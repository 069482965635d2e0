"""What is no AWS, beside a world: the tools in which departments work, and what a platform has of files.

Every request to them, and every mail, passes the wire. What they keep is rewound with the engine.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx

from shared import calling
from tests.faults.wire import HTTP, Call, Wire
from tests.services.connectors.tools import Tools

type Answering = Callable[[httpx.Request], httpx.Response]

MAY_BE_THERE = "Puede que esto ya esté aquí"
"""By which a tool that cannot be asked is told that it may have been told before (`Labels.may_be_there`)."""


@contextmanager
def answered(wire: Wire, answer: Answering) -> Iterator[None]:
    """Have all requests of functions answered so."""

    def asked(request: httpx.Request) -> Any:
        call = Call(HTTP, request.method.title(), {"url": str(request.url), "body": request.content})
        return wire.make(call, lambda **_: answer(request))

    def over_tls(**_: Any) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(asked))

    with patch.object(calling, "over_tls", over_tls):
        yield


class Mailed(NamedTuple):
    """A mail as its reader has it: in which thread it stands, what it is about, and whether it may be a second one: it
    says so, or is no hand-off, which nobody is to answer."""

    thread: str
    subject: str
    may_be_second: bool


class Departments:
    """The departments' tools and mailboxes, played by their documentation."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.tools = Tools()
        self.mails: tuple[Mailed, ...] = ()
        self._named = 0

    def name(self, size: int) -> str:
        """Return what nobody could have guessed: the same in each run (`secrets.token_hex`)."""
        self._named += 1
        return f"{self._named:0{2 * size}x}"

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.tools.client().send(request)

    def send_email(self, **asked: Any) -> Any:
        """Be SES; without what differs each time in what a mail is made of."""
        call = Call("sesv2", "SendEmail", {"Destination": asked["Destination"]})
        return self._wire.make(call, lambda **_: self._sent(asked["Content"]["Raw"]["Data"]))

    def _sent(self, raw: bytes) -> dict[str, str]:
        mail = message_from_bytes(raw, policy=default)
        text = mail.get_body(("plain",))
        assert text is not None
        thread = str(mail["References"])
        may_be_second = MAY_BE_THERE in text.get_content() or mail["Reply-To"] is None
        self.mails += (Mailed(thread, str(mail["Subject"]), may_be_second),)
        return {"MessageId": thread}

    # rewound with the engine

    def snapshot(self) -> Any:
        return _copied(vars(self.tools)), self.mails, self._named

    def restore(self, snapshot: Any) -> None:
        tools, self.mails, self._named = snapshot
        self.tools = Tools(**_copied(tools))

    def holds(self) -> Hashable:
        tools = self.tools
        kept = (tools.posts, tools.tickets, tools.issues, tools.notes, tools.statuses, tools.responses, tools.views)
        return repr(kept), self._received, self.mails

    @property
    def _received(self) -> tuple[tuple[str, bytes], ...]:
        return tuple((each.headers["webhook-id"], each.content) for each in self.tools.received)

    # what came of it

    def told(self) -> dict[str, Any]:
        """Return what people in the tools have before them, each thing once where two of it are one to whoever reads:
        by a webhook's id, or by what a note or a mail says."""
        tools = self.tools
        return {
            "posts": sorted(filter(None, map(_claim, tools.posts))),
            "said of posts": {str(each["text"]) for each in (*filter(_is_remark, tools.posts), *tools.changed)},
            "tickets": sorted(str(each["external_id"]) for each in tools.tickets),
            "issues": sorted(str(each["fields"]["labels"]) for each in tools.issues),
            "endpoint": set(self._received),
            "mails": {(mail.thread, mail.subject) for mail in self.mails},
            "notes": {(path, str(said)) for path, said in tools.notes},
            "status": tools.statuses[-1:],
        }


def _claim(post: Mapping[str, Any]) -> str:
    """Return which hand-off a post is; nothing for one that says something of one."""
    return str(post["metadata"]["event_payload"]["claim"]) if "metadata" in post else ""


def _is_remark(post: Mapping[str, Any]) -> bool:
    return not _claim(post)


def _copied(tools: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same without what is changed in its place: lists, and the dicts of which they are."""
    return {
        name: [dict(each) if isinstance(each, dict) else each for each in kept] if isinstance(kept, list) else kept
        for name, kept in tools.items()
    }
