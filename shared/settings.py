"""The only place that reads the environment: one frozen model per function, checked when the function starts."""

import os
from collections.abc import Mapping

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.errors import ConfigurationError
from shared.models import Identifier


class Settings(BaseModel):
    """A function's environment; each field is the variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class DoorSettings(Settings):
    """What `services/webhooks` needs."""

    table_name: str = Field(min_length=1)
    spill_queue_url: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    webhook_secrets_id: str = Field(min_length=1)


class ProjectionSettings(Settings):
    """What `services/projector` and `services/watch` need: `department_queues` is JSON, department to queue URL.

    `aws_lambda_function_version` is the runtime's own: the number of the published version that runs.
    """

    table_name: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    department_queues: dict[str, Identifier] = Field(min_length=1)
    public_url: str = ""
    aws_lambda_function_version: str = "local"

    @field_validator("department_queues", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value) if isinstance(value, str) else value


class ChannelSettings(Settings):
    """What `services/channels` needs."""

    table_name: str = Field(min_length=1)
    api_tokens_id: str = Field(min_length=1)


class OperationsSettings(Settings):
    """What `services/operations` needs: `queues` is JSON, a queue's name to its URL and its dead-letter queue's."""

    table_name: str = Field(min_length=1)
    delivery_bucket: str = Field(min_length=1)
    queues: dict[str, tuple[Identifier, Identifier]] = Field(min_length=1)

    @field_validator("queues", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return orjson.loads(value) if isinstance(value, str) else value


class LookupSettings(Settings):
    """What `services/customer360` needs."""

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
