"""The README's parts are the answer's, all of them and no others."""

import re

from services.customer360 import contract
from tests.services.customer360.counter import PLAYBOOK
from tests.template import ROOT

README = (ROOT / "services" / "customer360" / "README.md").read_text()


def test_every_part_has_its_words() -> None:
    (table,) = re.findall(r"<!-- parts: .*?-->(.*?)<!-- /parts -->", README, re.DOTALL)
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(contract.PARTS)


def test_the_example_playbook_s_purposes_name_parts_that_there_are() -> None:
    known = {*contract.PARTS, *contract.OTHER_PARTS}
    assert {field for purpose in PLAYBOOK.purposes for field in purpose.fields} <= known
    for other in contract.OTHER_PARTS:
        assert f"`{other}`" in README
