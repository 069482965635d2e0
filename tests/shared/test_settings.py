"""Settings: what is missing or wrong is named, what it holds is not."""

import traceback

import pytest

from shared.errors import ConfigurationError
from shared.settings import ChannelSettings, DoorSettings, LookupSettings, ProjectionSettings, Settings, read

CANARY = "canary-4711"
DOOR = {
    "TABLE_NAME": "table",
    "SPILL_QUEUE_URL": "https://sqs.invalid/spill",
    "DELIVERY_BUCKET": "deliveries",
    "WEBHOOK_SECRETS_ID": "secrets",
}
PROJECTION = {
    "TABLE_NAME": "table",
    "DELIVERY_BUCKET": "deliveries",
    "DEPARTMENT_QUEUES": '{"billing": "https://sqs.invalid/billing.fifo"}',
}
COMPLETE: list[tuple[type[Settings], dict[str, str]]] = [
    (DoorSettings, DOOR),
    (ProjectionSettings, PROJECTION),
    (LookupSettings, {"TABLE_NAME": "table"}),
    (ChannelSettings, {"TABLE_NAME": "table", "API_TOKENS_ID": "tokens"}),
]


@pytest.mark.parametrize(("model", "environment"), COMPLETE)
def test_a_complete_environment_is_read_whatever_else_is_in_it(
    model: type[Settings], environment: dict[str, str]
) -> None:
    settings = read(model, environment | {"PATH": "/bin", "table_name": "lower case is another variable"})
    assert settings.model_dump()["table_name"] == "table"


@pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
@pytest.mark.parametrize(("model", "environment"), COMPLETE)
def test_every_variable_that_is_missing_is_named(
    model: type[Settings], environment: dict[str, str], empty: bool
) -> None:
    for left_out in environment:
        kept = {name: value for name, value in environment.items() if name != left_out}
        with pytest.raises(ConfigurationError) as refused:
            read(model, kept | ({left_out: ""} if empty else {}))
        assert str(refused.value).endswith(f": {left_out}")
    with pytest.raises(ConfigurationError) as refused:
        read(model, {})
    assert all(name in str(refused.value) for name in environment)


@pytest.mark.parametrize(
    "queues",
    [
        CANARY,
        f'{{"billing": "{CANARY}"',
        f'["{CANARY}"]',
        f'"{CANARY}"',
        "{}",
        "null",
        f'{{"billing": {{"url": "{CANARY}"}}, "care": 1}}',
        '{"billing": ""}',
    ],
)
def test_queues_that_are_no_map_of_urls_are_named_once_and_not_quoted(queues: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(ProjectionSettings, PROJECTION | {"DEPARTMENT_QUEUES": queues})
    assert str(refused.value).endswith(": DEPARTMENT_QUEUES")
    assert CANARY not in "".join(traceback.format_exception(refused.value))


def test_queues_are_read_by_department() -> None:
    settings = read(ProjectionSettings, PROJECTION | {"PUBLIC_URL": "https://api.example.com"})
    assert settings.department_queues == {"billing": "https://sqs.invalid/billing.fifo"}
    assert settings.public_url == "https://api.example.com"


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "from the process")
    assert read(LookupSettings).table_name == "from the process"
    monkeypatch.delenv("TABLE_NAME")
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        read(LookupSettings)
