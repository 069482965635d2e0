"""The webhook secrets of all accounts: one JSON document in Secrets Manager, kept for as long as it proves right.

    {"telegram/shop_bot": {"signing": ["current", "previous"]},
     "meta/shop":         {"signing": ["app secret"], "handshake": ["verify token"]}}

`signing` are the secrets that a delivery may be signed with, the current one first; two live ones let a secret be
rotated without losing a delivery. `handshake` are those that a platform's handshake is checked with, on the
platforms that have one of its own.

The tokens that platforms are asked with stand in a document of their own, which the door never reads:

    {"telegram/shop_bot": {"token": "..."},
     "meta/shop":         {"token": "...", "things": {"<Page id>": "its own token"}}}

Those of the tools in which departments work stand in a third one, by department: `signing` are the secrets that what
comes from the tool is signed with, or what goes to it; `token` is what the tool's API is asked with, where it has one:

    {"billing":   {"signing": ["current", "previous"], "token": "..."},
     "technical": {"signing": ["whsec_..."]}}
"""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from shared.errors import ConfigurationError, StoreUnavailable, UnknownAccount

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

REFRESH_SECONDS = 60.0


class AccountSecrets(BaseModel):
    """One account's secrets, current first; never empty, since an empty key would prove anything."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    signing: tuple[str, ...] = Field(min_length=1, max_length=2, repr=False)
    handshake: tuple[str, ...] = Field(default=(), max_length=2, repr=False)

    @model_validator(mode="after")
    def _none_is_empty(self) -> "AccountSecrets":
        if not all(secret.strip() for secret in (*self.signing, *self.handshake)):
            raise ValueError("an empty secret would prove anything")
        return self


_Document = dict[str, AccountSecrets]
_document_adapter: TypeAdapter[_Document] = TypeAdapter(_Document, config=ConfigDict(hide_input_in_errors=True))


def parse(document: str) -> Mapping[str, AccountSecrets]:
    """Return the secrets by `<platform>/<account>`.

    Raises `ConfigurationError` that names the accounts whose secrets are missing, empty or more than two.
    """
    try:
        return _document_adapter.validate_json(document)
    except ValidationError as error:
        raise ConfigurationError(
            f"webhook secrets: give one or two non-empty secrets, current first, at: {_places(error)}"
        ) from None


def _places(error: ValidationError) -> str:
    places = {".".join(str(part) for part in found["loc"]) or "the document" for found in error.errors()}
    return ", ".join(sorted(places))


class ApiToken(BaseModel):
    """What an account's platform is asked with: `token`, and others for single things (a Page) by their id."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_min_length=1)

    token: str = Field(repr=False)
    things: Mapping[str, str] = Field(default_factory=dict, repr=False)


_Tokens = dict[str, ApiToken]
_tokens_adapter: TypeAdapter[_Tokens] = TypeAdapter(_Tokens, config=ConfigDict(hide_input_in_errors=True))


def parse_tokens(document: str) -> Mapping[str, ApiToken]:
    """Return the API tokens by `<platform>/<account>`.

    Raises `ConfigurationError` that names the accounts whose tokens are missing or empty.
    """
    try:
        return _tokens_adapter.validate_json(document)
    except ValidationError as error:
        raise ConfigurationError(
            f'API tokens: write {{"<platform>/<account>": {{"token": "..."}}}}; wrong at: {_places(error)}'
        ) from None


def api_tokens(client: "SecretsManagerClient", secret_id: str) -> Mapping[str, ApiToken]:
    """Return the API tokens as they are now; raises `StoreUnavailable` when they cannot be read."""
    try:
        answer = client.get_secret_value(SecretId=secret_id)
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable(f"the API tokens cannot be read now ({type(error).__name__})") from error
    return parse_tokens(answer["SecretString"])


class ToolSecrets(BaseModel):
    """The secrets of the tool in which a department works, the current one of `signing` first."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    signing: tuple[str, ...] = Field(min_length=1, max_length=2, repr=False)
    token: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _none_is_empty(self) -> "ToolSecrets":
        if not all(secret.strip() for secret in self.signing):
            raise ValueError("an empty secret would prove anything")
        return self


_Tools = dict[str, ToolSecrets]
_tools_adapter: TypeAdapter[_Tools] = TypeAdapter(_Tools, config=ConfigDict(hide_input_in_errors=True))


def parse_tools(document: str) -> Mapping[str, ToolSecrets]:
    """Return the secrets of departments' tools by the department's name.

    Raises `ConfigurationError` that names the departments whose secrets are missing, empty or more than two.
    """
    try:
        return _tools_adapter.validate_json(document)
    except ValidationError as error:
        raise ConfigurationError(
            "secrets of tools: give one or two non-empty secrets as `signing`, current first, and a `token` where the "
            f"tool has one; wrong at: {_places(error)}"
        ) from None


class _Kept[S]:
    """Secrets by name, fetched when first asked for, and again at most once a minute when they did not fit."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        *,
        what: str,
        read: Callable[[str], Mapping[str, S]],
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._what = what
        self._read = read
        self._clock = clock
        self._document: Mapping[str, S] | None = None
        self._asked_at = 0.0

    def find(self, name: str) -> S | None:
        """Return the secrets of that name, having looked again for some that are not there if a minute has passed."""
        if name not in (self._document or {}):
            self.refresh()
        return (self._document or {}).get(name)

    def refresh(self) -> bool:
        """Fetch the document again unless that was tried within the last minute; return whether it was fetched.

        Raises `StoreUnavailable` when it cannot be read now, and `ConfigurationError` when it cannot be used; the
        secrets known so far stay in force.
        """
        now = self._clock()
        if self._document is not None and now - self._asked_at < REFRESH_SECONDS:
            return False
        self._asked_at = now
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(f"the {self._what} cannot be read now ({type(error).__name__})") from error
        self._document = self._read(answer["SecretString"])
        return True


class WebhookSecrets(_Kept[AccountSecrets]):
    """The webhook secrets of all accounts."""

    def __init__(
        self, client: "SecretsManagerClient", secret_id: str, *, clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(client, secret_id, what="webhook secrets", read=parse, clock=clock)

    def of(self, platform: str, account: str) -> AccountSecrets:
        """Return an account's secrets.

        Raises `UnknownAccount` when there are none, having looked again if a minute has passed.
        """
        if (found := self.find(f"{platform}/{account}")) is None:
            raise UnknownAccount("no webhook secret is kept for this account of this platform")
        return found


class ConnectorSecrets(_Kept[ToolSecrets]):
    """The secrets of all tools in which departments work."""

    def __init__(
        self, client: "SecretsManagerClient", secret_id: str, *, clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(client, secret_id, what="secrets of tools", read=parse_tools, clock=clock)

    def of(self, department: str) -> ToolSecrets:
        """Return the secrets of a department's tool.

        Raises `ConfigurationError` when there are none, having looked again if a minute has passed.
        """
        if (found := self.find(department)) is None:
            raise ConfigurationError(f"no secrets are kept for the tool of {department}; publish them")
        return found
