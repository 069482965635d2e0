"""What Chatwoot posts to an account's webhook, as far as we read it: one event, with its name beside its fields.

Sources: chatwoot/chatwoot, app/listeners/webhook_listener.rb, app/models/message.rb (`webhook_data`),
app/models/contact.rb and app/presenters/conversations/event_data_presenter.rb.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.ids import returned_reply_id
from shared.models import Delivery
from shared.platforms import Unit

Id = Annotated[str, Field(min_length=1)]

_TYPES = {"0": "incoming", "1": "outgoing", "2": "activity", "3": "template"}
"""Messages' types by the numbers that stand in some of Chatwoot's payloads (app/models/message.rb)."""


def _type(said: object) -> object:
    return _TYPES.get(str(said), said)


def _iso(said: object) -> object:
    """Chatwoot's guide shows `2020-03-03 13:05:57 UTC`, Chatwoot sends RFC 3339, and seconds in some payloads."""
    return f"{said.removesuffix(' UTC')}Z" if isinstance(said, str) and said.endswith(" UTC") else said


Instant = Annotated[AwareDatetime, BeforeValidator(_iso)]


class Wire(BaseModel):
    """An object of Chatwoot's, which may hold more than we know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Contact(Wire):
    """Somebody in the account's address book."""

    id: Id
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None


class Sender(Contact):
    """Who wrote: a contact, without a type, or an agent (`user`), or one of Chatwoot's machines."""

    type: str | None = None

    @property
    def is_contact(self) -> bool:
        return self.type in (None, "contact")

    @property
    def is_machine(self) -> bool:
        return self.type not in (None, "contact", "user")


class Address(Wire):
    """By what a contact is known in one inbox (`source_id`)."""

    contact_id: str | None = None
    source_id: str | None = None


class Meta(Wire):
    sender: Contact | None = None


class ConversationAttributes(Wire):
    mail_subject: str | None = None


class Conversation(Wire):
    id: Id
    contact_inbox: Address | None = None
    meta: Meta | None = None
    additional_attributes: ConversationAttributes | None = None


class Mail(Wire):
    subject: str | None = None


OUR_ID = "mostrador_reply_id"
"""Under this name our own id of what we sent stays with a message, among its attributes."""


class Attributes(Wire):
    """What a message's kind has beside its text. `submitted_*` is what the customer filled in on it."""

    deleted: bool | None = None
    in_reply_to: str | None = None
    automation_rule_id: str | None = None
    email: Mail | None = None
    submitted_email: str | None = None
    submitted_values: Any = None
    reply_id: Any = Field(None, alias=OUR_ID)


class MoreAttributes(Wire):
    campaign_id: str | None = None


class File(Wire):
    id: str | None = None
    file_type: Id
    data_url: str | None = None
    fallback_title: str | None = None


class Sent(Wire):
    """A message as it is now."""

    id: Id
    content: str | None = None
    content_type: str | None = None
    created_at: Instant
    message_type: Annotated[Literal["incoming", "outgoing", "activity", "template"], BeforeValidator(_type)]
    private: bool = False
    sender: Sender | None = None
    conversation: Conversation
    attachments: list[File] | None = None
    content_attributes: Attributes | None = None
    additional_attributes: MoreAttributes | None = None

    @property
    def attributes(self) -> Attributes:
        return self.content_attributes or Attributes()

    @property
    def is_incoming(self) -> bool:
        return self.message_type == "incoming"

    @property
    def is_the_customers(self) -> bool:
        """Whether it says something of theirs: their message, or what they filled in on one of the company's."""
        return self.is_incoming or bool(self.filled_in)

    @property
    def own_reply_id(self) -> str | None:
        """Our own id, where it is a reply of ours, whoever of Chatwoot's users or bots the token is."""
        return None if self.is_incoming else returned_reply_id(self.attributes.reply_id)

    @property
    def was_made_by_machine(self) -> bool:
        """Whether a bot, a rule or a campaign said it (app/models/message.rb, `human_response?`)."""
        campaign = self.additional_attributes.campaign_id if self.additional_attributes else None
        by_rule = bool(self.attributes.automation_rule_id or campaign)
        machine = self.sender is not None and self.sender.is_machine
        return not self.is_incoming and (self.message_type == "template" or by_rule or machine)

    @property
    def contact(self) -> Contact | None:
        """Whose conversation it is in: in a group's, whoever wrote."""
        if self.is_incoming and self.sender and self.sender.is_contact:
            return self.sender
        return self.conversation.meta.sender if self.conversation.meta else None

    @property
    def title(self) -> str | None:
        mail, more = self.attributes.email, self.conversation.additional_attributes
        return (mail.subject if mail else None) or (more.mail_subject if more else None) or None

    @property
    def filled_in(self) -> str:
        """What the customer chose, filled in or rated on a message of the company's; nothing where they have not."""
        return "\n".join(filter(None, (self.attributes.submitted_email, *_values(self.attributes.submitted_values))))


def _values(submitted: Any) -> Iterator[str]:
    """Yield what stands in a form that was filled in: `[{"title", "value"}]` of a choice, `[{"name", "value"}]` of a
    form, `{"csat_survey_response": {"rating", "feedback_message"}}` of a survey."""
    match submitted:
        case list():
            for each in submitted:
                yield from _values(each)
        case {"csat_survey_response": {"rating": rating, **more}}:
            yield f"{rating}/5"
            yield str(more.get("feedback_message") or "")
        case {"title": str(title)} if title:
            yield title
        case {"name": str(name), "value": str(value)}:
            yield f"{name}: {value}"


class Change(Wire):
    previous: str | None = Field(None, alias="previous_value")
    current: str | None = Field(None, alias="current_value")


class Changed(Contact):
    """A contact as it is now, and what of it was otherwise: each in an object of its own, some of them no text."""

    changed_attributes: list[dict[str, Any]] | None = None


def split(delivery: Delivery) -> list[Unit]:
    """Return the one event of a delivery, its value the whole body.

    Nothing dates the event itself, so its instant is the one at our door. Raises `UnreadableDelivery` for anything
    without an event.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("chatwoot: not JSON") from error
    event = body.get("event") if isinstance(body, dict) else None
    if not isinstance(event, str) or not event:
        raise UnreadableDelivery("chatwoot: no object with an event")
    return [Unit(event, body, delivery.account, delivery.received_at)]
