"""What must hold of `template.yaml` beyond what a linter sees: who may do what, and that nothing can vanish unseen."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from services.connectors.waiting import PAUSES
from shared.media.copies import APART, KEPT
from shared.media.scanning import TAG
from shared.store.choices import DEPARTMENT_PREFIX
from shared.store.claims import CLAIM_PREFIX, CONNECTOR_PREFIX
from shared.store.journal import OBJECT_PREFIX
from shared.store.keys import (
    CUSTOMER_PREFIX,
    DELIVERY,
    DELIVERY_PREFIX,
    ESCALATION_PREFIX,
    EVENT_PREFIX,
    IDENTITY_PREFIX,
    PLAYBOOK,
    REPLY_PREFIX,
    SAID_PREFIX,
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
    "PollerFunction": "poller",
    "MediaFunction": "media",
    "OperationsFunction": "operations",
    "RepliesFunction": "replies",
    "ConnectorsFunction": "connectors",
    "CallsFunction": "calls",
    "GreetingFunction": "greeting",
}
DEPARTMENTS = {
    "Billing": "billing",
    "DeliveryAndOrders": "delivery_and_orders",
    "Technical": "technical",
    "Care": "care",
}


CONNECTED = {
    **{f"{department}{use}": f"{department}{use}Queue" for use in ("", "Tool", "Acts") for department in DEPARTMENTS},
    "Mail": "ConnectorsMailQueue",
}
"""The queues that the connectors read, when the playbook says so, by what their mappings are called."""

USES = (("", ""), ("Tool", "-tool"), ("Acts", "-acts"))
"""What a department's queues are for, in the names of resources and in those of queues."""

OF_MAIL = "arn:${AWS::Partition}:ses:*:${AWS::AccountId}:"
MAIL = ("identity/${MailIdentity}", "configuration-set/*")
"""What answers by mail are sent as, and with: the first names nothing unless somebody says so."""

OWN_MAIL = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"


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
        case {"Fn::If": ["ReadsContactRecords", {"Ref": name}, {"Fn::Sub": text}]} if str(text).endswith("/none"):
            return str(name)
        case {"Fn::If": ["ReadsAnalyses", {"Fn::If": ["ReadsRedacted", {"Fn::Sub": text}, _]}, {"Fn::Sub": none}]}:
            assert none == "${DeliveryBucket.Arn}/none"
            return str(text)
    raise AssertionError(f"an unexpected resource: {resource}")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


PROJECTION = {
    ("dynamodb:DeleteItem", "Table.Arn"),
    *((f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem")),
    *((f"dynamodb:{action}", "Table.StreamArn") for action in ("DescribeStream", "GetRecords", "GetShardIterator")),
    *(("sqs:SendMessage", f"{queue}Queue.Arn") for queue in (*DEPARTMENTS, "Replies")),
    ("s3:GetObject", "${DeliveryBucket.Arn}/delivery/*"),
    ("s3:GetObject", "${MailBucket.Arn}/mail/*"),
    *(
        ("s3:GetObject", f"arn:${{AWS::Partition}}:s3:::${{ConnectBucket}}/Analysis/Voice/{of}Redacted/*")
        for of in ("", "ivr/")
    ),
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
            | {("s3:GetObject", "${MediaBucket.Arn}/media/*")}
            | logs("Customer360"),
        ),
        (
            "DeskRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query")}
            | {(f"dynamodb:{action}", "Table.Arn") for action in ("PutItem", "DeleteItem")}
            | {("dynamodb:Query", "${Table.Arn}/index/desk")}
            | logs("Desk"),
        ),
        (
            "ChannelsRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "PutItem")}
            | {("dynamodb:Query", "${Table.Arn}/index/ledger"), ("secretsmanager:GetSecretValue", "ApiTokens.Id")}
            | logs("Channels"),
        ),
        (
            "PollerRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "PutItem")}
            | {("s3:PutObject", "${DeliveryBucket.Arn}/delivery/*"), ("secretsmanager:GetSecretValue", "ApiTokens.Id")}
            | logs("Poller"),
        ),
        (
            "MediaRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "PutItem")}
            | {(f"dynamodb:{each}", "Table.StreamArn") for each in ("DescribeStream", "GetRecords", "GetShardIterator")}
            | {("dynamodb:ListStreams", "${Table.Arn}/stream/*"), ("secretsmanager:GetSecretValue", "ApiTokens.Id")}
            | consumes("MediaQueue")
            | {(f"sqs:{action}", "MediaQueue.Arn") for action in ("SendMessage", "ChangeMessageVisibility")}
            | {
                (f"s3:{action}", f"${{MediaBucket.Arn}}/{prefix}*")
                for action in ("PutObject", "GetObject", "GetObjectTagging")
                for prefix in (KEPT, APART)
            }
            | {("s3:GetObject", "${MailBucket.Arn}/mail/*")}
            | logs("Media"),
        ),
        (
            "RepliesRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query")}
            | {("dynamodb:PutItem", "Table.Arn"), ("dynamodb:UpdateItem", "Table.Arn")}
            | consumes("RepliesQueue")
            | {("sqs:ChangeMessageVisibility", "RepliesQueue.Arn"), ("secretsmanager:GetSecretValue", "ApiTokens.Id")}
            | {(f"ses:{action}", OF_MAIL + what) for action in ("SendEmail", "SendRawEmail") for what in MAIL}
            | logs("Replies"),
        ),
        (
            "OperationsRole",
            {("dynamodb:GetItem", "Table.Arn"), ("dynamodb:BatchGetItem", "Table.Arn")}
            | {("dynamodb:Query", f"${{Table.Arn}}/index/{index}") for index in ("open", "ledger")}
            | {("s3:GetObject", "${DeliveryBucket.Arn}/delivery/*"), ("s3:ListBucket", "DeliveryBucket.Arn")}
            | {("sqs:GetQueueAttributes", f"{queue}.Arn") for queue in queues()}
            | logs("Operations"),
        ),
        (
            "ConnectorsRole",
            {(f"dynamodb:{action}", "Table.Arn") for action in ("GetItem", "BatchGetItem", "Query", "PutItem")}
            | {("secretsmanager:GetSecretValue", "ConnectorSecrets.Id")}
            | {grant for queue in CONNECTED.values() for grant in consumes(queue)}
            | {("sqs:SendMessage", f"{department}{use}Queue.Arn") for use in ("", "Tool") for department in DEPARTMENTS}
            | {("sqs:ChangeMessageVisibility", f"{department}ToolQueue.Arn") for department in DEPARTMENTS}
            | {("s3:GetObject", "${ConnectorsMailBucket.Arn}/mail/*")}
            | {
                (f"ses:{action}", f"{OWN_MAIL}{each}/*")
                for action in ("SendEmail", "SendRawEmail")
                for each in ("identity", "configuration-set")
            }
            | logs("Connectors"),
        ),
        (
            "CallsRole",
            {
                ("dynamodb:PutItem", "Table.Arn"),
                ("sqs:SendMessage", "SpillQueue.Arn"),
                ("s3:PutObject", "${DeliveryBucket.Arn}/delivery/*"),
            }
            | {(f"kinesis:{action}", "ConnectStreamArn") for action in ("GetRecords", "GetShardIterator", "ListShards")}
            | {(f"kinesis:{action}", "ConnectStreamArn") for action in ("DescribeStream", "DescribeStreamSummary")}
            | logs("Calls"),
        ),
        (
            "GreetingRole",
            {("dynamodb:Query", "Table.Arn"), ("dynamodb:BatchWriteItem", "Table.Arn")} | logs("Greeting"),
        ),
        ("WatchScheduleRole", {("lambda:InvokeFunction", "${WatchFunction.Arn}:live")}),
        ("ChannelsScheduleRole", {("lambda:InvokeFunction", "${ChannelsFunction.Arn}:live")}),
        ("PollerScheduleRole", {("lambda:InvokeFunction", "${PollerFunction.Arn}:live")}),
    ],
)
def test_a_role_may_do_exactly_this(role: str, allowed: set[tuple[str, str]]) -> None:
    assert granted(role) == allowed


def test_these_are_all_the_roles_and_each_function_has_its_own() -> None:
    roles = set(resources("AWS::IAM::Role"))
    assert roles == {f"{name.removesuffix('Function')}Role" for name in FUNCTIONS} | {
        "WatchScheduleRole",
        "ChannelsScheduleRole",
        "PollerScheduleRole",
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


def test_the_poller_reads_accounts_and_the_playbook_and_writes_them_and_what_it_found() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("PollerRole") if "Condition" in found}
    assert leading == {
        "ReadCursors": [f"{ACCOUNT_PREFIX}*", PLAYBOOK],
        "JournalAndMoveCursors": [f"{IDENTITY_PREFIX}*", f"{DELIVERY_PREFIX}*", f"{ACCOUNT_PREFIX}*"],
    }


def test_the_connectors_read_and_write_about_people_their_claims_and_no_other() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("ConnectorsRole") if "Condition" in found}
    people, *theirs = [f"{IDENTITY_PREFIX}*", f"{CLAIM_PREFIX}*", f"{CONNECTOR_PREFIX}*"]
    who_is_one = f"{CUSTOMER_PREFIX}*"
    assert leading == {"ReadCases": [people, who_is_one, *theirs, PLAYBOOK], "ActOnCases": [people, *theirs]}


def test_the_replies_read_and_write_about_people_and_accounts_count_for_accounts_and_say_whose_an_answer_is() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("RepliesRole") if "Condition" in found}
    people, *theirs = [f"{IDENTITY_PREFIX}*", f"{REPLY_PREFIX}*", f"{ACCOUNT_PREFIX}*"]
    assert leading == {
        "Read": [people, f"{CUSTOMER_PREFIX}*", *theirs, PLAYBOOK],
        "KeepWhatBecameOfThem": [people, *theirs],
        "CountAndSayWhose": [f"{ACCOUNT_PREFIX}*", f"{SAID_PREFIX}*"],
    }


def test_the_calls_write_only_events_and_deliveries() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("CallsRole") if "Condition" in found}
    assert leading == {"KeepEvents": [f"{IDENTITY_PREFIX}*", f"{DELIVERY_PREFIX}*"]}


def test_the_greeting_reads_who_has_a_phone_and_writes_beside_identities_alone() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("GreetingRole") if "Condition" in found}
    assert leading == {
        "Read": [f"{IDENTITY_PREFIX}*", f"{CUSTOMER_PREFIX}*", "contact#phone#*"],
        "NoteWhoAsked": [f"{IDENTITY_PREFIX}*"],
    }


def test_nothing_is_heard_of_connect_and_nothing_said_to_it_until_an_instance_is_named() -> None:
    for name in ("ConnectInstanceArn", "ConnectStreamArn"):
        assert template()["Parameters"][name]["Default"] == ""
    found = {name: template()["Resources"][name] for name in ("CallsRule", "CallsPermission", "GreetingPermission")}
    assert {each["Condition"] for each in found.values()} == {"HearsConnect"}
    rule, calls, greeting = (each["Properties"] for each in found.values())
    assert rule["EventPattern"] == {
        "source": ["aws.connect"],
        "detail-type": ["Amazon Connect Contact Event"],
        "resources": [{"Ref": "ConnectInstanceArn"}],
    }
    assert [target["Arn"] for target in rule["Targets"]] == [calls["FunctionName"]]
    assert (calls["Principal"], calls["SourceArn"]) == ("events.amazonaws.com", {"Fn::GetAtt": ["CallsRule", "Arn"]})
    assert greeting["Principal"] == "connect.amazonaws.com"
    assert greeting["SourceArn"] == {"Ref": "ConnectInstanceArn"}
    assert greeting["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_of_what_contact_lens_writes_down_one_kind_is_heard_and_may_be_read_where_a_bucket_is_named() -> None:
    parameters, named = template()["Parameters"], template()["Conditions"]["ReadsAnalyses"]
    assert (parameters["ConnectBucket"]["Default"], parameters["ConnectTranscripts"]["Default"]) == ("", "redacted")
    assert named == {
        "Fn::And": [
            {"Condition": "HearsConnect"},
            {"Condition": "ReadsContactRecords"},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "ConnectBucket"}, ""]}]},
        ]
    }
    rule, calls = (template()["Resources"][name] for name in ("AnalysesRule", "AnalysesPermission"))
    assert {each["Condition"] for each in (rule, calls)} == {"ReadsAnalyses"}
    pattern, said = rule["Properties"]["EventPattern"], calls["Properties"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"]["bucket"] == {"name": [{"Ref": "ConnectBucket"}]}
    heard = [each["wildcard"]["Fn::If"] for each in pattern["detail"]["object"]["key"]]
    (read,) = (found["Resource"] for found in statements("ProjectorRole") if found["Sid"] == "Analyses")
    bucket = "arn:${AWS::Partition}:s3:::${ConnectBucket}/"
    for of, (which, *wanted), resource in zip(("", "ivr/"), heard, read, strict=True):
        prefixes = [text.removesuffix(".json") for text in wanted]
        assert which == "ReadsRedacted"
        assert prefixes == [f"Analysis/Voice/{of}Redacted/*", f"Analysis/Voice/{of}2*"]
        ours = {"Fn::If": ["ReadsRedacted", *({"Fn::Sub": bucket + prefix} for prefix in prefixes)]}
        assert resource == {"Fn::If": ["ReadsAnalyses", ours, {"Fn::Sub": "${DeliveryBucket.Arn}/none"}]}
    assert [target["Arn"] for target in rule["Properties"]["Targets"]] == [said["FunctionName"]]
    assert (said["Principal"], said["SourceArn"]) == ("events.amazonaws.com", {"Fn::GetAtt": ["AnalysesRule", "Arn"]})
    told = {name for name, found in functions().items() if "CONNECT_BUCKET" in found["Environment"]["Variables"]}
    assert told == {"ProjectorFunction", "WatchFunction"}
    assert template()["Outputs"]["ConnectBucketName"]["Value"] == {"Ref": "ConnectBucket"}


def test_contact_records_are_given_again_one_by_one_until_they_are_kept() -> None:
    mapping = template()["Resources"]["CallsFromStream"]
    assert mapping["Condition"] == "ReadsContactRecords"
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["Properties"]["BisectBatchOnFunctionError"] is True
    assert not {"MaximumRetryAttempts", "MaximumRecordAgeInSeconds"} & mapping["Properties"].keys()


def test_the_lookup_writes_beside_identities_alone() -> None:
    (note,) = [found for found in statements("Customer360Role") if found["Sid"] == "NoteWhoRead"]
    assert _leading_keys(note) == [f"{IDENTITY_PREFIX}*"]


def test_files_are_given_to_people_from_where_they_are_kept_and_only_once_scanned_where_that_is_asked_for() -> None:
    (give,) = [found for found in statements("Customer360Role") if found["Sid"] == "GiveLinksToFiles"]
    clean = {"StringEquals": {f"s3:ExistingObjectTag/{TAG}": "NO_THREATS_FOUND"}}
    assert give["Condition"] == {"Fn::If": ["ScansMedia", clean, {"Ref": "AWS::NoValue"}]}
    for name in ("Customer360Function", "MediaFunction"):
        assert functions()[name]["Environment"]["Variables"]["MEDIA_SCANNING"] == {"Ref": "MediaScanning"}
    assert template()["Parameters"]["MediaScanning"]["AllowedValues"] == ["none", "guardduty"]


def test_the_media_read_events_deliveries_and_the_playbook_and_write_beside_identities_alone() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("MediaRole") if "Condition" in found}
    assert leading == {
        "ReadEvents": [f"{IDENTITY_PREFIX}*", f"{DELIVERY_PREFIX}*", PLAYBOOK],
        "KeepWhatBecameOfThem": [f"{IDENTITY_PREFIX}*"],
    }


def test_the_media_are_woken_for_events_with_files_until_they_have_been_asked_for() -> None:
    files = functions()["MediaFunction"]["Events"]["Files"]["Properties"]
    (pattern,) = [json.loads(found["Pattern"]) for found in files["FilterCriteria"]["Filters"]]
    image = {"sk": {"S": [{"prefix": EVENT_PREFIX}]}, "files": {"N": [{"exists": True}]}}
    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"NewImage": image}}
    assert files["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert not {"MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "DestinationConfig"} & files.keys()


def test_no_shard_of_the_stream_has_more_than_two_readers() -> None:
    readers = [
        name for name, found in functions().items() for event in found.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    ]  # fmt: skip
    assert readers == ["ProjectorFunction", "MediaFunction"]


def test_copies_of_files_are_kept_as_safely_as_deliveries_and_forgotten_with_what_is_known_of_them() -> None:
    bucket, delivery = (template()["Resources"][name]["Properties"] for name in ("MediaBucket", "DeliveryBucket"))
    for name in ("BucketEncryption", "PublicAccessBlockConfiguration", "OwnershipControls"):
        assert bucket[name] == delivery[name]
    condition, forgets, never = bucket["LifecycleConfiguration"]["Fn::If"]
    assert (condition, never) == ("ForgetsMedia", {"Ref": "AWS::NoValue"})
    assert [rule["ExpirationInDays"] for rule in forgets["Rules"]] == [{"Ref": "MediaRetentionDays"}]
    days = functions()["MediaFunction"]["Environment"]["Variables"]["MEDIA_RETENTION_DAYS"]
    assert days == {"Ref": "MediaRetentionDays"}
    assert template()["Outputs"]["MediaBucketName"]["Value"] == {"Ref": "MediaBucket"}


def test_a_file_that_waits_comes_less_often_than_its_queue_gives_it() -> None:
    from services.media import batch, copying

    comes, waited = 0, 0.0
    while waited < copying.LONGEST.total_seconds():
        comes += 1
        waited += batch._least({"attributes": {"ApproximateReceiveCount": str(comes)}}).total_seconds()
    assert 100 < comes <= 110
    assert queues()["MediaQueue"]["RedrivePolicy"]["maxReceiveCount"] > 2 * comes


def test_the_desk_reads_people_and_the_playbook_and_writes_what_is_done_about_people_alone() -> None:
    leading = {found["Sid"]: _leading_keys(found) for found in statements("DeskRole") if "Condition" in found}
    people = [f"{IDENTITY_PREFIX}*", f"{CUSTOMER_PREFIX}*", f"{DEPARTMENT_PREFIX}*"]
    assert leading == {"Read": [*people, PLAYBOOK], "Write": [*people, f"{REPLY_PREFIX}*"]}


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


@pytest.mark.parametrize(
    "name",
    [
        "Table",
        "DeliveryBucket",
        "MailBucket",
        "MediaBucket",
        "WebhookSecrets",
        "ApiTokens",
        "ConnectorSecrets",
        "ConnectorsMailBucket",
    ],
)
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
        ("Mostrador", "ReplyRefused"),
        ("Mostrador", "ConnectorRefused"),
        ("Mostrador", "ConnectorSwitchedOff"),
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
    [
        ("ProjectorFunction", "Spill", "SpillQueue"),
        ("WatchFunction", "LeftBehind", "LeftBehindQueue"),
        ("RepliesFunction", "Waiting", "RepliesQueue"),
        ("MediaFunction", "Waiting", "MediaQueue"),
    ],
)
def test_a_queue_that_a_function_reads_hides_a_message_for_six_times_the_functions_timeout(
    function: str, event: str, queue: str
) -> None:
    source = functions()[function]["Events"][event]["Properties"]
    assert source["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queues()[queue]["VisibilityTimeout"] >= 6 * functions()[function]["Timeout"]


@pytest.mark.parametrize("name", CONNECTED)
def test_the_connectors_read_a_queue_only_once_a_playbook_says_so(name: str) -> None:
    mapping = template()["Resources"][f"ConnectorsFrom{name}"]["Properties"]
    assert (mapping["Enabled"], mapping["BatchSize"]) == (False, 1)
    assert mapping["FunctionName"] == {"Ref": "ConnectorsFunction.Alias"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [CONNECTED[name], "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queues()[CONNECTED[name]]["VisibilityTimeout"] >= 6 * functions()["ConnectorsFunction"]["Timeout"]


def test_publishing_a_playbook_knows_every_queue_that_the_connectors_may_read() -> None:
    mappings = json.loads(template()["Outputs"]["ConnectorMappings"]["Value"]["Fn::Sub"])
    names = {
        f"{department}{use}": f"{name}{suffix}" for department, name in DEPARTMENTS.items() for use, suffix in USES
    }
    names["Mail"] = "mail"
    assert mappings == {names[name]: f"${{ConnectorsFrom{name}}}" for name in CONNECTED}
    queues_of_ours = set(resources("AWS::Lambda::EventSourceMapping")) - {"CallsFromStream"}
    assert queues_of_ours == {f"ConnectorsFrom{name}" for name in CONNECTED}


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_what_a_tool_does_not_take_is_tried_as_often_as_there_are_pauses(department: str) -> None:
    queue = queues()[f"{department}ToolQueue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == len(PAUSES)
    assert sum(PAUSES) < queue["MessageRetentionPeriod"]


def test_mail_comes_in_only_for_a_domain_and_through_what_ses_alone_may_use() -> None:
    for name in ("Rules", "Rule", "Topic", "TopicPolicy"):
        assert template()["Resources"][f"ConnectorsMail{name}"]["Condition"] == "ReceivesMail"
    rule = template()["Resources"]["ConnectorsMailRule"]["Properties"]["Rule"]
    assert rule["Recipients"] == [{"Ref": "ReplyDomain"}]
    assert (rule["ScanEnabled"], rule["TlsPolicy"]) == (True, "Require")
    (action,) = rule["Actions"]
    assert action["S3Action"]["ObjectKeyPrefix"] == "mail/"
    forgets = template()["Resources"]["ConnectorsMailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert [each["ExpirationInDays"] for each in forgets] == [14]
    allowed = [found for found in _statements_anywhere(template()["Resources"]) if found.get("Sid") in _FROM_AWS]
    assert len(allowed) == len(_FROM_AWS)
    assert all("Condition" in found for found in allowed)


_FROM_AWS = {"KeepMail", "TellOfMail", "HearOfMail"}


def test_customers_mail_is_kept_for_as_long_as_what_points_to_it_and_read_by_those_that_need_it() -> None:
    bucket, policy = (template()["Resources"][name]["Properties"] for name in ("MailBucket", "MailBucketPolicy"))
    delivery_bucket = template()["Resources"]["DeliveryBucket"]["Properties"]
    for name in ("BucketEncryption", "PublicAccessBlockConfiguration", "OwnershipControls"):
        assert bucket[name] == delivery_bucket[name]
    assert "LifecycleConfiguration" not in bucket
    keep, over_tls = policy["PolicyDocument"]["Statement"]
    assert keep["Principal"] == {"Service": "ses.amazonaws.com"}
    assert keep["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert over_tls["Fn::If"][0] == "RefusesPlainHttp"
    told = {name for name, found in functions().items() if "MAIL_BUCKET" in found["Environment"]["Variables"]}
    assert told == {"ProjectorFunction", "WatchFunction", "MediaFunction", "ConnectorsFunction"}
    assert template()["Outputs"]["MailBucketName"]["Value"] == {"Ref": "MailBucket"}


def test_large_deliveries_are_announced_on_the_spill_queue() -> None:
    bucket = template()["Resources"]["DeliveryBucket"]
    (announced,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert announced["Queue"] == {"Fn::GetAtt": ["SpillQueue", "Arn"]}
    assert announced["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": OBJECT_PREFIX}]
    assert bucket["DependsOn"] == "SpillQueuePolicy"


def test_only_what_brings_a_proof_of_its_own_is_open_and_everything_else_asks_for_a_token() -> None:
    routes = {found["Properties"]["RouteKey"]: found for found in resources("AWS::ApiGatewayV2::Route").values()}
    assert {key: found["Properties"]["AuthorizationType"] for key, found in routes.items()} == {
        "GET /webhooks/{platform}/{account}": "NONE",
        "POST /webhooks/{platform}/{account}": "NONE",
        "POST /connectors/{kind}/{department}": "NONE",
        "GET /customers/lookup": "JWT",
        "GET /customers/{id}": "JWT",
        "GET /customers/{id}/timeline": "JWT",
        "GET /customers/{id}/clocks": "JWT",
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
        "GET /directory": "JWT",
        "GET /departments/{name}": "JWT",
        "GET /departments/{name}/escalations": "JWT",
        "POST /departments/{name}/claims": "JWT",
        "GET /customers/{id}/escalations/{escalation_id}": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/accepted": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/returned": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/handed-over": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/answered": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/closed": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/corrected": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/withdrawn": "JWT",
        "GET /customers/{id}/escalations/{escalation_id}/reply-options": "JWT",
        "POST /customers/{id}/escalations/{escalation_id}/replies": "JWT",
        "GET /customers/{id}/reply-options": "JWT",
        "POST /customers/{id}/replies": "JWT",
        "GET /customers/{id}/replies/{reply_id}": "JWT",
        "POST /customers/{id}/replies/{reply_id}/again": "JWT",
        "POST /customers/{id}/replies/{reply_id}/given-up": "JWT",
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
def test_a_department_has_exactly_its_parts(department: str) -> None:
    parts = {name for name in template()["Resources"] if re.match(rf"{department}[A-Z]", name)}
    kinds = ("Queue", "DeadLetterQueue", "WaitingAlarm", "DeadLettersAlarm")
    assert parts == {f"{department}{use}{kind}" for use, _ in USES for kind in kinds} | {f"{department}Access"}
    for use, suffix in USES:
        queue = queues()[f"{department}{use}Queue"]
        fifo = "" if use == "Tool" else ".fifo"
        assert queue["QueueName"] == {"Fn::Sub": f"${{AWS::StackName}}-{DEPARTMENTS[department]}{suffix}{fifo}"}
        assert dead_letter_queue(queue) == f"{department}{use}DeadLetterQueue"
        if fifo:
            assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_departments_principal_may_take_its_hand_offs_and_act_on_them_and_nothing_else(department: str) -> None:
    policy = template()["Resources"][f"{department}Access"]
    assert policy["Type"] == "AWS::IAM::ManagedPolicy"
    takes = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl")
    allowed = {
        (action, written(found["Resource"]))
        for found in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in _as_list(found["Action"])
    }
    assert allowed == {(f"sqs:{action}", f"{department}Queue.Arn") for action in takes} | {
        (f"sqs:{action}", f"{department}ActsQueue.Arn") for action in ("SendMessage", "GetQueueUrl")
    }


def test_nobody_of_ours_puts_anything_on_a_queue_of_acts() -> None:
    """What lies there is what the department does: who may send there acts in its name."""
    for role in resources("AWS::IAM::Role"):
        assert not [
            each for each in granted(role) if each[0] == "sqs:SendMessage" and each[1].endswith("ActsQueue.Arn")
        ]


def test_acts_come_in_order_and_need_no_id_of_their_own() -> None:
    for department in DEPARTMENTS:
        assert queues()[f"{department}ActsQueue"]["ContentBasedDeduplication"] is True


def test_these_are_all_the_departments() -> None:
    fifo = {name for name, found in queues().items() if found.get("FifoQueue") and dead_letter_queue(found)}
    assert fifo - {"RepliesQueue"} == {f"{department}{use}Queue" for use in ("", "Acts") for department in DEPARTMENTS}


def test_replies_go_out_in_order_for_each_conversation_and_reach_the_platforms_themselves() -> None:
    queue = queues()["RepliesQueue"]
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")
    for name in ("ProjectorFunction", "WatchFunction", "RepliesFunction"):
        assert functions()[name]["Environment"]["Variables"]["REPLIES_QUEUE_URL"] == {"Ref": "RepliesQueue"}
    for name in ("RepliesFunction", "ChannelsFunction", "PollerFunction", "WebhooksFunction", "MediaFunction"):
        assert functions()[name]["Environment"]["Variables"]["PLATFORM_APIS"] == {"Ref": "PlatformApis"}
    assert template()["Parameters"]["PlatformApis"]["Default"] == ""


def test_nobody_is_answered_by_mail_until_an_identity_is_named() -> None:
    senders = [
        name for name in resources("AWS::IAM::Role") if any(each.startswith("ses:") for each, _ in granted(name))
    ]
    assert senders == ["RepliesRole", "ConnectorsRole"]
    for name in ("MailIdentity", "MailConfigurationSet"):
        assert template()["Parameters"][name]["Default"] == ""
    named = functions()["RepliesFunction"]["Environment"]["Variables"]["MAIL_CONFIGURATION_SET"]
    assert named == {"Ref": "MailConfigurationSet"}


def test_platforms_are_told_to_call_where_the_api_is_reached() -> None:
    own = functions()["RepliesFunction"]["Environment"]["Variables"]["PUBLIC_URL"]
    assert own == functions()["ProjectorFunction"]["Environment"]["Variables"]["PUBLIC_URL"]


@pytest.mark.parametrize("place", ["ProjectorFunction", "WatchFunction", "ConnectorsFunction", "the outputs"])
def test_every_department_is_known_wherever_departments_are_listed(place: str) -> None:
    value = (
        template()["Outputs"]["DepartmentQueues"]["Value"]
        if place == "the outputs"
        else functions()[place]["Environment"]["Variables"]["DEPARTMENT_QUEUES"]
    )
    assert json.loads(value["Fn::Sub"]) == {name: f"${{{department}Queue}}" for department, name in DEPARTMENTS.items()}


@pytest.mark.parametrize(("variable", "use"), [("TOOL_QUEUES", "Tool"), ("ACTS_QUEUES", "Acts")])
def test_the_connectors_know_every_departments_other_queues(variable: str, use: str) -> None:
    value = functions()["ConnectorsFunction"]["Environment"]["Variables"][variable]
    wanted = {name: f"${{{department}{use}Queue}}" for department, name in DEPARTMENTS.items()}
    assert json.loads(value["Fn::Sub"]) == wanted


def test_whoever_sets_a_department_up_learns_its_queue_of_acts_and_its_policy() -> None:
    for output, part in (("ActsQueues", "ActsQueue"), ("DepartmentAccess", "Access")):
        wanted = {name: f"${{{department}{part}}}" for department, name in DEPARTMENTS.items()}
        assert json.loads(template()["Outputs"][output]["Value"]["Fn::Sub"]) == wanted


def test_the_longest_environment_of_a_function_leaves_room_for_more_departments() -> None:
    """All of a function's variables together may have 4 KB (Lambda quotas)."""
    long = {"AWS::StackName": "s" * 40, "AWS::Region": "ap-southeast-1"}
    for name in ("OperationsFunction", "ConnectorsFunction"):
        said = json.dumps(functions()[name]["Environment"]["Variables"])
        spelled = re.sub(r"\$\{(\w+)\.QueueName\}", lambda found: f"{long['AWS::StackName']}-{found[1]}", said)
        spelled = re.sub(r"\$\{(\w+)\}", lambda found: f"{'u' * 60}{long['AWS::StackName']}-{found[1]}", spelled)
        assert len(spelled) < 3000, name


@pytest.mark.parametrize("place", ["OperationsFunction", "the outputs"])
def test_every_queue_is_known_with_its_dead_letters_wherever_queues_are_looked_after(place: str) -> None:
    value = (
        template()["Outputs"]["Queues"]["Value"]
        if place == "the outputs"
        else functions()[place]["Environment"]["Variables"]["QUEUES"]
    )
    names = {"SpillQueue": "spill", "LeftBehindQueue": "left_behind", "RepliesQueue": "replies", "MediaQueue": "media"}
    names |= {"ConnectorsMailQueue": "mail"}
    names |= {
        f"{department}{use}Queue": f"{name}{suffix}" for department, name in DEPARTMENTS.items() for use, suffix in USES
    }
    # A function's variables may not be long, so it is told the names, and where one of the queues is.
    what = ".QueueName" if place == "OperationsFunction" else ""
    assert json.loads(value["Fn::Sub"]) == {
        names[queue]: [f"${{{queue}{what}}}", f"${{{dead}{what}}}"]
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
    for name in (
        "Table",
        "DeliveryBucket",
        "MailBucket",
        "MediaBucket",
        "WebhookSecrets",
        "ApiTokens",
        "ConnectorSecrets",
        "AlarmTopic",
    ):
        tags = template()["Resources"][name]["Properties"]["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == wanted


def test_the_runbook_says_of_every_alarm_what_to_do_and_of_no_other() -> None:
    table = [line for line in (ROOT / "infra" / "README.md").read_text().splitlines() if line.startswith("| `")]
    explained = [name for line in table for name in re.findall(r"`(\w+Alarm)`", line.split("|")[1])]
    assert sorted(explained) == sorted(alarms())
