"""Whether a reply whose answer was lost is among its ticket's comments: by our own id, where Zendesk shows a change's
metadata with its comment, and by its words otherwise
(https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/#list-comments).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError

from shared.platforms.zendesk.api import HelpDesk
from shared.platforms.zendesk.payload import Id, Via, Wire
from shared.ports import Answer, Asking
from shared.replying import NotThere, Reply, Sent, Unknown

OUR_ID = "mostrador_reply_id"
"""Under this name our own id of what we said stands in the metadata of the change that said it."""

_CLOCKS_DIFFER = timedelta(minutes=1)

UNSHOWN = Unknown(sentence="Zendesk did not show what was said in the ticket since: look at it there")


class _Metadata(Wire):
    custom: dict[str, Any] = Field(default_factory=dict)


class _Comment(Wire):
    id: Id
    body: str = ""
    public: bool = False
    created_at: AwareDatetime
    via: Via | None = None
    metadata: _Metadata | None = None

    @property
    def own_id(self) -> object:
        return self.metadata.custom.get(OUR_ID) if self.metadata else None


def look(
    reply: Reply, help_desk: HelpDesk, since: datetime, others: Collection[str] = ()
) -> Asking[Sent | NotThere | Unknown]:
    """Look among the newest comments; `others` are ids of which it is known that they are not the reply's."""
    since -= _CLOCKS_DIFFER
    answer = yield help_desk.get(f"/tickets/{reply.place.thread}/comments.json?sort_order=desc")
    shown = _comments(answer)
    if not shown:
        return UNSHOWN  # a ticket has at least the comment that it began with
    for comment in shown:
        if comment.created_at >= since and comment.id not in others and _is(comment, reply):
            return Sent(external_id=comment.id, at=comment.created_at)
    goes_back = any(comment.created_at < since for comment in shown)
    return NotThere() if goes_back or not answer.json().get("next_page") else UNSHOWN


def _comments(answer: Answer) -> list[_Comment] | None:
    """Return the comments of the first page; none where they cannot be read."""
    listed = answer.json().get("comments")
    if answer.status != 200 or not isinstance(listed, list):
        return None
    try:
        return [_Comment.model_validate(each) for each in listed]
    except ValidationError:
        return None


def _is(comment: _Comment, reply: Reply) -> bool:
    if comment.own_id:
        return comment.own_id == reply.id
    said_by_an_app = comment.public and comment.via is not None and comment.via.channel == "api"
    return said_by_an_app and comment.body.split() == reply.draft.text.split()
