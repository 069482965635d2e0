"""Settings: what is missing or wrong is named, what it holds is not."""

import traceback

import pytest

from shared.errors import ConfigurationError
from shared.settings import (
    ChannelSettings,
    DoorSettings,
    LookupSettings,
    MediaSettings,
    PlatformSettings,
    PollerSettings,
    ProjectionSettings,
    RepliesSettings,
    Settings,
    read,
)

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
    "REPLIES_QUEUE_URL": "https://sqs.invalid/replies.fifo",
}
MEDIA = {
    "TABLE_NAME": "table",
    "API_TOKENS_ID": "t",
    "MEDIA_BUCKET": "files",
    "MEDIA_QUEUE_URL": "https://sqs.invalid/m",
}
REPLIES = {"TABLE_NAME": "table", "REPLIES_QUEUE_URL": "https://sqs.invalid/replies.fifo", "API_TOKENS_ID": "tokens"}
COMPLETE: list[tuple[type[Settings], dict[str, str]]] = [
    (DoorSettings, DOOR),
    (ProjectionSettings, PROJECTION),
    (LookupSettings, {"TABLE_NAME": "table"}),
    (RepliesSettings, REPLIES),
    (ChannelSettings, {"TABLE_NAME": "table", "API_TOKENS_ID": "tokens"}),
    (MediaSettings, MEDIA),
    (PollerSettings, {"TABLE_NAME": "table", "API_TOKENS_ID": "tokens", "DELIVERY_BUCKET": "deliveries"}),
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


@pytest.mark.parametrize("model", [ChannelSettings, RepliesSettings])
def test_platforms_are_reached_where_they_are_unless_it_says_otherwise(model: type[PlatformSettings]) -> None:
    for empty in ({}, {"PLATFORM_APIS": ""}, {"PLATFORM_APIS": "{}"}):
        assert read(model, REPLIES | empty).platform_apis == {}
    here = "http://127.0.0.1:4567/api.example"
    assert read(model, REPLIES | {"PLATFORM_APIS": f'{{"api.example": "{here}"}}'}).platform_apis == {
        "api.example": here
    }


@pytest.mark.parametrize("named", ["", "mostrador"])
def test_mail_is_sent_with_a_configuration_set_if_one_is_named(named: str) -> None:
    assert read(RepliesSettings, REPLIES | {"MAIL_CONFIGURATION_SET": named}).mail_configuration_set == named
    assert read(RepliesSettings, REPLIES).mail_configuration_set == ""


def test_platforms_are_told_where_to_call_us_if_that_is_known() -> None:
    assert read(RepliesSettings, REPLIES | {"PUBLIC_URL": "https://api.example"}).public_url == "https://api.example"
    assert read(RepliesSettings, REPLIES).public_url == ""


@pytest.mark.parametrize(
    "said", [CANARY, f'["{CANARY}"]', f'{{"api.example": {{"{CANARY}": 1}}}}', '{"api.example": ""}']
)
def test_stand_ins_that_are_no_map_of_urls_are_named_and_not_quoted(said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(RepliesSettings, REPLIES | {"PLATFORM_APIS": said})
    assert str(refused.value).endswith(": PLATFORM_APIS")
    assert CANARY not in "".join(traceback.format_exception(refused.value))


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "from the process")
    assert read(LookupSettings).table_name == "from the process"
    monkeypatch.delenv("TABLE_NAME")
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        read(LookupSettings)


def test_files_are_bounded_and_unscanned_unless_it_is_said_otherwise() -> None:
    settings = read(MediaSettings, MEDIA)
    assert (settings.media_most_megabytes, settings.media_retention_days, settings.media_scanning) == (25, 0, "none")
    said = {"MEDIA_MOST_MEGABYTES": "100", "MEDIA_RETENTION_DAYS": "30", "MEDIA_SCANNING": "guardduty"}
    settings = read(MediaSettings, MEDIA | said)
    assert (settings.media_most_megabytes, settings.media_retention_days) == (100, 30)
    assert settings.media_scanning == "guardduty"
    for name, wrong in {"MEDIA_MOST_MEGABYTES": "0", "MEDIA_RETENTION_DAYS": "-1", "MEDIA_SCANNING": "clamav"}.items():
        with pytest.raises(ConfigurationError, match=name):
            read(MediaSettings, MEDIA | {name: wrong})
