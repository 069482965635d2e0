"""What must hold of `template.yaml` beyond what a linter sees: who may do what, and that nothing can vanish unseen."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from shared.store.journal import OBJECT_PREFIX
from shared.store.keys import (
    CUSTOMER_PREFIX,
    DELIVERY,
    DELIVERY_PREFIX,
    ESCALATION_PREFIX,
    EVENT_PREFIX,
    IDENTITY_PREFIX,
    PLAYBOOK,
    STEP_PREFIX,
)
from shared.store.refusals import ACCOUNT_PREFIX
from tests.template import ROOT, resources, template

FUNCTIONS = {
    "WebhooksFunction": "webhooks",
    "ProjectorFunction": "projector",
    "WatchFunction": "watch",
    "Customer360Function": "customer360",
    "DeskFunction": "desk",
    "ChannelsFunction": "channels",
    "OperationsFunction": "operations",
}
DEPARTMENTS = {
    "Billing": "billing",
    "DeliveryAndOrders": "delivery_and_orders",
    "Technical": "technical",
    "Care": "care",
}


def queues() -> dict[str, dict[str, Any]]:
    return {name: found["Properties"] for name, found in resources("AWS::SQS::Queue").items()}


def dead_letter_queue(properties: dict[str, Any]) -> str | None:
    arn = properties.get("RedrivePolicy", {}).get("deadLetterTargetArn")
    return arn["Fn::GetAtt"][0] if arn else None


def statements(role: str) -> list[dict[str, Any]]:
    """Return all that a role may do, through its own policies and the template's managed ones."""
    properties = template()["Resources"][role]["Properties"]
    managed = [template()["Resources"][arn["Ref"]]["Properties"] for arn in properties.get("ManagedPolicyArns", [])]
    documents = [policy["PolicyDocument"] for policy in (*properties["Policies"], *managed)]
    return list(chain.from_iterable(document["Statement"] for document in documents))


def granted(role: str) -> set[tuple[str, str]]:
    """Return a role's permissions as (action, resource), the resource as the template writes it."""
    found = set()
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        for action in _as_list(statement["Action"]):
            found |= {(action, written(resource)) for resource in _as_list(statement["Resource"])}
    return found


def written(resource: Any) -> str:
    match resource:
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{name}.{attribute}"
        case {"Fn::Sub": text}:
            return str(text)
    raise AssertionError(f"an unexpected resource: {resource}")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


PROJECTION = {
    ("dynamodb:DeleteItem", "Table.Arn"),
    *((f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem")),
    *((f"dynamodb:{action}", "Table.StreamArn") for action in ("DescribeStream", "GetRecords", "GetShardIterator")),
    *(("sqs:SendMessage", f"{department}Queue.Arn") for department in DEPARTMENTS),
    ("s3:GetObject", "${DeliveryBucket.Arn}/delivery/*"),
}


def consumes(queue: str) -> set[tuple[str, str]]:
    return {(f"sqs:{action}", f"{queue}.Arn") for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}


def logs(service: str) -> set[tuple[str, str]]:
    return {(f"logs:{action}", f"{service}LogGroup.Arn") for action in ("CreateLogStream", "PutLogEvents")}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (
            "WebhooksRole",
            {
                ("dynamodb:PutItem", "Table.Arn"),
                ("sqs:SendMessage", "SpillQueue.Arn"),
                ("s3:PutObject", "${DeliveryBucket.Arn}/delivery/*"),
                ("secretsmanager:GetSecretValue", "WebhookSecrets.Id"),
            }
            | logs("Webhooks"),
        ),
        (
            "ProjectorRole",
            PROJECTION
            | consumes("SpillQueue")
            | {("sqs:SendMessage", "LeftBehindQueue.Arn"), ("dynamodb:ListStreams", "${Table.Arn}/stream/*")}
            | {("s3:PutObject", "${DeliveryBucket.Arn}/delivery/*")}
            | logs("Projector"),
        ),
        (
            "WatchRole",
            PROJECTION | consumes("LeftBehindQueue") | {("dynamodb:Query", "${Table.Arn}/index/open")} | logs("Watch"),
        ),
        (
            "Customer360Role",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query", "BatchWriteItem")}
            | logs("Customer360"),
        ),
        (
            "DeskRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query")}
            | {(f"dynamodb:{action}", "Table.Arn") for action in ("PutItem", "DeleteItem")}
            | logs("Desk"),
        ),
        (
            "ChannelsRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "PutItem")}
            | {("dynamodb:Query", "${Table.Arn}/index/ledger"), ("secretsmanager:GetSecretValue", "ApiTokens.Id")}
            | logs("Channels"),
        ),
        (
            "OperationsRole",
            {("dynamodb:GetItem", "Table.Arn"), ("dynamodb:BatchGetItem", "Table.Arn")}
            | {("dynamodb:Query", f"${{Table.Arn}}/index/{index}") for index in ("open", "ledger")}
            | {("s3:GetObject", "${DeliveryBucket.Arn}/delivery/*"), ("s3:ListBucket", "DeliveryBucket.Arn")}
            | {("sqs:GetQueueAttributes", f"{queue}.Arn") for queue in queues()}
            | logs("Operations"),
        ),
        ("WatchScheduleRole", {("lambda:InvokeFunction", "${WatchFunction.Arn}:live")}),
        ("ChannelsScheduleRole", {("lambda:InvokeFunction", "${ChannelsFunction.Arn}:live")}),
    ],
)
def test_a_role_may_do_exactly_this(role: str, allowed: set[tuple[str, str]]) -> None:
    assert granted(role) == allowed


def test_these_are_all_the_roles_and_each_function_has_its_own() -> None:
    roles = set(resources("AWS::IAM::Role"))
    assert roles == {f"{name.removesuffix('Function')}Role" for name in FUNCTIONS} | {
        "WatchScheduleRole",
        "ChannelsScheduleRole",
    }
    for name, function in functions().items():
        assert function["Role"] == {"Fn::GetAtt": [f"{name.removesuffix('Function')}Role", "Arn"]}
        assert "Policies" not in function


def test_the_door_writes_only_events_deliveries_and_notes_of_refusals() -> None:
    (put,) = [found for found in statements("WebhooksRole") if found["Action"] == "dynamodb:PutItem"]
    leading = put["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert leading == [f"{IDENTITY_PREFIX}*", f"{DELIVERY_PREFIX}*", f"{ACCOUNT_PREFIX}*"]


def test_the_channels_read_accounts_and_the_playbook_and_write_accounts_alone() -> None:
    leading = {
        found["Sid"]: found["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for found in statements("ChannelsRole")
        if "Condition" in found
    }
    assert leading == {"ReadAccounts": [f"{ACCOUNT_PREFIX}*", PLAYBOOK], "KeepHealth": [f"{ACCOUNT_PREFIX}*"]}


def test_the_lookup_writes_beside_identities_alone() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("Customer360Role") if "Condition" in found}
    assert leading == {"NoteWhoRead": [f"{IDENTITY_PREFIX}*"]}


def test_the_desk_reads_people_and_the_playbook_and_writes_about_people_alone() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("DeskRole") if "Condition" in found}
    people = [f"{IDENTITY_PREFIX}*", f"{CUSTOMER_PREFIX}*"]
    assert leading == {"Read": [*people, PLAYBOOK], "Write": people}


@pytest.mark.parametrize("role", ["ProjectorRole", "WatchRole"])
def test_projecting_deletes_nothing_but_who_is_one_with_whom_and_marks_on_contact_points(role: str) -> None:
    (delete,) = [found for found in statements(role) if "dynamodb:DeleteItem" in found["Action"]]
    assert _leading_keys(delete) == [f"{CUSTOMER_PREFIX}*", "contact#*"]


def _leading_keys(statement: dict[str, Any]) -> Any:
    return statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_operations_read_neither_customers_nor_contact_points() -> None:
    (read,) = [found for found in statements("OperationsRole") if found["Sid"] == "Read"]
    leading = read["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert leading == [f"{IDENTITY_PREFIX}*", f"{DELIVERY_PREFIX}*", f"{ACCOUNT_PREFIX}*", PLAYBOOK]


def test_a_wildcard_in_a_policy_has_its_reason_written_beside_it() -> None:
    wild = re.compile(r"^\s*(?:-\s+)?(?:Not)?(?:Resource|Action):.*\*")
    bare = re.compile(r"^\s*-\s+(?:\"\*\"|\w+:\*|.*\$\{[\w.]+\}/?\*\"?)\s*$")
    own_prefix = re.compile(r"Resource: !Sub \$\{DeliveryBucket\.Arn\}/delivery/\*$")
    for number, line in enumerate((ROOT / "template.yaml").read_text().splitlines(), 1):
        if (wild.match(line) or bare.match(line)) and not own_prefix.search(line):
            refuses = re.match(r"\s*Action: (sqs|s3):\*$", line)  # of a Deny, whose resource line has the reason
            assert refuses or "# reason: " in line, f"template.yaml:{number} has a wildcard without a reason: {line}"


def test_allow_statements_have_no_wildcard_action_and_no_wildcard_resource() -> None:
    for statement in _statements_anywhere(template()["Resources"]):
        if statement["Effect"] == "Allow":
            assert not [action for action in _as_list(statement["Action"]) if "*" in action]
            assert "*" not in _as_list(statement.get("Resource", []))


def _statements_anywhere(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for inner in value.values():
            yield from _statements_anywhere(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements_anywhere(inner)


def functions() -> dict[str, dict[str, Any]]:
    return {name: found["Properties"] for name, found in resources("AWS::Serverless::Function").items()}


def test_these_are_the_functions() -> None:
    assert {name: found["Handler"] for name, found in functions().items()} == {
        name: f"services.{service}.app.handler" for name, service in FUNCTIONS.items()
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_as_json_into_a_group_of_its_own_that_is_kept_for_a_while(name: str) -> None:
    group = f"{name.removesuffix('Function')}LogGroup"
    logging = functions()[name]["LoggingConfig"]
    assert logging == {"LogGroup": {"Ref": group}, "LogFormat": "JSON", "SystemLogLevel": "WARN"}
    assert functions()[name]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == FUNCTIONS[name]


@pytest.mark.parametrize("name", resources("AWS::Logs::LogGroup"))
def test_every_log_group_forgets(name: str) -> None:
    assert template()["Resources"][name]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_deployed_behind_its_alias_as_a_canary_watched_by_its_own_alarm(name: str) -> None:
    preference = functions()[name]["DeploymentPreference"]
    assert template()["Globals"]["Function"]["AutoPublishAlias"] == "live"
    assert preference["Enabled"] == {"Ref": "CanaryDeployment"}
    assert preference["Type"].startswith("Canary")
    own = name.removesuffix("Function")
    assert preference["Alarms"] == [{"Ref": f"{own}ErrorsAlarm"}, {"Ref": f"{own}FailuresAlarm"}]


def test_the_door_has_a_cap() -> None:
    assert functions()["WebhooksFunction"]["ReservedConcurrentExecutions"]["Fn::If"][:2] == [
        "CapsWebhooks",
        {"Ref": "WebhooksConcurrency"},
    ]


@pytest.mark.parametrize("name", ["Table", "DeliveryBucket", "WebhookSecrets", "ApiTokens"])
def test_data_outlives_the_stack(name: str) -> None:
    found = template()["Resources"][name]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_table_can_be_restored_is_encrypted_and_tells_of_every_new_item() -> None:
    table = template()["Resources"]["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_every_queue_has_a_dead_letter_queue_of_its_own_and_of_its_kind() -> None:
    dead = {name: target for name, found in queues().items() if (target := dead_letter_queue(found))}
    assert set(dead) | set(dead.values()) == set(queues())
    assert len(set(dead.values())) == len(dead)
    assert set(dead).isdisjoint(dead.values())
    for name, target in dead.items():
        assert queues()[name].get("FifoQueue") == queues()[target].get("FifoQueue")


@pytest.mark.parametrize("name", queues())
def test_a_queue_is_encrypted_and_dead_letters_are_kept_longest(name: str) -> None:
    assert queues()[name]["SqsManagedSseEnabled"] is True
    target = dead_letter_queue(queues()[name])
    if target is None:
        assert queues()[name]["MessageRetentionPeriod"] == 14 * 24 * 3600
    elif not queues()[name].get("FifoQueue"):  # only a standard queue counts a dead letter's age from its first sending
        assert queues()[name]["MessageRetentionPeriod"] < queues()[target]["MessageRetentionPeriod"]


@pytest.mark.parametrize("name", queues())
def test_a_queue_refuses_plain_http(name: str) -> None:
    denied = [
        policy
        for policy in resources("AWS::SQS::QueuePolicy").values()
        if {"Ref": name} in policy["Properties"]["Queues"] and "OnlyOverTls" in json.dumps(policy)
    ]
    assert len(denied) == 1


@pytest.mark.parametrize("name", queues())
def test_dead_letters_and_waiting_messages_raise_an_alarm(name: str) -> None:
    wanted = (
        {"ApproximateNumberOfMessagesVisible"}
        if dead_letter_queue(queues()[name]) is None or name == "LeftBehindQueue"
        else {"ApproximateAgeOfOldestMessage"}
    )
    assert wanted <= {metric for metric, queue in _queue_alarms() if queue == name}


def _queue_alarms() -> Iterator[tuple[str, str]]:
    for alarm in alarms().values():
        for dimension in alarm["Dimensions"]:
            if dimension["Name"] == "QueueName":
                yield alarm["MetricName"], dimension["Value"]["Fn::GetAtt"][0]


def alarms() -> dict[str, dict[str, Any]]:
    return {name: found["Properties"] for name, found in resources("AWS::CloudWatch::Alarm").items()}


def test_the_alarms_that_somebody_must_hear() -> None:
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms().values()}
    assert watched >= {
        ("AWS/Lambda", "IteratorAge"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/ApiGateway", "5xx"),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("Mostrador", "SignatureRejected"),
        ("Mostrador", "ChannelUnhealthy"),
        ("Mostrador", "ChannelUnanswered"),
    }
    for alarm in alarms().values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["AlarmDescription"]


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_an_alarm_for_it(name: str, metric: str) -> None:
    watched = [alarm["Dimensions"] for alarm in alarms().values() if alarm["MetricName"] == metric]
    assert [{"Name": "FunctionName", "Value": {"Ref": name}}] in watched


def test_alarms_on_what_comes_every_five_minutes_look_at_as_long_a_time() -> None:
    (schedule,) = [
        found["Properties"]
        for name, found in resources("AWS::Scheduler::Schedule").items()
        if name == "ChannelsSchedule"
    ]
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    own = {name: alarm for name, alarm in alarms().items() if name.startswith("Channel")}
    assert len(own) == 5
    assert {alarm["Period"] for alarm in own.values()} == {300}


def test_the_stream_gives_up_nothing_in_silence() -> None:
    journal = functions()["ProjectorFunction"]["Events"]["Journal"]["Properties"]
    assert journal["BisectBatchOnFunctionError"] is True
    assert journal["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 0 < journal["MaximumRetryAttempts"] < 100
    assert 0 < journal["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert journal["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"Fn::GetAtt": ["LeftBehindQueue", "Arn"]},
    }


def test_the_projector_is_woken_for_what_is_inserted_and_to_be_projected() -> None:
    patterns = functions()["ProjectorFunction"]["Events"]["Journal"]["Properties"]["FilterCriteria"]["Filters"]
    assert [json.loads(found["Pattern"]) for found in patterns] == [
        _inserted(sk=[{"prefix": EVENT_PREFIX}]),
        _inserted(pk=[{"prefix": DELIVERY_PREFIX}], sk=[DELIVERY]),
        _inserted(sk=[{"prefix": ESCALATION_PREFIX}]),
        _inserted(sk=[{"prefix": STEP_PREFIX}]),
    ]


def _inserted(**keys: list[Any]) -> dict[str, Any]:
    image = {name: {"S": values} for name, values in keys.items()}
    return {"eventName": ["INSERT"], "dynamodb": {"NewImage": image}}


@pytest.mark.parametrize(
    ("function", "event", "queue"),
    [("ProjectorFunction", "Spill", "SpillQueue"), ("WatchFunction", "LeftBehind", "LeftBehindQueue")],
)
def test_a_queue_that_a_function_reads_hides_a_message_for_six_times_the_functions_timeout(
    function: str, event: str, queue: str
) -> None:
    source = functions()[function]["Events"][event]["Properties"]
    assert source["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queues()[queue]["VisibilityTimeout"] >= 6 * functions()[function]["Timeout"]


def test_large_deliveries_are_announced_on_the_spill_queue() -> None:
    bucket = template()["Resources"]["DeliveryBucket"]
    (announced,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert announced["Queue"] == {"Fn::GetAtt": ["SpillQueue", "Arn"]}
    assert announced["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": OBJECT_PREFIX}]
    assert bucket["DependsOn"] == "SpillQueuePolicy"


def test_only_the_webhooks_are_open_and_everything_else_asks_for_a_token() -> None:
    routes = {found["Properties"]["RouteKey"]: found for found in resources("AWS::ApiGatewayV2::Route").values()}
    assert {key: found["Properties"]["AuthorizationType"] for key, found in routes.items()} == {
        "GET /webhooks/{platform}/{account}": "NONE",
        "POST /webhooks/{platform}/{account}": "NONE",
        "GET /customers/lookup": "JWT",
        "GET /customers/{id}": "JWT",
        "GET /customers/{id}/timeline": "JWT",
        "GET /customers/{id}/links": "JWT",
        "GET /customers/{id}/links/preview": "JWT",
        "GET /customers/{id}/audit": "JWT",
        "POST /customers/{id}/notes": "JWT",
        "POST /customers/{id}/commitments": "JWT",
        "POST /customers/{id}/commitments/{commitment_id}/kept": "JWT",
        "POST /customers/{id}/commitments/{commitment_id}/withdrawn": "JWT",
        "POST /customers/{id}/commitments/{commitment_id}/moved": "JWT",
        "POST /customers/{id}/needs": "JWT",
        "POST /customers/{id}/consents": "JWT",
        "POST /customers/{id}/links": "JWT",
        "POST /customers/{id}/unlinks": "JWT",
        "GET /ledger": "JWT",
        "GET /dead": "JWT",
        "GET /channels": "JWT",
    }
    for found in routes.values():
        by_token = found["Properties"]["AuthorizationType"] == "JWT"
        assert (found.get("Condition") == "ServesLookup") is by_token


def test_the_stage_is_throttled_and_its_log_says_nothing_personal() -> None:
    stage = template()["Resources"]["ApiStage"]["Properties"]
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == {"Ref": "ThrottlingRate"}
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == {"Ref": "ThrottlingBurst"}
    logged = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert logged == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.integration.status",
        "$context.error.responseType",
        "$context.responseLength",
    }


# --- the departments: each in every place that a department must be


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_department_has_exactly_its_four_parts(department: str) -> None:
    parts = {name for name in template()["Resources"] if re.match(rf"{department}[A-Z]", name)}
    assert parts == {
        f"{department}Queue",
        f"{department}DeadLetterQueue",
        f"{department}WaitingAlarm",
        f"{department}DeadLettersAlarm",
    }
    queue = queues()[f"{department}Queue"]
    assert queue["QueueName"] == {"Fn::Sub": f"${{AWS::StackName}}-{DEPARTMENTS[department]}.fifo"}
    assert dead_letter_queue(queue) == f"{department}DeadLetterQueue"
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")


def test_these_are_all_the_departments() -> None:
    fifo = {name for name, found in queues().items() if found.get("FifoQueue") and dead_letter_queue(found)}
    assert fifo == {f"{department}Queue" for department in DEPARTMENTS}


@pytest.mark.parametrize("place", ["ProjectorFunction", "WatchFunction", "the outputs"])
def test_every_department_is_known_wherever_departments_are_listed(place: str) -> None:
    value = (
        template()["Outputs"]["DepartmentQueues"]["Value"]
        if place == "the outputs"
        else functions()[place]["Environment"]["Variables"]["DEPARTMENT_QUEUES"]
    )
    assert json.loads(value["Fn::Sub"]) == {name: f"${{{department}Queue}}" for department, name in DEPARTMENTS.items()}


@pytest.mark.parametrize("place", ["OperationsFunction", "the outputs"])
def test_every_queue_is_known_with_its_dead_letters_wherever_queues_are_looked_after(place: str) -> None:
    value = (
        template()["Outputs"]["Queues"]["Value"]
        if place == "the outputs"
        else functions()[place]["Environment"]["Variables"]["QUEUES"]
    )
    names = {"SpillQueue": "spill", "LeftBehindQueue": "left_behind"} | {
        f"{department}Queue": name for department, name in DEPARTMENTS.items()
    }
    assert json.loads(value["Fn::Sub"]) == {
        names[queue]: [f"${{{queue}}}", f"${{{dead}}}"]
        for queue, found in queues().items()
        if (dead := dead_letter_queue(found))
    }


def test_the_example_playbook_names_only_departments_that_have_a_queue() -> None:
    from shared.playbook import parse

    playbook = parse((ROOT / "infra" / "playbook.example.toml").read_text())
    assert {department.name for department in playbook.departments} == set(DEPARTMENTS.values())


# --- parameters


def test_the_local_engine_can_be_deployed_to_with_the_defaults_of_what_it_does_not_know() -> None:
    assert template()["Parameters"]["CanaryDeployment"]["Default"] == "false"


@pytest.mark.parametrize("name", template()["Parameters"])
def test_a_parameter_has_a_default_and_says_what_it_is_for(name: str) -> None:
    parameter = template()["Parameters"][name]
    assert "Default" in parameter
    assert len(parameter["Description"]) > 20


def test_what_is_deployed_carries_its_tags() -> None:
    wanted = {"project": "mostrador", "stage": {"Ref": "StageName"}}
    assert template()["Globals"]["Function"]["Tags"] == wanted
    for name in ("Table", "DeliveryBucket", "WebhookSecrets", "ApiTokens", "AlarmTopic"):
        tags = template()["Resources"][name]["Properties"]["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == wanted


def test_the_runbook_says_of_every_alarm_what_to_do_and_of_no_other() -> None:
    table = [line for line in (ROOT / "infra" / "README.md").read_text().splitlines() if line.startswith("| `")]
    explained = [name for line in table for name in re.findall(r"`(\w+Alarm)`", line.split("|")[1])]
    assert sorted(explained) == sorted(alarms())
