"""What a token may see.

- `customers/read` lets its holder look customers up.
- `department/<name>`, once or several times, limits that to the cases of these departments: of other departments' cases
  the holder learns the department and the state, and the words that such a case rests on are withheld in the timeline.
- Without any `department/...` scope there is no such limit.
"""

from dataclasses import dataclass

from shared.http.scopes import scopes

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
    found = scopes(event, needed=READ)
    limits = frozenset(scope.removeprefix(_DEPARTMENT) for scope in found if scope.startswith(_DEPARTMENT))
    return Access(limits or None)
