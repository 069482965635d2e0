"""`template.yaml`, read by tests: what they build is what is deployed."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SHARED_PAYLOADS = ROOT.parent / "shared" / "payloads"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref x` becomes `{"Ref": x}`, `!Sub x` becomes `{"Fn::Sub": x}`."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def template() -> dict[str, Any]:
    """Return the template as CloudFormation reads it."""
    found = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader with tags
    assert isinstance(found, dict)
    return found


def resources(type_name: str) -> dict[str, dict[str, Any]]:
    """Return the template's resources of one type, by logical id."""
    return {name: found for name, found in template()["Resources"].items() if found["Type"] == type_name}


def table_definition(name: str) -> dict[str, Any]:
    """Return the arguments that create the template's table under this name."""
    (table,) = resources("AWS::DynamoDB::Table").values()
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {"TableName": name} | {key: table["Properties"][key] for key in wanted}


def routes_to(integration: str) -> set[str]:
    """Return the routes of the API, such as `GET /ledger`, that lead to one of its integrations."""
    target = {"Fn::Sub": f"integrations/${{{integration}}}"}
    routes = (route["Properties"] for route in resources("AWS::ApiGatewayV2::Route").values())
    return {route["RouteKey"] for route in routes if route["Target"] == target}
