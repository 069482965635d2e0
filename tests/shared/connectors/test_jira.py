"""Jira's documents and labels, both ways."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connectors.jira.document import document, text
from shared.connectors.jira.give import claim_of, fields, label
from shared.playbook.connectors import Jira
from tests.shared.connectors.giving import EXAMPLE, giving

TOOL = Jira(kind="jira", host="teleprado.atlassian.net", project="TEC", user="712020:bot")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"))))
def test_lines_come_back_as_they_were(lines: list[str]) -> None:
    assert text(document(lines)) == "\n".join(lines).strip()


def test_what_people_write_in_jira_is_read_as_they_read_it() -> None:
    written = {
        "type": "doc",
        "version": 1,
        "content": [
            {
                "type": "paragraph",
                "content": [
                    {"type": "text", "text": "Hola "},
                    {"type": "text", "text": "Ana", "marks": [{"type": "strong"}]},
                    {"type": "mention", "attrs": {"id": "1", "text": "@Lena"}},
                    {"type": "hardBreak"},
                    {"type": "text", "text": "ya está"},
                ],
            },
            {
                "type": "bulletList",
                "content": [
                    {
                        "type": "listItem",
                        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "uno"}]}],
                    }
                ],
            },
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "x"}}]},
        ],
    }
    assert text(written) == "Hola Ana@Lena\nya está\nuno"


@pytest.mark.parametrize("found", [None, "x", [], {}, {"type": "doc"}, {"content": [None, 7, {"type": []}]}])
def test_what_is_no_document_is_empty(found: Any) -> None:
    assert text(found) == ""


def test_an_issue_bears_its_claim_and_says_what_it_is_about() -> None:
    made = fields(TOOL, giving())
    assert made["labels"] == ["mostrador", f"mostrador_{EXAMPLE['claim']}"]
    assert claim_of(["bug", *made["labels"]]) == EXAMPLE["claim"]
    assert " " not in label(EXAMPLE["claim"]), "Jira refuses labels with spaces"
    assert len(made["summary"]) <= 255
    assert "me han cobrado dos veces" in text(made["description"])


@pytest.mark.parametrize("labels", [None, [], ["mostrador"], ["bug"], "mostrador_x", 7])
def test_labels_of_others_name_no_claim(labels: object) -> None:
    assert claim_of(labels) is None
