"""The webhooks' function: wiring only. `GET|POST /webhooks/{platform}/{account}` becomes `Door.answer`."""

from shared.cold_start import loaded

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Response
from fastapi import Request as HttpRequest
from mangum import Mangum

from services.webhooks.door import Door
from services.webhooks.outside import Outside, over_tls
from shared import aws, settings, telemetry
from shared.errors import MostradorError, SignatureError
from shared.models import Handshake, Request
from shared.platforms import load
from shared.queues import Spill
from shared.secrets import WebhookSecrets
from shared.store.journal import Bucket, Journal
from shared.store.refusals import RefusalNotes
from shared.store.shortcut import shortened
from shared.store.table import Table

_settings = settings.read(settings.DoorSettings)
_table = Table(shortened(aws.client("dynamodb", tries=1), aws.session().get_credentials()), _settings.table_name)
_door = Door(
    secrets=WebhookSecrets(aws.client("secretsmanager"), _settings.webhook_secrets_id),
    journal=Journal(
        _table,
        Bucket(aws.later("s3", patience=3), _settings.delivery_bucket),  # for up to 6 MB, from the patient platforms
    ),
    spill=Spill(aws.later("sqs"), _settings.spill_queue_url),
    refusals=RefusalNotes(_table),
    now=lambda: datetime.now(UTC),
    outside=Outside(over_tls(_settings.platform_apis)),
)

app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)


async def receive(http: HttpRequest) -> Response:
    """Answer one request of a platform."""
    headers, query = dict(http.headers.items()), dict(http.query_params.items())
    request = Request(http.method, str(http.url), headers, query, await http.body())
    request_id = http.scope["aws.event"]["requestContext"]["requestId"]
    outcome = _door.answer(**http.path_params, request=request, request_id=request_id)
    if isinstance(outcome, Handshake):
        return Response(outcome.body, media_type=outcome.content_type)
    telemetry.count(f"Delivery{outcome.capitalize()}")
    media_type, body = load(http.path_params["platform"]).answer or (None, None)
    return Response(body, media_type=media_type)


# A plain route: there is nothing to parse and no model to check, which would cost as much again as all of FastAPI else.
app.add_route("/webhooks/{platform}/{account}", receive, methods=["GET", "POST"])


@app.exception_handler(MostradorError)
async def refuse(_: HttpRequest, error: MostradorError) -> Response:
    """Answer what was refused with the status that its error means; say why in the log, not to the caller."""
    _refused(error, error.status)
    return Response(status_code=error.status)


def _refused(error: Exception, status: int) -> None:
    reason = str(error) if isinstance(error, MostradorError) else ""  # other errors' texts may quote a payload
    telemetry.logger().warning("refused", extra={"error": type(error).__name__, "reason": reason, "status": status})
    telemetry.count(_REFUSALS.get(type(error), "DeliveryRefused"))


@app.exception_handler(Exception)
async def fail(_: HttpRequest, error: Exception) -> Response:
    """Answer a bug of ours with 500, so that the platform comes again; the error's own text may quote a payload."""
    telemetry.failure("the door failed", error)
    return Response(status_code=500)


_REFUSALS: dict[type[Exception], str] = {SignatureError: "SignatureRejected"}

# Mangum logs every exception with its text and a traceback; `fail` logs what may be logged.
logging.getLogger("mangum.http").disabled = True

# Mangum runs the app on the thread's current event loop, which Python no longer makes by itself.
asyncio.set_event_loop(asyncio.new_event_loop())
_adapter = Mangum(app, lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one invocation by API Gateway (HTTP API, payload format 2.0)."""
    try:
        return _adapter(event, context)
    except ValueError as error:  # the app answers its own errors; this is no request that the adapter can make one of
        _refused(error, 400)
        return {"statusCode": 400}
    finally:
        telemetry.flush()


loaded()
