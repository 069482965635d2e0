"""Fills a gap from a platform's own history or replay, after an outage.

    python -m infra.backfill meta/shop --since 2026-11-20T08:00Z --until 2026-11-20T11:00Z        (only looks)
    python -m infra.backfill meta/shop --since 2026-11-20T08:00Z --until 2026-11-20T11:00Z --do

What a platform sends again by itself comes through the door. What has to be fetched is journalled by the same step as
at the door, and what the journal has already is left alone, so that it may be run again. The account, and what is
asked about, are those of the current playbook; the token is the one that `infra.publish tokens` published.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import httpx

from shared import calling, platforms, secrets
from shared.accounts import Account
from shared.channels import presence
from shared.errors import ConfigurationError, InvalidParameter, UnreadableDelivery
from shared.models import Delivery, Ignored
from shared.playbook import Playbook
from shared.ports import Call, Filling, Gap
from shared.secrets import ApiToken
from shared.spans import instant
from shared.store import gaps
from shared.store.journal import Bucket, Journal, record
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table


@dataclass(frozen=True, slots=True)
class Backfill:
    """One account's gap: `client` makes the calls, `table` is looked into, and `journal` keeps what is fetched."""

    account: Account
    token: ApiToken
    gap: Gap
    table: Table
    journal: Journal
    client: httpx.Client
    now: datetime

    def run(self, *, do: bool) -> tuple[Counter[str], str, bool]:
        """Return how many messages were (or would be) journalled or are there already, a sentence, and whether all is
        done that can be.

        Raises `ConfigurationError` when the platform cannot be asked.
        """
        port = platforms.backfill(self.account.platform)
        if port is None:
            raise ConfigurationError(f"{self.account.platform} cannot be asked for what was missed")
        who = presence(self.account, self.token)
        match calling.drive(port.fill(who, self.gap, self.now), self.client, hosts=port.hosts, dry=not do):
            case Call() as call:
                return Counter(), f"with --do, this would be asked: {call.body.decode()}", True
            case Filling() as filling:
                return Counter(self._kept(filling, do=do)), filling.sentence, filling.complete

    def _kept(self, filling: Filling, *, do: bool) -> Iterator[str]:
        vendor, run = platforms.load(self.account.platform), uuid4().hex
        for number, body in enumerate(filling.bodies):
            request = f"backfill-{run}-{number}"
            delivery = Delivery(vendor.name, self.account.account, body, {}, self.now, request)
            if self._is_there(vendor, delivery):
                yield "there already"
            elif do:
                yield self.journal.keep(record(delivery, vendor))
            else:
                yield "missing"

    def _is_there(self, vendor: platforms.Platform, delivery: Delivery) -> bool:
        try:
            events = vendor.normalise(delivery)
        except UnreadableDelivery:
            return False  # kept with its bytes, as at the door
        return bool(events) and all(
            not isinstance(event, Ignored) and gaps.is_kept(self.table, event) for event in events
        )


def gap(since: str, until: str, *, now: datetime) -> Gap:
    """Return the span of time that somebody wrote; raises `InvalidParameter` that names what is wrong with it."""
    first, last = instant("since", since), instant("until", until)
    if first >= last:
        raise InvalidParameter("until", "must be later than since")
    if last > now:
        raise InvalidParameter("until", "is in the future; a gap has an end")
    return Gap(first, last)


def account(playbook: Playbook, name: str) -> Account:
    """Return an account of the playbook by `<platform>/<account>`; raises `ConfigurationError` when it has none."""
    for found in playbook.accounts:
        if found.name == name:
            return found
    known = ", ".join(each.name for each in playbook.accounts) or "none"
    raise ConfigurationError(f"the playbook has no account {name}; it has: {known}")


def token(tokens: Mapping[str, ApiToken], name: str) -> ApiToken:
    """Return an account's API token; raises `ConfigurationError` when there is none."""
    if name not in tokens:
        raise ConfigurationError(f"there is no API token for {name}: publish one with `python -m infra.publish tokens`")
    return tokens[name]


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill a gap from a platform's own history or replay.")
    parser.add_argument("account", help="<platform>/<account>, as in the playbook")
    parser.add_argument("--since", required=True, help="when the outage began, like 2026-11-20T08:00Z")
    parser.add_argument("--until", required=True, help="when it was over")
    parser.add_argument("--do", action="store_true", help="do it; without, it is only looked at")
    parser.add_argument("--stack", default="mostrador")
    given = parser.parse_args()
    try:
        found, sentence, done = _of(given).run(do=given.do)
    except (ConfigurationError, InvalidParameter) as error:
        sys.exit(f"nothing was done: {error}")
    for what, number in sorted(found.items()):
        print(f"{number:6} {what}")
    print(sentence or "all of it was covered")
    sys.exit(0 if done else 1)


def _of(given: argparse.Namespace) -> Backfill:
    now = datetime.now(UTC)
    span = gap(given.since, given.until, now=now)
    (stack,) = _client("cloudformation").describe_stacks(StackName=given.stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    table = Table(_client("dynamodb"), outputs["TableName"])
    tokens = secrets.api_tokens(_client("secretsmanager"), outputs["ApiTokensId"])
    return Backfill(
        account=account(CurrentPlaybook(table)(), given.account),
        token=token(tokens, given.account),
        gap=span,
        table=table,
        journal=Journal(table, Bucket(_client("s3"), outputs["DeliveryBucketName"])),
        client=calling.over_tls(),
        now=now,
    )


def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
