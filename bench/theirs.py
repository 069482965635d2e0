"""What people would use instead, as their documentation says to: imported only in the environment that has it.

Each function is given a delivery and returns what does the work once; what it returns is what `bench/ours.py` does.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

type Once = Callable[[], object]
type Case = Mapping[str, Any]


def python_telegram_bot(case: Case) -> Once:
    telegram = import_module("telegram")
    body, bot, read = b64decode(case["body"]), telegram.Bot("1:token"), telegram.Update.de_json

    def once() -> object:
        message = read(json.loads(body), bot).message
        return [message.from_user.full_name, message.text, int(message.date.timestamp())]

    return once


def aiogram(case: Case) -> Once:
    body, read = b64decode(case["body"]), import_module("aiogram.types").Update.model_validate

    def once() -> object:
        message = read(json.loads(body), context={"bot": None}).message
        return [message.from_user.full_name, message.text, int(message.date.timestamp())]

    return once


def pywa(case: Case) -> Once:
    client = import_module("pywa").WhatsApp(phone_id="1", token="token")
    body, read = b64decode(case["body"]), import_module("pywa.types").Message.from_update

    def once() -> object:
        message = read(client, json.loads(body))
        return [message.from_user.name, message.text, int(message.timestamp.timestamp())]

    return once


def pywa_handler(case: Case) -> Once:
    """Take in a delivery as pywa's users do, who never see a message but in a handler of theirs."""
    whatsapp = import_module("pywa").WhatsApp
    client = whatsapp(phone_id="1", token="token", filter_updates=False, skip_duplicate_updates=False)
    body, heard = b64decode(case["body"]), list[object]()

    def hear(_: Any, message: Any) -> None:
        heard[:] = [message.from_user.name, message.text, int(message.timestamp.timestamp())]

    client.add_handlers(import_module("pywa.handlers").MessageHandler(hear))

    def once() -> object:
        client.webhook_update_handler(body)
        return heard

    return once


def pywa_signature(case: Case) -> Once:
    is_valid = import_module("pywa.utils").webhook_updates_validator
    body, secret, given = b64decode(case["body"]), case["secret"], case["headers"]["x-hub-signature-256"]
    return lambda: is_valid(secret, body, given)


def twilio_signature(case: Case) -> Once:
    body, url, given = b64decode(case["body"]).decode(), case["url"], case["headers"]["x-twilio-signature"]
    validator = import_module("twilio.request_validator").RequestValidator(case["secret"])

    def once() -> object:
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        return validator.validate(url, form, given)

    return once


def slack_signature(case: Case) -> Once:
    verifier = import_module("slack_sdk.signature").SignatureVerifier(case["secret"])
    body, headers = b64decode(case["body"]), case["headers"]
    return lambda: verifier.is_valid_request(body, headers)


def anymail(case: Case) -> Once:
    settings = import_module("django.conf").settings
    settings.configure(ANYMAIL={"WEBHOOK_SECRET": "a:b"}, DATABASES={}, INSTALLED_APPS=["anymail"])
    import_module("django").setup()
    requests = import_module("django.test").RequestFactory()
    request = requests.post("/", b64decode(case["body"]), content_type="application/json")
    view = import_module("anymail.webhooks.amazon_ses").AmazonSESInboundWebhookView()

    def once() -> object:
        request.__dict__.pop("_sns_message", None)  # which it keeps of what it has parsed
        (event,) = view.parse_events(request)
        message = event.message
        return [message.from_email.addr_spec, message.subject, message.text.splitlines()[0]]

    return once
