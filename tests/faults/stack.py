"""What `template.yaml` deploys, made on an engine: its functions with their environment, and what wakes each of them.

Nothing is named here: a function, a queue or a source that the template gets later takes part by itself, and a kind of
source that nobody has modelled is an error, so that the matrix cannot go blind.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import orjson

from tests.faults.filters import Filter
from tests.template import ROOT

REGION, ACCOUNT, STACK = "eu-west-1", "123456789012", "mostrador"


class Engine(Protocol):
    """Where the template's resources are made. `client` gives boto3's clients, or what stands for them."""

    def client(self, service: str) -> Any: ...
    def make_table(self, definition: dict[str, Any]) -> str:
        """Make a table and return its stream's ARN."""
        ...

    def make_queue(self, name: str, attributes: dict[str, str]) -> str:
        """Make a queue and return its URL."""
        ...

    def make_bucket(self, name: str) -> None: ...
    def make_secret(self, name: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: where its code is, what it finds in its environment, and after how many seconds it is
    killed."""

    name: str
    module: str
    attribute: str
    environment: Mapping[str, str] = field(hash=False)
    timeout: int

    @property
    def path(self) -> Path:
        return ROOT / Path(*self.module.split(".")).with_suffix(".py")


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP API's route, in API Gateway's words: `POST /webhooks/{platform}/{account}`."""

    function: Function
    key: str

    def matches(self, method: str, path: str) -> bool:
        return method == self.key.split(" ", 1)[0] and self._met(path) is not None

    def parameters(self, path: str) -> dict[str, str]:
        """Return what a path that matches has in the places of the pattern's names."""
        met = self._met(path)
        return met.groupdict() if met else {}

    def _met(self, path: str) -> re.Match[str] | None:
        return re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.key.split(" ", 1)[1]), path)


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A table's stream as a function gets it. A batch that fails is halved (`bisects`) and given again up to `retries`
    times; then `gives_up_to`, the URL of a queue, is told of it."""

    function: Function
    stream: str
    batch_size: int
    filters: tuple[Filter, ...]
    retries: int
    bisects: bool
    reports_items: bool
    gives_up_to: str | None


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A queue as a function gets it."""

    function: Function
    url: str
    arn: str
    batch_size: int
    reports_items: bool


@dataclass(frozen=True, slots=True)
class RecordSource:
    """A Kinesis stream as a function gets it."""

    function: Function
    batch_size: int
    reports_items: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that is woken at times, with a payload."""

    function: Function
    payload: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class _Made:
    ref: str
    attributes: Mapping[str, str]


class Stack:
    """A template, made on an engine; each resource when something first names it.

    `on` are the event source mappings that are off in the template, and that somebody has turned on since.
    """

    def __init__(
        self, template: Mapping[str, Any], engine: Engine, *, on: Collection[str] = (), **parameters: Any
    ) -> None:
        self.engine = engine
        self._template = template
        self._on = on
        self._parameters = {name: said.get("Default") for name, said in template["Parameters"].items()} | parameters
        self._made: dict[str, _Made] = {}
        for name, resource in template["Resources"].items():
            if self.holds_all(resource):
                self.made(name)

    def resolve(self, value: Any) -> Any:
        """Return a value with all of CloudFormation's functions in it carried out."""
        if isinstance(value, list):
            return [found for item in value if (found := self.resolve(item)) is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (carry_out := _FUNCTIONS.get(name := next(iter(value)))):
            return carry_out(self, value[name])
        resolved = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not _NO_VALUE}

    def ref(self, name: str) -> Any:
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self._parameters:
            return self._parameters[name]
        return name.removesuffix(".Alias") if name.endswith(".Alias") else self.made(name).ref

    def attribute(self, name: str, attribute: str) -> str:
        return self.made(name).attributes[attribute]

    def made(self, name: str) -> _Made:
        if name not in self._made:
            resource = self._template["Resources"][name]
            make = _MAKERS.get(resource["Type"], _nothing)
            self._made[name] = make(self, name, resource.get("Properties", {}))
        return self._made[name]

    def holds(self, condition: str) -> bool:
        return bool(self.resolve(self._template["Conditions"][condition]))

    def resources(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the names and properties of the resources of one kind, but for those whose condition does not hold."""
        for name, found in self._template["Resources"].items():
            if found["Type"] == kind and self.holds_all(found):
                yield name, found.get("Properties", {})

    def holds_all(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self.holds(resource["Condition"])

    @cached_property
    def functions(self) -> dict[str, Function]:
        """All functions, by their names in the template."""
        # An environment holds texts, whatever a template has.
        common = self._template["Globals"]["Function"]["Environment"]["Variables"]
        return {
            name: Function(
                name,
                module=properties["Handler"].rpartition(".")[0],
                attribute=properties["Handler"].rpartition(".")[2],
                environment={
                    name: str(said)
                    for name, said in self.resolve(
                        common | properties.get("Environment", {}).get("Variables", {})
                    ).items()
                },
                timeout=properties.get("Timeout", 3),
            )
            for name, properties in self.resources("AWS::Serverless::Function")
        }

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        integrations = {
            f"integrations/{name}": self.functions[self.resolve(properties["IntegrationUri"])]
            for name, properties in self.resources("AWS::ApiGatewayV2::Integration")
            if self.resolve(properties["IntegrationUri"]) in self.functions
        }
        routes = [properties for _, properties in self.resources("AWS::ApiGatewayV2::Route")]
        return tuple(Route(integrations[self.resolve(found["Target"])], found["RouteKey"]) for found in routes)

    @cached_property
    def streams(self) -> tuple[StreamSource, ...]:
        return tuple(self._stream(function, said) for function, said in self._events("DynamoDB"))

    def stream_of(self, function: str) -> tuple[int, StreamSource]:
        """Return the place and the source of the stream that wakes a function."""
        ((number, source),) = (found for found in enumerate(self.streams) if found[1].function.name == function)
        return number, source

    def _stream(self, function: Function, said: Mapping[str, Any]) -> StreamSource:
        failing = said.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        return StreamSource(
            function,
            stream=said["Stream"],
            batch_size=said.get("BatchSize", 100),
            filters=tuple(
                Filter.parse(found["Pattern"]) for found in said.get("FilterCriteria", {}).get("Filters", [])
            ),
            retries=said.get("MaximumRetryAttempts", -1),
            bisects=said.get("BisectBatchOnFunctionError", False),
            reports_items="ReportBatchItemFailures" in said.get("FunctionResponseTypes", []),
            gives_up_to=failing and self.queue_of(failing),
        )

    @cached_property
    def queues(self) -> tuple[QueueSource, ...]:
        mapped = ((function, said | {"Queue": said["EventSourceArn"]}) for function, said in self._mappings("sqs"))
        return tuple(
            QueueSource(
                function,
                url=self.queue_of(said["Queue"]),
                arn=said["Queue"],
                batch_size=said.get("BatchSize", 10),
                reports_items="ReportBatchItemFailures" in said.get("FunctionResponseTypes", []),
            )
            for function, said in (*self._events("SQS"), *mapped)
        )

    @cached_property
    def contact_records(self) -> RecordSource:
        """The stream to which an instance of Amazon Connect writes, where the parameters name one."""
        ((function, said),) = self._mappings("kinesis")
        reports_items = "ReportBatchItemFailures" in said.get("FunctionResponseTypes", [])
        return RecordSource(function, said.get("BatchSize", 100), reports_items)

    def _mappings(self, service: str) -> Iterator[tuple[Function, dict[str, Any]]]:
        """Yield the event source mappings that are resources of their own, of those that are on."""
        for name, properties in self.resources("AWS::Lambda::EventSourceMapping"):
            if properties.get("Enabled", True) or name in self._on:
                said = self.resolve(properties)
                if said["EventSourceArn"].split(":")[2] == service:
                    yield self.functions[said["FunctionName"]], said

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        found = (properties["Target"] for _, properties in self.resources("AWS::Scheduler::Schedule"))
        return tuple(
            Schedule(self.functions[self.resolve(target["Arn"])], orjson.loads(target.get("Input", "{}")))
            for target in found
        )

    def _events(self, kind: str) -> Iterator[tuple[Function, dict[str, Any]]]:
        for name, properties in self.resources("AWS::Serverless::Function"):
            for event in properties.get("Events", {}).values():
                if event["Type"] not in _SOURCES:
                    raise NotImplementedError(f"nobody plays the event source {event['Type']} of {name}")
                if event["Type"] == kind:
                    yield self.functions[name], self.resolve(event["Properties"])

    @cached_property
    def announcements(self) -> dict[str, tuple[str, str]]:
        """Where a bucket tells of a new object: bucket to the prefix of what it tells of and the queue's URL."""
        return {
            self.ref(name): (rule["Filter"]["S3Key"]["Rules"][0]["Value"], self.queue_of(rule["Queue"]))
            for name, properties in self.resources("AWS::S3::Bucket")
            for rule in self.resolve(properties.get("NotificationConfiguration", {})).get("QueueConfigurations", [])
        }

    @cached_property
    def department_queues(self) -> dict[str, str]:
        """The queues that no function of ours reads, their dead letters left out: name in the template to URL."""
        read = {source.url for source in self.queues}
        dead = {found.attributes["DeadLetters"] for found in self._all_queues.values()}
        return {
            name: found.ref
            for name, found in self._all_queues.items()
            if found.ref not in read and found.attributes["Arn"] not in dead
        }

    @cached_property
    def dead_letters(self) -> dict[str, str]:
        """The dead-letter queues: name in the template to URL."""
        dead = {found.attributes["DeadLetters"] for found in self._all_queues.values()}
        return {name: found.ref for name, found in self._all_queues.items() if found.attributes["Arn"] in dead}

    @cached_property
    def _all_queues(self) -> dict[str, _Made]:
        return {name: self.made(name) for name, _ in self.resources("AWS::SQS::Queue")}

    def queue_of(self, arn: str) -> str:
        """Return the URL of the queue of an ARN."""
        return next(found.ref for found in self._all_queues.values() if found.attributes["Arn"] == arn)

    @cached_property
    def table(self) -> str:
        ((name, _),) = self.resources("AWS::DynamoDB::Table")
        return str(self.ref(name))


_SOURCES = ("DynamoDB", "SQS")
"""What may wake a function in its own `Events`; routes and schedules are resources of their own."""

_NO_VALUE = object()

_PSEUDO: dict[str, Any] = {
    "AWS::NoValue": _NO_VALUE,
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::StackName": STACK,
}


def _sub(stack: Stack, text: str) -> str:
    def found(match: re.Match[str]) -> str:
        name, _, attribute = match[1].partition(".")
        return str(stack.attribute(name, attribute) if attribute else stack.ref(name))

    return re.sub(r"\$\{([\w.:]+)\}", found, text)


_FUNCTIONS: dict[str, Callable[[Stack, Any], Any]] = {
    "Ref": lambda stack, name: stack.ref(name),
    "Condition": lambda stack, name: stack.holds(name),
    "Fn::GetAtt": lambda stack, place: stack.attribute(*place),
    "Fn::Sub": _sub,
    "Fn::If": lambda stack, said: stack.resolve(said[1] if stack.holds(said[0]) else said[2]),
    "Fn::Equals": lambda stack, said: stack.resolve(said[0]) == stack.resolve(said[1]),
    "Fn::Not": lambda stack, said: not stack.resolve(said[0]),
    "Fn::And": lambda stack, said: all(map(stack.resolve, said)),
    "Fn::Or": lambda stack, said: any(map(stack.resolve, said)),
}


def _table(stack: Stack, name: str, properties: Mapping[str, Any]) -> _Made:
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    definition = {"TableName": name.lower()} | {key: properties[key] for key in wanted if key in properties}
    if "StreamSpecification" in properties:
        definition["StreamSpecification"] = properties["StreamSpecification"] | {"StreamEnabled": True}
    return _Made(
        name.lower(),
        {"Arn": _arn("dynamodb", f"table/{name.lower()}")} | {"StreamArn": stack.engine.make_table(definition)},
    )


def _queue(stack: Stack, name: str, properties: Mapping[str, Any]) -> _Made:
    said = stack.resolve(dict(properties))
    queue_name = said.pop("QueueName", name.lower())
    attributes = {key: _text(value) for key, value in said.items() if key != "Tags"}
    url = stack.engine.make_queue(queue_name, attributes)
    dead_letters = said.get("RedrivePolicy", {}).get("deadLetterTargetArn", "")
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    arn = stack.engine.client("sqs").get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    return _Made(url, {"Arn": arn, "QueueName": queue_name, "DeadLetters": dead_letters})


def _bucket(stack: Stack, name: str, _: Mapping[str, Any]) -> _Made:
    stack.engine.make_bucket(name.lower())
    return _Made(name.lower(), {"Arn": f"arn:aws:s3:::{name.lower()}"})


def _secret(stack: Stack, name: str, properties: Mapping[str, Any]) -> _Made:
    stack.engine.make_secret(name.lower(), properties["SecretString"])
    return _Made(name.lower(), {"Id": name.lower()})


def _nothing(_stack: Stack, name: str, _properties: Mapping[str, Any]) -> _Made:
    """Return what stands for a resource that plays no part in a run: names are all that is asked of it."""
    return _Made(name, {"Arn": _arn("none", name), "ApiEndpoint": "https://api.example"})


_MAKERS: dict[str, Callable[[Stack, str, Mapping[str, Any]], _Made]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::SQS::Queue": _queue,
    "AWS::S3::Bucket": _bucket,
    "AWS::SecretsManager::Secret": _secret,
}


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
