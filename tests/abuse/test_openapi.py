"""Every answer of every service that publishes an OpenAPI description is one that the description promises.

Services are found by their `openapi.py`. Each is called by its own `app.py`, with a token's claims where the gateway
puts them, and about customers who exist as well as about those who do not.
"""

import asyncio
import json
import re
import sys
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from shared import aws
from shared.ids import customer_id
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.abuse import figures
from tests.architecture.test_artefacts import ENVIRONMENT
from tests.conftest import TABLE
from tests.double import Cloud
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK, ago, answered, deleted, edited, said
from tests.services.customer360.counter import Counter as CustomerCounter
from tests.template import ROOT, table_definition

SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/openapi.py"))
EXAMPLES = 30
"""Of each operation, and of each kind: requests that fit the description, and requests that do not."""

KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": (customer_id(ANA), customer_id(LUIS), customer_id("telegram:tienda_bot:nobody")),
    "identity": (ANA, ANA_ON_X, LUIS),
    "phone": ("+34600111222", "34600111222"),
    "email": ("luis@example.com",),
    "handle": ("anatorres", "@ana_t"),
    "platform": ("telegram", "x"),
    "channel": ("telegram", "x_mention"),
    "customer": (customer_id(ANA), customer_id(LUIS)),
    "department": ("care", "billing"),
    "until": ("2026-12-24T12:00:00+01:00", "2099-01-01T00:00:00Z"),
}
"""Values of parameters and fields by which somebody is found, and other things are that exist."""

CLAIMS: tuple[Mapping[str, Any], ...] = (
    {"sub": "marta", "scope": "{}"},
    {"sub": "marta", "scope": "openid {}"},
    {"client_id": "billing", "scope": "{} department/billing"},
    {"sub": "carla", "scp": ["{}", "department/care"]},
    *({"sub": "marta", "scope": "openid"}, {}),
)
"""A token's claims; the braces are the scopes that the description asks for."""


CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@pytest.fixture
def handler(service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """A service as Lambda starts it, with customers at its counter, on an AWS in memory."""
    module = f"services.{service}.app"
    cloud = Cloud(now=lambda: datetime.now(UTC))
    cloud.create_table(**table_definition(TABLE))
    table = Table(cloud.client("dynamodb"), TABLE)
    for name in ("client", "later"):
        monkeypatch.setattr(aws, name, lambda service, **_: cloud.client(service))
    monkeypatch.setattr(aws, "session", lambda: SimpleNamespace(get_credentials=lambda: None))
    for name, value in (ENVIRONMENT | {"TABLE_NAME": TABLE}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, module, raising=False)
    named = {name for both in json.loads(ENVIRONMENT["QUEUES"]).values() for name in both}
    for queue in named | set(re.findall(r"https://sqs[^\"]+/([\w.-]+)", str(ENVIRONMENT))):
        cloud.create_queue(queue, {"FifoQueue": "true"} if "." in queue else {})
    cloud.create_bucket(ENVIRONMENT["DELIVERY_BUCKET"])
    counter = CustomerCounter(table)
    counter.hear(
        said("1", "¿La tarifa nueva entra este mes?", at=ago(days=2)),
        answered("2", "Sí", at=ago(days=1)),
        said("3", "No reconozco este cobro duplicado", at=ago(hours=2)),
        edited("3", "No reconozco este cobro de 49,90", at=ago(hours=1)),
        deleted("1", at=ago(minutes=30)),
        said("4", "¿Hay alguien?", who=ANA_ON_X, at=ago(minutes=20), visibility="public"),
        said("5", "\0 \u202e ñ😀" + "a" * 5000, who=LUIS),
    )
    counter.link(ANA, ANA_ON_X)
    publish(table, PLAYBOOK)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield import_module(module).handler
    finally:
        sys.modules.pop(module, None)
        loop.close()
        asyncio.set_event_loop(None)


def asked(handler: Handler, case: Case[Any], claims: object) -> schemathesis.Response:
    """Send a case as the gateway does after its authorizer, and return the answer."""
    request = requests.Request(**case.as_transport_kwargs(base_url="https://api.example.com")).prepare()
    assert request.url
    url = urlsplit(request.url)
    body = request.body.encode() if isinstance(request.body, str) else request.body
    assert body is None or isinstance(body, bytes)
    answer = handler(
        {
            "version": "2.0",
            "rawPath": url.path,
            "rawQueryString": url.query,
            "headers": {"host": url.netloc, **{name.lower(): text(value) for name, value in request.headers.items()}},
            "requestContext": {
                "http": {"method": request.method, "path": url.path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                "requestId": "asked",
                "stage": "$default",
                "authorizer": {"jwt": {"claims": claims, "scopes": None}},
            },
            **({"body": b64encode(body).decode()} if body else {}),
            "isBase64Encoded": True,
        },
        None,
    )
    content = b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"].encode()
    headers = {name: [value] for name, value in answer["headers"].items()}
    return schemathesis.Response(answer["statusCode"], headers, content, request, elapsed=0.0, verify=False)


def text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def claimed(claims: Mapping[str, Any], case: Case[Any]) -> object:
    """Return claims with the scopes that the case's operation asks for."""
    wanted = [
        scope
        for way in case.operation.definition.raw.get("security", ())
        for scopes in way.values()
        for scope in scopes
    ]
    return {
        name: value.format(" ".join(wanted)) if isinstance(value, str) else [word.format(*wanted) for word in value]
        for name, value in claims.items()
    }


def ask_everything(handler: Handler, document: dict[str, Any], *, examples: int) -> Counter[int]:
    """Ask each of a description's operations, fittingly and not, and return how often each status was the answer.

    Fails at the first answer that the description does not promise.
    """
    statuses: Counter[int] = Counter()
    drawn = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def ask(case: Case[Any], claims: Mapping[str, Any], data: st.DataObject) -> None:
        body: Any = case.body if isinstance(case.body, dict) else None
        parts: tuple[Any, ...] = (case.path_parameters, case.query, body)
        for parameters in parts:
            for name in parameters or ():
                if name in KNOWN and data.draw(st.booleans()):
                    parameters[name] = data.draw(st.sampled_from(KNOWN[name]))
        answer = asked(handler, case, claimed(claims, case))
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok), found
        for mode in GenerationMode:
            cases = found.ok().as_strategy(generation_mode=mode)
            drawn(given(case=cases, claims=st.sampled_from(CLAIMS), data=st.data())(ask))()
    return statuses


@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_is_a_described_one(handler: Handler, service: str) -> None:
    statuses = ask_everything(handler, described(service), examples=EXAMPLES)
    told = ", ".join(f"{number} answered {status}" for status, number in sorted(statuses.items()))
    figures.tell(f"requests made from the description of {service}: {statuses.total()}: {told}")
    assert {401, 403} <= set(statuses)
    assert {200, 201} & set(statuses)


@pytest.mark.parametrize("service", SERVICES)
def test_a_description_that_promises_too_little_is_found_out(handler: Handler, service: str) -> None:
    document = described(service)
    for path in document["paths"].values():
        for operation in path.values():
            del operation["responses"]["401"]
    with pytest.raises(FailureGroup, match="Undocumented status code"):
        ask_everything(handler, document, examples=20)


def described(service: str) -> dict[str, Any]:
    document: dict[str, Any] = import_module(f"services.{service}.openapi").document()
    return document


def test_there_are_such_services() -> None:
    assert {"customer360", "desk"} <= set(SERVICES)
