"""Who issues tokens for the lookup, the desk and operations on this machine: the engine's own Cognito."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from infra.local.home import REGION, Home, Trouble

_POOL = "mostrador-local-3"  # another name for other scopes: a pool that an older state has would not know them
_DEPARTMENTS = ("billing", "delivery_and_orders", "technical", "care")
_PURPOSES = ("delivery",)
_SCOPES = {
    "customers": ("read", "link", "audit"),
    "desk": ("write",),
    "operations": ("read",),
    "department": _DEPARTMENTS,
    "purpose": _PURPOSES,
}
"""What a token may carry (`customers/read` and so on: services/*/), by Cognito's resource server."""

_OF_A_DEPARTMENT = ("customers/read", "desk/write")
_OF_ALL = (*_OF_A_DEPARTMENT, "customers/link", "customers/audit", "operations/read")


@dataclass(frozen=True, slots=True)
class Issuer:
    """A user pool with one client: `audience` is the client's id, which is what its tokens are made for."""

    url: str
    audience: str
    secret: str

    @classmethod
    def of(cls, home: Home) -> "Issuer":
        """Return the installation's issuer, made when there is none yet."""
        cognito = home.client("cognito-idp")
        pools = {pool["Name"]: pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]}
        pool_id = pools.get(_POOL) or _make(cognito)
        (client,) = cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]
        found = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client["ClientId"])["UserPoolClient"]
        return cls(f"https://cognito-idp.{REGION}.amazonaws.com/{pool_id}", found["ClientId"], found["ClientSecret"])

    def token(self, home: Home, *, departments: Sequence[str] = (), scopes: Sequence[str] = ()) -> str:
        """Return an access token, good for an hour: with exactly these scopes; else, with departments, for the lookup
        and the desk as far as their cases go; else for all that there is."""
        limits = [f"department/{name}" for name in departments]
        scopes = scopes or [*(_OF_A_DEPARTMENT if limits else _OF_ALL), *limits]
        answer = httpx.post(
            f"{home.endpoint}/oauth2/token",
            data={"grant_type": "client_credentials", "scope": " ".join(scopes)},
            auth=(self.audience, self.secret),
            trust_env=False,
        )
        if not answer.is_success:
            raise Trouble(f"the engine's Cognito gave no token: it answered {answer.status_code}")
        return str(answer.json()["access_token"])


def _make(cognito: Any) -> str:
    pool_id: str = cognito.create_user_pool(PoolName=_POOL)["UserPool"]["Id"]
    for server, names in _SCOPES.items():
        scopes = [{"ScopeName": name, "ScopeDescription": f"{server}/{name}"} for name in names]
        cognito.create_resource_server(UserPoolId=pool_id, Identifier=server, Name=server, Scopes=scopes)
    cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="local",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"{server}/{name}" for server, names in _SCOPES.items() for name in names],
    )
    return pool_id
