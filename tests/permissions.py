"""What the roles of `template.yaml` allow, held against what functions ask of AWS: nothing but AWS enforces them.

    with deployed() as functions:
        functions.wake("DeskFunction", event)
        check("DeskFunction", functions.needs["DeskFunction"], spared={"Sid: piece": "why no flow here needs it"})

What a role lacks, AWS refuses: a call that nothing but production ever makes under that role.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from itertools import chain
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx
import orjson

from shared import aws, calling
from shared.media.scanning import TAG
from shared.playbook import Playbook
from shared.store import keys
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.table import Table
from tests.conftest import NOW
from tests.double import Answer, Cloud
from tests.double.wire import Arguments
from tests.faults.engines import Double
from tests.faults.lab import ISSUER, Lab
from tests.faults.process import installed
from tests.faults.stack import ACCOUNT, REGION, Stack
from tests.faults.wire import Call, Invocation, Plan, Wire, calm
from tests.faults.world import World
from tests.template import template

PARAMETERS = ISSUER | {
    "ConnectInstanceArn": f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/i-1",
    "ConnectStreamArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/contact-records",
    "ConnectBucket": "connect-of-the-company",
    "MailIdentity": "shop.example.com",
    "MailConfigurationSet": "answers",
    **{name: str(template()["Parameters"][name]["Default"]) for name in ("MediaMostMegabytes", "MediaRetentionDays")},
}
"""With these everything is deployed that the template has; an environment has texts alone."""


class Need(NamedTuple):
    """What IAM is asked about a call: whether something may be done with that, and in these partitions."""

    action: str
    resource: str
    keys: frozenset[str] = frozenset()


@cache
def stack() -> Stack:
    """Return what the template deploys, for names and ARNs."""
    return Stack(template(), Double(Wire(), lambda: NOW), **PARAMETERS)


# -------------------------------------------------------------------------------------------------- what is allowed


@dataclass(frozen=True)
class Grant:
    """A statement that allows; `keys` are the patterns of partitions, if it is about some of them alone."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str]
    keys: Sequence[str] | None

    @classmethod
    def parse(cls, statement: Mapping[str, Any]) -> "Grant":
        assert statement.keys() - {"Condition"} == {"Sid", "Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow", "nobody evaluates a statement that denies"
        conditions = statement.get("Condition", {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": None}})
        assert [*map(list, conditions.values())] == [["dynamodb:LeadingKeys"]], "nobody evaluates this condition"
        (leading,) = (found["dynamodb:LeadingKeys"] for found in conditions.values())
        return cls(statement["Sid"], _listed(statement["Action"]), _listed(statement["Resource"]), leading)

    def allows(self, need: Need) -> bool:
        """Return whether the statement allows it. Of a call that names no partition, as a scan does, `ForAllValues`
        holds (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
        """
        of_these = self.keys is None or all(_fits(key, self.keys) for key in need.keys)
        return of_these and _fits(need.action, self.actions) and _fits(need.resource, self.resources)

    def used(self, needs: Iterable[Need]) -> Iterator[tuple[str, bool]]:
        """Yield each action, resource and pattern of partitions, and whether any of these needs is for it."""
        own = [need for need in needs if self.allows(need)]
        for action in self.actions:
            yield action, any(fnmatchcase(need.action, action) for need in own)
        for resource in self.resources:
            yield resource.rpartition(":")[2], any(fnmatchcase(need.resource, resource) for need in own)
        for pattern in self.keys or ():
            yield pattern, any(fnmatchcase(key, pattern) for need in own for key in need.keys)


def _fits(value: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _listed(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value]


def grants(function: str) -> list[Grant]:
    """Return all statements of a function's role, those of its managed policies too."""
    resources = template()["Resources"]
    role, _ = resources[function]["Properties"]["Role"]["Fn::GetAtt"]
    properties = resources[role]["Properties"]
    managed = [resources[each["Ref"]]["Properties"] for each in properties.get("ManagedPolicyArns", [])]
    documents = [each["PolicyDocument"] for each in (*properties["Policies"], *managed)]
    return [Grant.parse(stack().resolve(each)) for found in documents for each in found["Statement"]]


def check(function: str, needs: Iterable[Need], *, spared: Mapping[str, str] | None = None) -> None:
    """Hold a function's role against what it needs, and Lambda for it: all of that, and nothing else.

    `spared` are the pieces that none of it is for (an action, a resource or a pattern of partitions, after its
    statement's `Sid`), with the reason why the role has them all the same.
    """
    own, every = grants(function), {*needs, *by_lambda(function)}
    refused = {need for need in every if not any(grant.allows(need) for grant in own)}
    assert not refused, f"the role of {function} refuses {sorted(map(_shown, refused))}"
    unused = {f"{each.sid}: {piece}" for each in own for piece, is_used in each.used(every) if not is_used}
    said = set(spared or {})
    assert unused <= said, f"nothing needs of the role of {function} {sorted(unused - said)}"
    assert said <= unused, f"of the role of {function} is needed after all {sorted(said - unused)}"


def _shown(need: Need) -> tuple[str, ...]:
    return need.action, need.resource, *sorted(need.keys)


# --------------------------------------------------------------------------------------------- what Lambda does itself

_POLLING: Mapping[str, Sequence[str]] = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("DescribeStream", "GetRecords", "GetShardIterator"),
    "kinesis": ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"),
}
"""What a function's role has to allow for Lambda to read a source for it (https://docs.aws.amazon.com/lambda/latest/dg/,
services-sqs-configure.html, services-dynamodb-eventsourcemapping.html and services-kinesis-create.html)."""


def by_lambda(function: str) -> Iterator[Need]:
    """Yield what Lambda does by a function's role: it logs, reads the sources, and tells of what it gives up."""
    properties = template()["Resources"][function]["Properties"]
    log_group = stack().attribute(properties["LoggingConfig"]["LogGroup"]["Ref"], "Arn")
    yield from (Need(f"logs:{action}", log_group) for action in ("CreateLogStream", "PutLogEvents"))
    mappings = (found for _, found in stack().resources("AWS::Lambda::EventSourceMapping"))
    own = (each for each in mappings if each["FunctionName"] == {"Ref": f"{function}.Alias"})
    for source in map(stack().resolve, chain(own, _events(properties))):
        (arn,) = (source[name] for name in ("EventSourceArn", "Stream", "Queue") if name in source)
        service = arn.split(":")[2]
        yield from (Need(f"{service}:{action}", arn) for action in _POLLING[service])
        if service == "dynamodb":  # which asks for all streams of a table, whatever their names
            yield Need("dynamodb:ListStreams", f"{arn_of('Table')}/stream/any")
        if "DestinationConfig" in source:
            yield Need("sqs:SendMessage", source["DestinationConfig"]["OnFailure"]["Destination"])


def _events(properties: Mapping[str, Any]) -> Iterator[Any]:
    for event in properties.get("Events", {}).values():
        yield event["Properties"]


# --------------------------------------------------------------------------------------------------- what is asked for

type Arn = Callable[[str, str], str]
"""Returns the ARN of what has a name, or a URL that ends in it; the first argument is the service."""


def needs_of(service: str, operation: str, arguments: Arguments, arn: Arn) -> Iterator[Need]:
    """Yield what IAM is asked about a call, in the API's words."""
    return _SERVICES[service](operation, arguments, arn)


def _hash_keys() -> Mapping[str, str]:
    table = template()["Resources"]["Table"]["Properties"]
    every = {"": table} | {found["IndexName"]: found for found in table["GlobalSecondaryIndexes"]}
    return {index: found["KeySchema"][0]["AttributeName"] for index, found in every.items()}


_HASH = _hash_keys()
"""The attribute that says which partition something is in: of the table, and of each index, which has its own."""


def _dynamodb(operation: str, arguments: Any, arn: Arn) -> Iterator[Need]:
    if operation.startswith("Transact"):
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        for kind, one in chain.from_iterable(each.items() for each in arguments["TransactItems"]):
            action = kind if kind == "ConditionCheck" else kind.removesuffix("Item")
            yield Need(f"dynamodb:{action}Item", arn("dynamodb", one["TableName"]), _partition(one))
    elif operation.startswith("Batch"):
        for table, asked in arguments["RequestItems"].items():
            written = (one for each in asked for one in each.values()) if isinstance(asked, list) else ()
            wanted = written or ({"Key": key} for key in asked["Keys"])
            partitions = frozenset(chain.from_iterable(map(_partition, wanted)))
            yield Need(f"dynamodb:{operation}", arn("dynamodb", table), partitions)
    else:
        table, index = arn("dynamodb", arguments["TableName"]), arguments.get("IndexName")
        yield Need(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table, _partition(arguments))


def _partition(said: Any) -> frozenset[str]:
    """Return the partition of an item, of a key, or of a query by its condition; none of a scan."""
    attribute = _HASH[said.get("IndexName", "")]
    if key := said.get("Key") or said.get("Item"):
        return frozenset({key[attribute]["S"]})
    aliases = {name: alias for alias, name in said.get("ExpressionAttributeNames", {}).items()}
    wanted = re.escape(aliases.get(attribute, attribute))
    found = re.search(rf"(?<!\w){wanted}\s*=\s*(:\w+)", said.get("KeyConditionExpression", ""))
    return frozenset({said["ExpressionAttributeValues"][found[1]]["S"]} if found else ())


def _sqs(operation: str, arguments: Arguments, arn: Arn) -> Iterator[Need]:
    yield Need(f"sqs:{operation.removesuffix('Batch')}", arn("sqs", arguments["QueueUrl"]))


_OF_S3 = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket"}
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""


def _s3(operation: str, arguments: Arguments, arn: Arn) -> Iterator[Need]:
    bucket, name = arn("s3", arguments["Bucket"]), arguments.get("Key")
    yield Need(f"s3:{_OF_S3.get(operation, operation)}", f"{bucket}/{name}" if name else bucket)
    if "Tagging" in arguments:
        yield Need("s3:PutObjectTagging", f"{bucket}/{name}")


def _ses(_: str, mail: Arguments, __: Arn) -> Iterator[Need]:
    """Yield it for a mail: one that is sent as it is, IAM is asked about twice. One that names no configuration set
    goes out with that of its identity, of which IAM is asked as well (https://github.com/aws/aws-cdk/issues/34402)."""
    own = f"arn:aws:ses:{REGION}:{ACCOUNT}:"
    named = mail.get("ConfigurationSetName", "of-the-identity")
    for resource in (f"identity/{mail['FromEmailAddress'].rpartition('@')[2]}", f"configuration-set/{named}"):
        yield Need("ses:SendEmail", own + resource)
        if "Raw" in mail["Content"]:
            yield Need("ses:SendRawEmail", own + resource)


_SERVICES: Mapping[str, Callable[[str, Any, Arn], Iterator[Need]]] = {
    "dynamodb": _dynamodb,
    "dynamodbstreams": lambda operation, *_: iter(
        [Need(f"dynamodb:{operation}", stack().attribute("Table", "StreamArn"))]
    ),
    "sqs": _sqs,
    "s3": _s3,
    "secretsmanager": lambda operation, asked, arn: iter(
        [Need(f"secretsmanager:{operation}", arn("secretsmanager", asked["SecretId"]))]
    ),
    "sesv2": _ses,
}


def arn_of(resource: str) -> str:
    """Return the ARN of a resource of the template, in the form in which policies have it."""
    secret = template()["Resources"][resource]["Type"] == "AWS::SecretsManager::Secret"
    return stack().attribute(resource, "Id" if secret else "Arn")


# --------------------------------------------------------------------------------------------- whoever is listened to


def named(names: Mapping[str, Mapping[str, str]]) -> Arn:
    """Return what tells the template's ARNs from a test's own names of its resources, by service."""
    return lambda service, name: arn_of(names[service][name.rpartition("/")[2]])


class Listener:
    """A hook of the double that takes down what is asked for."""

    def __init__(self, names: Mapping[str, Mapping[str, str]]) -> None:
        self.needs: set[Need] = set()
        self._arn = named(names)

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.needs |= set(needs_of(service, operation, arguments, self._arn))

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


@contextmanager
def listening(cloud: Cloud, listener: Listener) -> Iterator[None]:
    """Let somebody hear what is asked for meanwhile."""
    cloud.hooks.append(listener)
    try:
        yield
    finally:
        cloud.hooks.remove(listener)


class Functions:
    """The template's functions, each with the environment that it has there; `needs` are what each has asked for.

    `platforms` answer what is asked over HTTP.
    """

    def __init__(self, lab: Lab) -> None:
        self.platforms: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(404)
        self.needs: defaultdict[str, set[Need]] = defaultdict(set)
        self.stack, self.engine, self._lab = lab.stack, lab.engine, lab
        self.table = Table(lab.engine.client("dynamodb"), lab.stack.table)
        self.begin()

    def begin(self, *arrivals: Any) -> World:
        """Return a new world, to which these come, in the place of the one before it."""
        self.world = self._lab.world(arrivals)
        return self.world

    def run(self, plan: Plan = calm) -> None:
        """Go on until there is nothing left to do."""
        while self.step(plan):
            pass

    def step(self, plan: Plan = calm) -> bool:
        """Let the next function run, if there is anything left to do."""
        if step := self.world.step(plan):
            self._note(step.name.partition(" ")[0], step.invocation)
        return step is not None

    def later(self, by: timedelta) -> None:
        """Let so much time pass in which nothing happens."""
        self.world.progress = replace(self.world.progress, clock=self.world.now() + by)

    def publish(self, playbook: Playbook) -> None:
        """Publish a playbook after the one that there is."""
        publish(self.table, playbook.model_copy(update={"version": CurrentPlaybook(self.table)().version + 1}))

    def set_secret(self, name: str, document: Mapping[str, Any]) -> None:
        self.engine.put_secret(self.stack.ref(name), orjson.dumps(document).decode())

    def wake(self, function: str, event: Mapping[str, Any], plan: Plan = calm) -> Any:
        """Return what a function answers to an event."""
        invocation, answer = self.world.invoke(self.stack.functions[function], event, plan)
        self._note(function, invocation)
        assert answer is not None, self.world.complaints.errors
        return answer

    def _note(self, function: str, invocation: Invocation) -> None:
        for call in invocation.calls:
            self.needs[function] |= set(needs_of(call.service, call.operation, call.arguments, _in_the_stack))


def _named_in_the_stack() -> Mapping[str, Mapping[str, str]]:
    types = {"dynamodb": "DynamoDB::Table", "sqs": "SQS::Queue", "s3": "S3::Bucket"}
    return {
        service: {stack().ref(name).rpartition("/")[2]: name for name, _ in stack().resources(f"AWS::{kind}")}
        for service, kind in {**types, "secretsmanager": "SecretsManager::Secret"}.items()
    }


def _in_the_stack(service: str, name: str) -> str:
    if name == PARAMETERS["ConnectBucket"]:
        return f"arn:aws:s3:::{name}"
    return named(cache(_named_in_the_stack)())(service, name)


_SIGNED = {
    "authorization": f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{NOW:%Y%m%d}/{REGION}/ses/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={0:064x}",
    "x-amz-date": f"{NOW:%Y%m%dT%H%M%SZ}",
}


@contextmanager
def deployed() -> Iterator[Functions]:
    """Make all that the template deploys on the double."""
    wire, labs, made = Wire(), list[Lab](), list[Functions]()
    engine = Double(wire, lambda: labs[0].now() if labs else NOW)

    def over_http(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/email/outbound-emails" and wire.invocation:
            wire.invocation.calls.append(Call("sesv2", "SendEmail", orjson.loads(request.content)))
        return made[0].platforms(request)

    def client(service: str) -> Any:
        return _WithMore(engine.client(service), wire) if service == "s3" else engine.client(service)

    session = SimpleNamespace(region_name=REGION, get_credentials=lambda: None)
    with ExitStack() as patches:
        complaints = patches.enter_context(installed(client, session))
        over_tls = lambda **_: httpx.Client(transport=httpx.MockTransport(over_http))  # noqa: E731
        for place, name, value in (
            (keys, "SHARDS", 1),
            (calling, "over_tls", over_tls),
            (aws, "signed", lambda call: {**call.headers, **_SIGNED}),
        ):
            patches.enter_context(patch.object(place, name, value))
        asyncio.set_event_loop(asyncio.new_event_loop())
        labs.append(Lab(engine, Stack(template(), engine, **PARAMETERS), wire, complaints))
        made.append(Functions(labs[0]))
        yield made[0]


class _WithMore:
    """S3's client, with tags, of which a scanner has written some, and with links to objects: whoever opens one does
    what the role may that signed it."""

    def __init__(self, client: Any, wire: Wire) -> None:
        self._client, self._wire = client, wire

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def generate_presigned_url(self, _: str, *, Params: Any, ExpiresIn: int) -> str:  # noqa: N803 - boto3's names
        return str(self._wire.make(Call("s3", "GetObject", Params), lambda **_: f"https://files.example/{ExpiresIn}"))

    def get_object_tagging(self, **asked: Any) -> Any:
        tags = {"TagSet": [{"Key": TAG, "Value": "NO_THREATS_FOUND"}]}
        return self._wire.make(Call("s3", "GetObjectTagging", asked), lambda **_: tags)
