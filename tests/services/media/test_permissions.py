"""The role of the media lets them copy files from wherever they are, and nothing else."""

import httpx

from shared.models import Delivery
from shared.store.journal import delivery_item
from tests.conftest import NOW
from tests.faults.stories import said
from tests.faults.wire import Call, Plan, calm
from tests.permissions import Functions, check, deployed
from tests.services.media.darkroom import Telegram
from tests.services.media.test_enclosed import NAME, letter
from tests.shared.platforms.ses.cases import SAMPLES

MEDIA = "MediaFunction"
TOKENS = {"telegram/tienda_bot": {"token": "4711:secret"}}


def comes(functions: Functions, file: bytes | None = None, *first: httpx.Response, plan: Plan = calm) -> None:
    """Have a photograph come by Telegram, or what claims to be one; `first` is what Telegram says before."""
    functions.begin(said("telegram", "photo_caption"))
    functions.set_secret("ApiTokens", TOKENS)
    functions.platforms = telegram = Telegram()
    telegram.file, telegram.said = file or telegram.file, list(first)
    functions.run(plan)


def comes_by_mail(functions: Functions, plan: Plan = calm) -> None:
    """Have a mail come with an attachment, which SES has put into the bucket for mail."""
    functions.begin()
    bucket = functions.stack.ref("MailBucket")
    functions.engine.client("s3").put_object(Bucket=bucket, Key=NAME, Body=letter())
    body = SAMPLES["in_the_bucket"].replace(rb"\"bucketName\": \"mail\"", rb"\"bucketName\": \"%b\"" % bucket.encode())
    item = delivery_item(Delivery("ses", "correo", body, {}, NOW, "r"))
    assert isinstance(item, dict)
    assert functions.table.insert(item) is None
    functions.run(plan)


def test_the_role_allows_all_that_the_media_ask_for_and_no_more() -> None:
    with deployed() as functions:
        comes(functions)
        comes(functions, b"<html><script>")
        comes(functions, None, httpx.Response(500))
        is_gone_before_it_is_noted(functions)
        functions.stack.functions[MEDIA].environment["MEDIA_SCANNING"] = "guardduty"  # type: ignore[index]
        comes(functions)
        comes_by_mail(functions)
        check(MEDIA, functions.needs[MEDIA])


def is_gone_before_it_is_noted(functions: Functions) -> None:
    """Have a photograph copied by a process that does not live to say so, and Telegram not have it any more."""

    def dies(_: int, call: Call) -> str | None:
        if call.operation != "PutObject":
            return None
        functions.platforms = lambda _: httpx.Response(400, json={"ok": False, "description": "wrong file_id"})
        return "dies after"

    comes(functions, plan=dies)
