"""The only place that reads the environment: one frozen model per function, checked when the function starts."""

import os
from collections.abc import Mapping

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.errors import ConfigurationError
from shared.media.scanning import Scanning
from shared.models import Identifier


class Settings(BaseModel):
    """A function's environment; each field is the variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class DoorSettings(Settings):
    """What `services/webhooks` needs: `platform_apis` as in `PlatformSettings`."""

    table_name: str = Field(min_length=1)
    spill_queue_url: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    webhook_secrets_id: str = Field(min_length=1)
    platform_apis: dict[str, Identifier] = Field(default_factory=dict)

    @field_validator("platform_apis", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value or "{}") if isinstance(value, str) else value


class ProjectionSettings(Settings):
    """What `services/projector` and `services/watch` need: `department_queues` is JSON, department to queue URL.

    `mail_bucket` is where SES puts the mail that customers write, and `connect_bucket` where Contact Lens writes down
    calls; empty where none comes that way. `aws_lambda_function_version` is the runtime's own: the number of the
    published version that runs.
    """

    table_name: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    mail_bucket: str = ""
    connect_bucket: str = ""
    department_queues: dict[str, Identifier] = Field(min_length=1)
    replies_queue_url: str = Field(min_length=1)
    public_url: str = ""
    aws_lambda_function_version: str = "local"

    @property
    def places(self) -> dict[str, str]:
        """Return the buckets that hold what deliveries tell of, by the platform that puts it there."""
        return {"ses": self.mail_bucket, "connect": self.connect_bucket}

    @field_validator("department_queues", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value) if isinstance(value, str) else value


class PlatformSettings(Settings):
    """What whoever calls platforms needs: `platform_apis` is JSON, a host to the URL on this machine at which it is
    reached instead; empty wherever customers are."""

    table_name: str = Field(min_length=1)
    api_tokens_id: str = Field(min_length=1)
    platform_apis: dict[str, Identifier] = Field(default_factory=dict)

    @field_validator("platform_apis", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value or "{}") if isinstance(value, str) else value


class ChannelSettings(PlatformSettings):
    """What `services/channels` needs."""


class PollerSettings(PlatformSettings):
    """What `services/poller` needs."""

    delivery_bucket: str = Field(min_length=1)


class MediaSettings(PlatformSettings):
    """What `services/media` needs. `media_most_megabytes` is how large a file may be that is copied,
    `media_retention_days` for how long the bucket keeps it (0 for ever), and `media_scanning` who looks for malware in
    it. `mail_bucket` is where SES puts the mail that customers write; empty where none comes that way."""

    media_queue_url: str = Field(min_length=1)
    media_bucket: str = Field(min_length=1)
    mail_bucket: str = ""
    media_most_megabytes: int = Field(25, ge=1, le=200)
    media_retention_days: int = Field(0, ge=0)
    media_scanning: Scanning = "none"


class RepliesSettings(PlatformSettings):
    """What `services/replies` needs. `mail_configuration_set` is the configuration set of SES by which it tells what
    became of a mail; empty where it is to tell nothing, or the sender's identity has one of its own. `public_url` is
    where our webhooks are reached, for platforms that are told where to call us; empty where they are not to be."""

    replies_queue_url: str = Field(min_length=1)
    mail_configuration_set: str = ""
    public_url: str = ""


class OperationsSettings(Settings):
    """What `services/operations` needs: `queues` is JSON, what a queue is called to its own name and its dead-letter
    queue's, as SQS knows them: all a function's variables may have 4 KB together, and URLs are long. They are where
    `spill_queue_url` is."""

    table_name: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    spill_queue_url: str = Field(min_length=1)
    queues: dict[str, tuple[Identifier, Identifier]] = Field(min_length=1)

    @property
    def queue_urls(self) -> dict[str, tuple[str, str]]:
        """Return the URLs of each queue and of its dead-letter queue."""
        beside = self.spill_queue_url.rpartition("/")[0]
        return {name: (f"{beside}/{own}", f"{beside}/{dead}") for name, (own, dead) in self.queues.items()}

    @field_validator("queues", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value) if isinstance(value, str) else value


class ConnectorSettings(Settings):
    """What `services/connectors` needs. Three are JSON, department to queue URL: `department_queues` have its
    hand-offs, `tool_queues` those of them that its tool has not taken yet, `acts_queues` what it does with them.
    `mail_queue_url` is the queue of the mail that came, and `mail_bucket` has the mail itself; empty where none can
    come."""

    table_name: str = Field(min_length=1)
    connector_secrets_id: str = Field(min_length=1)
    department_queues: dict[str, Identifier] = Field(min_length=1)
    tool_queues: dict[str, Identifier] = Field(min_length=1)
    acts_queues: dict[str, Identifier] = Field(min_length=1)
    mail_queue_url: str = Field(min_length=1)
    mail_bucket: str = ""

    @field_validator("department_queues", "tool_queues", "acts_queues", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value) if isinstance(value, str) else value


class LookupSettings(Settings):
    """What `services/customer360` needs. `media_bucket` has the copies of files; without it, no links to them are
    given. `media_scanning` is who looks for malware in them: what nobody has looked at is then not given either."""

    table_name: str = Field(min_length=1)
    media_bucket: str = ""
    media_scanning: Scanning = "none"


class CallsSettings(Settings):
    """What `services/calls` needs. `connect_instance_arn` is the instance that is heard; empty where none is."""

    table_name: str = Field(min_length=1)
    spill_queue_url: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    connect_instance_arn: str = ""

    @property
    def instance(self) -> str:
        """Return the instance's id, which ends its ARN."""
        return self.connect_instance_arn.rpartition("/")[2]


class GreetingSettings(Settings):
    """What `services/greeting` needs."""

    table_name: str = Field(min_length=1)


class DeskSettings(Settings):
    """What `services/desk` needs."""

    table_name: str = Field(min_length=1)


def read[T: Settings](model: type[T], environment: Mapping[str, str] | None = None) -> T:
    """Return a function's settings.

    Raises `ConfigurationError` that names every variable that is missing or wrong.
    """
    source = os.environ if environment is None else environment
    values = {name: source[name.upper()] for name in model.model_fields if name.upper() in source}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        named = dict.fromkeys(str(found["loc"][0]).upper() for found in error.errors())
        raise ConfigurationError(f"set these environment variables correctly: {', '.join(named)}") from None
