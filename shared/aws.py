"""The clients: made once per function, with time-outs that fit the platforms' own deadlines."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.store.parsing import parse_at_once

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from shared.ports import Call

# The strictest platform waits 3 s (Slack, LinkedIn, X's older webhooks). When nothing answers, the door's short try,
# the SDK's one and the spill queue's one take 0.7, 1.2 and 1.2 s.
_CONFIG = Config(
    connect_timeout=0.5,
    parameter_validation=False,
    tcp_keepalive=True,
    user_agent="Mostrador",  # otherwise put together anew for each call, which takes a tenth of its time
)

# Links to objects are signed as every region takes them, and lead to the bucket's own region.
_OF_S3 = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})

FAILURES = (ClientError, BotoCoreError)
"""What a call raises when AWS refuses it or cannot be reached."""


@cache
def session() -> boto3.Session:
    """Return the process's session: where region and credentials come from, and the events of all its clients."""
    made = boto3.Session()
    parse_at_once(made.events)
    return made


@overload
def client(service: Literal["dynamodb"], *, tries: int = ...) -> "DynamoDBClient": ...
@overload
def client(service: Literal["dynamodbstreams"]) -> "DynamoDBStreamsClient": ...
@overload
def client(service: Literal["s3"], *, tries: int = ..., patience: float = ...) -> "S3Client": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["sqs"], *, tries: int = ..., patience: float = ...) -> "SQSClient": ...
@cache
def client(service: Any, *, tries: int = 2, patience: float = 0.7) -> Any:
    """Return the process's client for a service; region, credentials and endpoint come from the environment.

    `patience` is for how many seconds it waits for an answer.
    """
    own = Config(read_timeout=patience, retries={"mode": "standard", "total_max_attempts": tries})
    config = _CONFIG.merge(own)
    return session().client(service, config=config.merge(_OF_S3) if service == "s3" else config)


@overload
def later(service: Literal["s3"], *, patience: float = ...) -> "S3Client": ...
@overload
def later(service: Literal["sqs"], *, patience: float = ...) -> "SQSClient": ...
@overload
def later(service: Literal["sesv2"], *, patience: float = ...) -> Any: ...
def later(service: Any, *, patience: float = 0.7) -> Any:
    """Return what stands for a client with one try, which is seldom needed, and is made when it is: a cold start saves
    that time."""
    return _Later(service, patience)


class _Later:
    def __init__(self, service: Any, patience: float) -> None:
        self._service = service
        self._patience = patience

    def __getattr__(self, name: str) -> Any:
        return getattr(client(self._service, tries=1, patience=self._patience), name)


def signed(call: "Call") -> Mapping[str, str] | None:
    """Return a call's headers with the signature that AWS asks for (Signature Version 4), made with the process's own
    credentials; none where there are none to be had now, and the headers as they are where no signature is asked for.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    if call.aws is None:
        return call.headers
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    try:
        found = session().get_credentials()
        credentials = found.get_frozen_credentials() if found else None
    except BotoCoreError:
        return None
    if credentials is None:
        return None
    request = AWSRequest(call.method, call.url, headers=dict(call.headers), data=call.body)
    SigV4Auth(credentials, *call.aws).add_auth(request)
    return dict(request.headers.items())
