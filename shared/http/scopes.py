"""The scopes of a token. The gateway has verified it; here it is read, and whatever is unclear is refused."""

from collections.abc import Iterable, Iterator, Mapping

from shared.errors import Forbidden, Unauthenticated


def scopes(event: object, *, needed: str) -> frozenset[str]:
    """Return the scopes of the caller of an HTTP API's event (payload format 2.0).

    Raises `Unauthenticated` when the gateway's JWT authorizer has put no claims there, and `Forbidden` when they lack
    the scope that is needed.
    """
    claims = event
    for step in ("requestContext", "authorizer", "jwt", "claims"):
        claims = claims.get(step) if isinstance(claims, Mapping) else None
    if not isinstance(claims, Mapping) or not claims:
        raise Unauthenticated("the request carries no token that the gateway verified")
    found = frozenset(_scopes(claims))
    if needed not in found:
        raise Forbidden(f"the token lacks the scope {needed}")
    return found


def _scopes(claims: Mapping[object, object]) -> Iterator[str]:
    """Yield the scopes of `scope` (RFC 8693, section 4.2) and `scp` (Microsoft Entra, Okta)."""
    for name in ("scope", "scp"):
        yield from _words(claims.get(name))


def _words(value: object) -> Iterable[str]:
    # The gateway hands a list over as text: "[customers/read department/billing]".
    if isinstance(value, str):
        return value.strip("[]").replace(",", " ").split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
