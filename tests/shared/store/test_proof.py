"""The short way proves itself as the SDK does."""

from datetime import UTC, datetime

import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from shared.store.proof import proven

secret_words = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))


@given(
    body=st.binary(max_size=200),
    secret=secret_words,
    token=st.none() | st.from_regex(r"[A-Za-z0-9+/=]{1,80}", fullmatch=True),
    region=st.sampled_from(["eu-west-1", "us-gov-west-1"]),
    operation=st.sampled_from(["PutItem", "Query"]),
    now=instants,
)
def test_the_proof_is_the_sdks_own(
    body: bytes, secret: str, token: str | None, region: str, operation: str, now: datetime
) -> None:
    credentials = Credentials("AKIDEXAMPLE", secret, token).get_frozen_credentials()
    headers = {"host": "table.example", "content-type": "application/x-amz-json-1.0", "x-amz-target": operation}
    theirs = AWSRequest("POST", "https://table.example/", headers=headers, data=body)
    with time_machine.travel(now, tick=False):
        SigV4Auth(credentials, "dynamodb", region).add_auth(theirs)
    found = proven(headers, body, region=region, credentials=credentials, now=now)
    assert found == {name.lower(): value for name, value in theirs.headers.items()}
