"""One comment as a poll hands it over: an envelope of our own round what the blog says of it.

    {"as": "new", "version": 1, "staff": false, "title": "...", "comment": {"id": 12, ...}, "answered": null}

`as` is `new`, `changed` or `removed`, by what the last poll saw; `version` counts these, for each comment. `staff` is
whether its author may write articles there, and `answered` then the comment that they answer. `title` is the
article's. `comment` is as the REST API has it (https://developer.wordpress.org/rest-api/reference/comments/#schema),
without the address and the browser of who wrote it, which are nobody's business.
"""

from datetime import UTC, datetime
from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.letters.html import as_text
from shared.models import Delivery
from shared.platforms import Unit

KEPT = (
    *("id", "post", "parent", "author", "author_name", "author_email", "author_url", "date_gmt"),
    *("content", "link", "status", "type"),
)


def _in_utc(said: object) -> object:
    """Return an instant that is in UTC, and does not say so."""
    if not isinstance(said, str):
        return said
    at = datetime.fromisoformat(said)
    return at.replace(tzinfo=at.tzinfo or UTC)


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


Number = Annotated[int, Field(ge=1)]


class Content(Wire):
    raw: str | None = None
    rendered: str = ""

    @property
    def text(self) -> str:
        """What was written, as a reader reads it: a line is a line, whatever plugins add when it is shown."""
        html = self.rendered if self.raw is None else "<br>".join(self.raw.splitlines())
        return "\n".join(line.rstrip() for line in as_text(html).splitlines() if line.strip())


class Comment(Wire):
    id: Number
    post: Number
    parent: Annotated[int, Field(ge=0)] = 0
    author: Annotated[int, Field(ge=0)] = 0
    author_name: str = ""
    author_email: str = ""
    date: Annotated[AwareDatetime, BeforeValidator(_in_utc), Field(alias="date_gmt")]
    content: Content
    link: str = ""

    @property
    def person(self) -> str:
        """Who wrote it: a member of the blog by their number, a guest by this comment, since anybody may type anybody's
        name and address."""
        return str(self.author) if self.author else f"comment:{self.id}"


class Envelope(Wire):
    version: Number
    staff: bool = False
    title: str = ""
    comment: Comment
    answered: Comment | None = None


def split(delivery: Delivery) -> list[Unit]:
    """Return the one comment of a delivery; its instant is that of the poll.

    Raises `UnreadableDelivery` for anything but an envelope.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("wordpress: not JSON") from error
    match body:
        case {"as": str(name), "comment": dict()} if name:
            return [Unit(name, body, delivery.account, delivery.received_at)]
    raise UnreadableDelivery("wordpress: no envelope of a comment")
