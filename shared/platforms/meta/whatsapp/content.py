"""What a WhatsApp message says, by its type: `{"type": "image", "image": {...}}`.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import orjson
from pydantic import AliasPath, Field

from shared.models import Attachment
from shared.platforms.meta.reading import Id, Wire


class Content(NamedTuple):
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class _Media(Wire):
    id: Id = None
    url: Id = None
    mime_type: str | None = None
    filename: str | None = None
    caption: str = ""


class _Location(Wire):
    latitude: str
    longitude: str
    name: str | None = None
    address: str | None = None
    url: Id = None


class _Phone(Wire):
    phone: str | None = None


class _Card(Wire):
    name: Id = Field(None, validation_alias=AliasPath("name", "formatted_name"))
    phones: tuple[_Phone, ...] = ()


class _Choice(Wire):
    id: Id = None
    title: str
    description: str | None = None


class _Form(Wire):
    name: str | None = None
    response_json: str


class _Interactive(Wire):
    type: str
    button_reply: _Choice | None = None
    list_reply: _Choice | None = None
    nfm_reply: _Form | None = None
    body: str = Field("", validation_alias=AliasPath("body", "text"))


class _Button(Wire):
    text: str
    payload: Id = None


class _Product(Wire):
    product_retailer_id: str
    quantity: str | None = None
    item_price: str | None = None
    currency: str | None = None


class _Order(Wire):
    catalog_id: Id = None
    text: str = ""
    product_items: tuple[_Product, ...]


class _Unsupported(Wire):
    type: str | None = None


class _Template(Wire):
    name: str


def content(message: Mapping[str, Any], errors: object = None) -> Content:
    """Return what a message or an edit says; one that WhatsApp could not pass on says that.

    `errors` are those of the whole change: with them comes a message whose content is missing. Of a type without a
    reader only its name is told. Raises for content of another shape.
    """
    kind = message["type"]
    body = message.get(kind)
    if kind not in CONTENTS:
        return Content("", (Attachment(type="unsupported", name=kind),))
    if body is None and (errors or message.get("errors")):
        return _unsupported(body)
    return CONTENTS[kind](body)


def _text(body: Any) -> Content:
    match body:
        case {"body": str(text)}:
            return Content(text)
        case _:
            raise TypeError("a text has no body")


def _media(body: Any, *, kind: str) -> Content:
    media = _Media.model_validate(body)
    attachment = Attachment(type=kind, id=media.id, url=media.url, mime_type=media.mime_type, name=media.filename)
    return Content(media.caption, (attachment,))


def _location(body: Any) -> Content:
    place = _Location.model_validate(body)
    url = place.url or f"geo:{place.latitude},{place.longitude}"  # RFC 5870
    return Content("", (Attachment(type="location", url=url, text=_joined(place.name, place.address)),))


def _contacts(body: Any) -> Content:
    # A third party's card, as a rule: what stands in it is no contact point of the sender's.
    cards = [_Card.model_validate(card) for card in body]
    return Content(
        "",
        tuple(
            Attachment(type="contact", text=_joined(card.name, *(phone.phone for phone in card.phones)))
            for card in cards
        ),
    )


def _interactive(body: Any) -> Content:
    answer = _Interactive.model_validate(body)
    if choice := answer.button_reply or answer.list_reply:
        chosen = Attachment(type=answer.type, id=choice.id, text=choice.description)
        return Content(choice.title, (chosen,))
    if form := answer.nfm_reply:
        return Content(_answers(form.response_json), (Attachment(type=answer.type, name=form.name),))
    return Content(answer.body, (Attachment(type=answer.type),))


def _answers(response: str) -> str:
    """Return a filled-in form as lines of `field: answer`."""
    try:
        fields = orjson.loads(response)
    except orjson.JSONDecodeError:
        return response
    if not isinstance(fields, dict):
        return response
    # The flow token is ours: whoever sent the form put it in.
    return "\n".join(f"{field}: {_plain(value)}" for field, value in fields.items() if field != "flow_token")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _button(body: Any) -> Content:
    button = _Button.model_validate(body)
    return Content(button.text, (Attachment(type="button", id=button.payload),))


def _order(body: Any) -> Content:
    order = _Order.model_validate(body)
    lines = "\n".join(
        " ".join(
            word
            for word in (f"{item.quantity or 1} x", item.product_retailer_id, item.item_price, item.currency)
            if word
        )
        for item in order.product_items
    )
    return Content(order.text, (Attachment(type="order", id=order.catalog_id, text=lines or None),))


def _unsupported(body: Any) -> Content:
    kind = _Unsupported.model_validate(body or {}).type
    return Content("", (Attachment(type="unsupported", name=kind),))


def _template(body: Any) -> Content:
    return Content("", (Attachment(type="template", name=_Template.model_validate(body).name),))


def _joined(*parts: str | None) -> str | None:
    return ", ".join(part for part in parts if part) or None


CONTENTS: dict[str, Callable[[Any], Content]] = {
    "text": _text,
    **{kind: partial(_media, kind=kind) for kind in ("image", "audio", "voice", "video", "document", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "unsupported": _unsupported,
    "unknown": _unsupported,
    "template": _template,
}
