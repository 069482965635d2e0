"""What the desk answers of the company: its departments and people as they are now."""

from pydantic import Field

from services.desk.contract import Part
from shared.models import Instant


class Duty(Part):
    """People who are on call together."""

    people: tuple[str, ...] = Field(description="By their subjects, as tokens name them.")
    since: Instant | None = Field(description="Null where it has begun already.")
    until: Instant | None = Field(description="Null where it does not end within five weeks.")


class Department(Part):
    """A department as it is now."""

    name: str
    title: str
    time_zone: str
    fallback: str | None = Field(description="Which gets what this one does not accept in time.")
    is_open: bool = Field(description="Whether somebody is there, by its calendar.")
    opens_at: Instant | None = Field(description="While it is closed.")
    closes_at: Instant | None = Field(description="While it is open; null where it stays so for five weeks.")
    on_call: Duty | None = Field(description="Who is on call now.")
    next_on_call: Duty | None = Field(description="Who is on call next, within five weeks.")


class Colleague(Part):
    """Somebody of the company."""

    subject: str = Field(description="As tokens name them.")
    name: str
    departments: tuple[str, ...]
    languages: tuple[str, ...]
    may_promise: tuple[str, ...] = Field(description="Matters, as phrases; * is whatever it is.")
    until_at_most_days: int | None = Field(description="For how many days at most; null where nothing is said.")
    on_call: tuple[str, ...] = Field(description="In which departments they are on call now.")


class Directory(Part):
    """The departments and people of the playbook."""

    departments: tuple[Department, ...]
    people: tuple[Colleague, ...] = Field(
        description="All of them; where something is to be promised, those who may, who is on call first."
    )
    anybody_may_promise: bool = Field(
        description="Whether everybody with a token may promise whatever it is: the playbook names nobody."
    )


class DepartmentWithPeople(Department):
    """A department as it is now, with its people."""

    people: tuple[Colleague, ...] = Field(description="Those who are on call first.")
