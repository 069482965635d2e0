"""The store's suite runs twice: in process on moto, and on the local engine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from shared.store.journal import Bucket
from tests.conftest import TABLE
from tests.engine import ministack as ministack
from tests.engine import reset
from tests.template import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BUCKET = "deliveries"


@pytest.fixture(params=["moto", pytest.param("ministack", marks=pytest.mark.engine)])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make clients speak to one engine, with nothing in it."""
    if request.param == "moto":
        request.getfixturevalue("aws")
        return
    endpoint = request.getfixturevalue("ministack")
    reset(endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)


@pytest.fixture
def dynamodb(engine: None) -> "Iterator[DynamoDBClient]":
    """A DynamoDB client with the template's table in it."""
    client = boto3.client("dynamodb")
    client.create_table(**table_definition(TABLE))
    yield client
    client.close()


@pytest.fixture
def bucket(engine: None) -> Iterator[Bucket]:
    """The bucket of deliveries that no item can hold."""
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield Bucket(client, BUCKET)
    client.close()
