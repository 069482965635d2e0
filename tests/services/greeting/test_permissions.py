"""The greeting's role lets it do what it does for a flow, and nothing else."""

from tests.permissions import check, deployed
from tests.services.customer360.counter import ANA, Counter, said
from tests.services.greeting.test_greeting import UNKNOWN, asked

GREETING = "GreetingFunction"


def test_the_role_allows_all_that_the_greeting_asks_for_and_no_more() -> None:
    with deployed() as functions:
        Counter(functions.table).hear(said("1", "Hola", who=ANA))
        assert functions.wake(GREETING, asked())["name"] == "Ana Torres"
        assert functions.wake(GREETING, asked("+34600999999")) == UNKNOWN
        check(GREETING, functions.needs[GREETING])
