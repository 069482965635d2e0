"""The scopes of a token. The gateway has verified it; here it is read, and whatever is unclear is refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.errors import Forbidden, Unauthenticated
from shared.playbook import Playbook
from shared.subjects import scheme_of

_LONGEST = 255
"""How many characters a subject may have."""


def scopes(event: object, *, needed: str) -> frozenset[str]:
    """Return the scopes of the caller of an HTTP API's event (payload format 2.0).

    Raises `Unauthenticated` when the gateway's JWT authorizer has put no claims there, and `Forbidden` when they lack
    the scope that is needed.
    """
    found = frozenset(_scopes(_claims(event)))
    if needed not in found:
        raise Forbidden(f"the token lacks the scope {needed}")
    return found


def subject(event: object) -> str:
    """Return who the caller of an HTTP API's event is: the token's `sub` (RFC 7519, section 4.1.2), or else its
    `client_id` (RFC 9068, section 2.2).

    Raises `Unauthenticated` when the token has neither, or none of at most 255 characters (OpenID Connect Core,
    section 2): it is kept with everything that its holder does. Raises `Forbidden` for one that begins like those of
    people in a department's tool, or of AWS principals (`shared/subjects.py`): its holder would be taken for one.
    """
    claims = _claims(event)
    named = (claims.get(name) for name in ("sub", "client_id"))
    found = next((name for name in named if isinstance(name, str) and name.strip() and len(name) <= _LONGEST), None)
    if found is None:
        raise Unauthenticated(
            "the token says nothing of whose it is; it needs the claim sub or client_id, of 255 characters at most"
        )
    if scheme := scheme_of(found):
        whose = "which is kept for those who act in a department's own tool, without a token; use another"
        raise Forbidden(f"the token's subject begins with {scheme}:, {whose}", field="sub")
    return found


def request_id(event: object) -> str:
    """Return the gateway's own id of the request, or nothing where there is none."""
    context = event.get("requestContext") if isinstance(event, Mapping) else None
    found = context.get("requestId") if isinstance(context, Mapping) else None
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What limits a token: departments, and purposes with the parts of answers that they take; none where it has no
    such scope."""

    departments: frozenset[str] | None
    purposes: tuple[str, ...]
    parts: frozenset[str] | None


def limits(found: Iterable[str], playbook: Callable[[], Playbook]) -> Limits:
    """Return what scopes limit their holder to; the playbook is asked for only when they do.

    `department/<name>` stands for the cases of a department, `purpose/<name>` for the parts that the playbook names for
    a purpose; several of a kind add up. Raises `Forbidden` for one that names nothing of the playbook: it would show
    nothing, and whoever gave it meant something.
    """
    departments, purposes = (_named(kind, found) for kind in ("department", "purpose"))
    if not departments and not purposes:
        return Limits(None, (), None)
    known = playbook()
    taken = {each.name: each.fields for each in known.purposes}
    _must_be_known("department", departments, {each.name for each in known.departments})
    _must_be_known("purpose", purposes, taken)
    parts = frozenset(part for name in purposes for part in taken[name])
    return Limits(frozenset(departments) or None, purposes, parts if purposes else None)


def _named(kind: str, found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(scope.removeprefix(f"{kind}/") for scope in found if scope.startswith(f"{kind}/")))


def _must_be_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise Forbidden(f"the token's scope {kind}/{name} names no {kind} of the playbook; correct the token")


def _claims(event: object) -> Mapping[object, object]:
    claims = event
    for step in ("requestContext", "authorizer", "jwt", "claims"):
        claims = claims.get(step) if isinstance(claims, Mapping) else None
    if not isinstance(claims, Mapping) or not claims:
        raise Unauthenticated("the request carries no token that the gateway verified")
    return claims


def _scopes(claims: Mapping[object, object]) -> Iterator[str]:
    """Yield the scopes of `scope` (RFC 8693, section 4.2) and `scp` (Microsoft Entra, Okta)."""
    for name in ("scope", "scp"):
        yield from _words(claims.get(name))


def _words(value: object) -> Iterable[str]:
    # The gateway hands a list over as text: "[customers/read department/billing]".
    if isinstance(value, str):
        return value.strip("[]").replace(",", " ").split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
