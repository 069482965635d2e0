"""The shapes of what Messenger and Instagram Direct send.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
https://developers.facebook.com/docs/instagram-platform/webhooks
"""

from typing import Any, Literal

from pydantic import AliasChoices, AliasPath, AwareDatetime, Field

from shared.platforms.meta.reading import Id, Wire


class Item(Wire):
    """The two sides of a conversation; a guest of a website's plugin has a `user_ref` in the place of an id."""

    sender: Id = Field(None, validation_alias=AliasPath("sender", "id"))
    recipient: Id = Field(None, validation_alias=AliasPath("recipient", "id"))
    guest: Id = Field(
        None, validation_alias=AliasChoices(AliasPath("sender", "user_ref"), AliasPath("optin", "user_ref"))
    )
    timestamp: AwareDatetime | None = None


class Element(Wire):
    title: str = ""


class Payload(Wire):
    id: Id = Field(
        None,
        validation_alias=AliasChoices(
            "sticker_id", "ig_post_media_id", "reel_video_id", "story_media_id", "attachment_id", "id"
        ),
    )
    url: Id = Field(None, validation_alias=AliasChoices("url", "story_media_url"))
    text: Id = Field(None, validation_alias=AliasChoices("title", "text"))
    elements: tuple[Element, ...] = Field(
        (), validation_alias=AliasChoices("elements", AliasPath("product", "elements"))
    )
    latitude: Id = Field(None, validation_alias=AliasPath("coordinates", "lat"))
    longitude: Id = Field(None, validation_alias=AliasPath("coordinates", "long"))


class Attachment(Wire):
    type: str
    title: Id = None
    url: Id = Field(None, validation_alias=AliasChoices("url", "URL"))
    payload: Payload | str = ""  # that of a fallback is a blob


class Referral(Wire):
    id: Id = Field(None, validation_alias=AliasChoices("ref", "ad_id", AliasPath("product", "id")))
    url: Id = Field(None, validation_alias="referer_uri")
    text: Id = Field(None, validation_alias=AliasChoices(AliasPath("ads_context_data", "ad_title"), "source"))


class Story(Wire):
    id: Id = None
    url: Id = None


class Message(Wire):
    mid: str
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    quick_reply: Id = Field(None, validation_alias=AliasPath("quick_reply", "payload"))
    reply_to: Id = Field(None, validation_alias=AliasPath("reply_to", "mid"))
    story: Story | None = Field(None, validation_alias=AliasPath("reply_to", "story"))
    referral: Referral | None = None
    is_echo: bool = False
    metadata: Any = None


class MessageEdit(Wire):
    mid: str
    text: str | None = None
    num_edit: str


class Postback(Wire):
    mid: Id = None
    title: str = ""
    payload: Id = None
    referral: Referral | None = None


class Reaction(Wire):
    mid: str
    action: Literal["react", "unreact"]
    emoji: Id = Field(None, validation_alias=AliasChoices("emoji", "reaction"))


class Marks(Wire):
    mid: Id = None
    mids: tuple[str, ...] = ()
    watermark: AwareDatetime | None = None


class Optin(Wire):
    what: Id = Field(
        None, validation_alias=AliasChoices("notification_messages_status", "ref", "payload", "title", "type")
    )


class AccountLinking(Wire):
    status: str


class Answer(Wire):
    type: str
    payload: Id = None
    comment: Id = Field(None, validation_alias=AliasPath("follow_up", "payload"))


class Screen(Wire):
    questions: dict[str, Answer]


class Feedback(Wire):
    feedback_screens: tuple[Screen, ...]
