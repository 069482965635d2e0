"""Who asks, who writes, and in whose name.

- `desk/write` lets its holder see a department's cases and take them on, answer, note, promise, and write needs and
  consents down; `customers/link` lets them say who is one person with whom.
- `department/<name>`, once or several times, limits that to what is done in the name of these departments and about
  their cases. Without any there is no such limit.
- `purpose/<name>` limits what is shown: with one, cases are only where the playbook names `escalations` for it, and
  ways to answer where it names `reach`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from shared.casework.steps import OURSELVES, Agent
from shared.errors import Forbidden, InvalidParameter
from shared.http import scopes
from shared.http.writing import idempotency_key
from shared.ids import step_id
from shared.playbook import Playbook

WRITE = "desk/write"
LINK = "customers/link"

CASES = "escalations"
REACH = "reach"


@dataclass(frozen=True, slots=True)
class Caller:
    """A token's subject, the departments that it is limited to, and the parts of answers that its purposes take; none
    where there is no such limit."""

    subject: str
    departments: frozenset[str] | None
    parts: frozenset[str] | None

    def reaches(self, department: str | None) -> bool:
        return self.departments is None or department in self.departments

    def must_see(self, part: str) -> None:
        """Raise `Forbidden` when the token's purposes leave a part of what there is to see out."""
        if self.parts is not None and part not in self.parts:
            raise Forbidden(f"no purpose of the token takes {part}; the playbook says what each takes")

    def department(self, wanted: str, playbook: Playbook, *, field: str) -> str:
        """Return a department that is asked about.

        Raises `InvalidParameter`, which names the field and the departments in reach, for one that there is not, or
        that is out of reach.
        """
        reached = [each.name for each in playbook.departments if self.reaches(each.name)]
        if wanted in reached:
            return wanted
        names = ", ".join(reached)
        raise InvalidParameter(field, f"there is no such department, or the token lacks it; name one of: {names}")


@dataclass(frozen=True, slots=True)
class Writer(Caller):
    """Somebody who writes: with the key under which the request is done once."""

    key: str

    def step_id(self, identity: str) -> str:
        """Return the id of what the request does about an identity."""
        return step_id(subject=self.subject, identity=identity, idempotency_key=self.key)

    def step_id_with(self, identity: str, what: str) -> str:
        """Return the id of what the request does with one of an identity's cases or replies: a key is another one for
        each of them."""
        # No key has a blank in it, so that no two pairs read the same.
        return step_id(subject=self.subject, identity=identity, idempotency_key=f"{what} {self.key}")

    def agent(self, department: str | None, playbook: Playbook) -> Agent:
        """Return in whose name something is done: the department that is named, else the only one of the token, else
        nobody's.

        Raises `Forbidden` for one out of the token's reach, and `InvalidParameter` for one that the playbook has not
        got, and when the token is limited to several and none of them is named.
        """
        if department is None and self.departments:
            if len(self.departments) > 1:
                raise InvalidParameter("department", "is missing; the token is of several, so name one of them")
            (department,) = self.departments
        if not self.reaches(department):
            raise Forbidden(f"the token lacks the scope department/{department}", field="department")
        names = [each.name for each in playbook.departments]
        if department is not None and department not in names:
            raise InvalidParameter("department", f"there is no such department; name one of: {', '.join(names)}")
        return Agent(subject=self.subject, department=department)


def caller(request: Request, *, needed: str, playbook: Callable[[], Playbook]) -> Caller:
    """Return who makes a request, by the HTTP API's event (payload format 2.0) that it came with.

    Raises `Unauthenticated` when the gateway has put no claims there or they name nobody, and `Forbidden` when they
    lack the scope that is needed, have one that means nothing, or name us: nobody's steps are to be taken for those
    that the product takes by itself.
    """
    event = request.scope.get("aws.event")
    limits = scopes.limits(scopes.scopes(event, needed=needed), playbook)
    subject = scopes.subject(event)
    if subject.strip().casefold() == OURSELVES:
        raise Forbidden(
            f"the token's subject is {OURSELVES}, as which the product itself acts; use another", field="sub"
        )
    return Caller(subject, limits.departments, limits.parts)


def writer(request: Request, *, needed: str, playbook: Callable[[], Playbook]) -> Writer:
    """Return who makes a request that writes; raises what `caller` raises, and only then `MalformedRequest` when there
    is no key."""
    found = caller(request, needed=needed, playbook=playbook)
    return Writer(found.subject, found.departments, found.parts, idempotency_key(request))
