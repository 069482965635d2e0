"""What a token may see. The gateway has verified it; here its scopes are read, and whatever is unclear is refused.

- `customers/read` lets its holder look customers up.
- `department/<name>`, once or several times, limits that to the cases of these departments: of other departments' cases
  the holder learns the department and the state, and the words that such a case rests on are withheld in the timeline.
- Without any `department/...` scope there is no such limit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.errors import Forbidden, Unauthenticated

READ = "customers/read"
_DEPARTMENT = "department/"


@dataclass(frozen=True, slots=True)
class Access:
    """Which departments' cases a caller may read: these, or all where there is no limit."""

    departments: frozenset[str] | None = None

    def reaches(self, department: str) -> bool:
        return self.departments is None or department in self.departments


def access(event: object) -> Access:
    """Return what the caller of an HTTP API's event (payload format 2.0) may see.

    Raises `Unauthenticated` when the gateway's JWT authorizer has put no claims there, and `Forbidden` when they lack
    the scope `customers/read`.
    """
    claims = event
    for step in ("requestContext", "authorizer", "jwt", "claims"):
        claims = claims.get(step) if isinstance(claims, Mapping) else None
    if not isinstance(claims, Mapping) or not claims:
        raise Unauthenticated("the request carries no token that the gateway verified")
    scopes = frozenset(_scopes(claims))
    if READ not in scopes:
        raise Forbidden(f"the token lacks the scope {READ}")
    limits = frozenset(scope.removeprefix(_DEPARTMENT) for scope in scopes if scope.startswith(_DEPARTMENT))
    return Access(limits or None)


def _scopes(claims: Mapping[object, object]) -> Iterator[str]:
    """Yield the scopes of `scope` (RFC 8693, section 4.2) and `scp` (Microsoft Entra, Okta)."""
    for name in ("scope", "scp"):
        yield from _words(claims.get(name))


def _words(value: object) -> Iterable[str]:
    # The gateway hands a list over as text: "[customers/read department/billing]".
    if isinstance(value, str):
        return value.strip("[]").replace(",", " ").split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
