"""What conditions, updates and projections mean, and which are refused whatever the item holds."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.double import NotDoubled, expressions, updates
from tests.double.dynamodb import _expressions as checked
from tests.double.wire import Invalid

ITEM: dict[str, Any] = {
    "n": {"N": "10"},
    "s": {"S": "text"},
    "vacant": {"S": ""},
    "b": {"B": b"\x01\xff"},
    "yes": {"BOOL": True},
    "nil": {"NULL": True},
    "l": {"L": [{"N": "1"}, {"S": "a"}, {"M": {"k": {"N": "3"}}}]},
    "m": {"M": {"k": {"S": "v"}, "deep": {"L": [{"N": "7"}]}}},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2.5"]},
}

TRUE = [
    "n = :10", "n <> :9", "n > :9", "n >= :10", "n < :11", "n <= :10", "n BETWEEN :9 AND :10", "n IN (:9, :10)",
    "NOT n = :9", "n = :10 AND s = :text", "n = :9 OR s = :text", "n = :10 OR n = :9 AND n = :11",
    "(n = :10 OR n = :9) AND NOT (n = :11)", "not n = :9 and s = :text", "absent <> :9", "s <> :9",
    "attribute_exists(n)", "attribute_exists(m.deep[0])", "attribute_exists(l[2].k)", "attribute_exists(vacant)",
    "attribute_not_exists(absent)", "attribute_not_exists(l[3])", "attribute_not_exists(n.k)",
    "attribute_type(s, :S)", "attribute_type(l[0], :N)", "begins_with(s, :te)", "begins_with(s, vacant)",
    "begins_with(b, :b1)", "contains(s, :te)", "contains(ss, :a)", "contains(l, :a)", "contains(b, :b1)",
    "contains(ns, :1)", "size(s) = :4", "size(l) > :1", "size(m) < :9", "size(ss) <= size(l)", "size(b) <> :9",
    "m.k = :v", "m.deep[0] = :7", "l[2].k = l[2].k", "nil = :null", "yes = :true", "ss = :ba", "n > m.deep[0]",
    "NOT n > s", "NOT absent = vacant2", "n >= :10 AND (s = :te OR begins_with(s, :te))",
]  # fmt: skip

VALUES: Mapping[str, Any] = {
    **{f":{number}": {"N": str(number)} for number in (1, 4, 7, 9, 10, 11)},
    **{f":{text}": {"S": text} for text in ("text", "te", "a", "v", "S", "N")},
    ":b1": {"B": b"\x01"},
    ":null": {"NULL": True},
    ":true": {"BOOL": True},
    ":ba": {"SS": ["b", "a"]},
}


def used(text: str) -> dict[str, Any]:
    """Return the values that an expression names, and no others."""
    words = {word.strip("(),") for word in text.split()}
    return {name: value for name, value in VALUES.items() if name in words}


def holds(text: str, item: dict[str, Any]) -> bool:
    condition, values = checked({"ConditionExpression": text, "ExpressionAttributeValues": used(text) or None})
    assert condition is not None
    return bool(condition.read(item, values))


@pytest.mark.parametrize("text", TRUE)
def test_a_condition_holds_and_its_negation_does_not(text: str) -> None:
    assert holds(text, ITEM)
    assert not holds(f"NOT ({text})", ITEM)


FALSE_WITHOUT_ITEM = ["n = :10", "n < :10", "n BETWEEN :1 AND :9", "n IN (:1, :9)", "begins_with(s, :te)",
                      "contains(s, :te)", "size(s) = :4", "attribute_type(s, :S)", "attribute_exists(n)"]  # fmt: skip


@pytest.mark.parametrize("text", FALSE_WITHOUT_ITEM)
def test_nothing_holds_of_an_item_that_is_not_there(text: str) -> None:
    assert not holds(text, {})


REFUSED = {
    "": "empty",
    "n = ": "syntax",
    "n = :10 AND": "syntax",
    "n == :10": "syntax",
    "n = :10)": "syntax",
    "((n = :10))": "redundant",
    "n = :10 extra": "syntax",
    "n ! :10": "syntax",
    "[0] = :10": "syntax",
    "n. = :10": "syntax",
    "9n = :10": "syntax",
    "name = :10": "reserved",
    "STATE = :10": "reserved",
    "m.value = :10": "reserved",
    "n = :undefined": "not defined",
    "#n = :10": "not defined",
    "unheard_of(n)": "function name",
    "if_not_exists(n, :10) = :10": "function name",
    "size(n, :10) = :10": "number of operands",
    "attribute_exists(:10)": "document path",
    "contains(s, s)": "distinct",
    "n < :true": "operand type",
    "n > :ba": "operand type",
    "n BETWEEN :10 AND :9": "upper bound",
    "n BETWEEN :10 AND :text": "same data type",
    "begins_with(s, :10)": "operand type",
    "attribute_type(s, :10)": "operand type",
    "attribute_type(s, :text)": "type name",
    "n IN (" + ", ".join([":10"] * 101) + ")": "too many",
    " AND ".join(["n = :10"] * 301): "300",
    "n = :10 OR s = " + ":" + "x" * 4096: "size",
}


@pytest.mark.parametrize(("text", "why"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_condition_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=f"(?i){why}"):
        holds(text, ITEM)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"ExpressionAttributeValues": {":10": {"N": "10"}, ":more": {"N": "1"}}}, "unused"),
        ({"ExpressionAttributeValues": {":10": {"N": "10"}}, "ExpressionAttributeNames": {"#n": "n"}}, "unused"),
        ({"ExpressionAttributeValues": {":10": {"N": "10"}}, "ExpressionAttributeNames": {}}, "empty"),
        ({"ExpressionAttributeValues": {}}, "empty"),
        ({"ExpressionAttributeValues": {"10": {"N": "10"}}}, "key"),
    ],
)
def test_names_and_values_are_held_to_the_expression(given: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        checked({"ConditionExpression": "n = :10", **given})


def test_values_need_an_expression() -> None:
    with pytest.raises(Invalid, match="only be specified"):
        checked({"ExpressionAttributeValues": {":10": {"N": "10"}}})
    with pytest.raises(Invalid, match="unused"):
        checked({"ExpressionAttributeNames": {"#n": "n"}})


# ----------------------------------------------------------------------------------------------------------- updates

UPDATED: list[tuple[str, dict[str, Any]]] = [
    ("SET n = :1", {"n": {"N": "1"}}),
    ("SET n = n + :1", {"n": {"N": "11"}}),
    ("SET n = :1 - n", {"n": {"N": "-9"}}),
    ("SET n = n + n", {"n": {"N": "20"}}),
    ("SET fresh = if_not_exists(fresh, :1)", {"fresh": {"N": "1"}}),
    ("SET n = if_not_exists(n, :1)", {}),
    ("SET fresh = if_not_exists(fresh, :1) + :1", {"fresh": {"N": "2"}}),
    ("SET n = :1, s = n", {"n": {"N": "1"}, "s": {"N": "10"}}),
    ("SET m.k = :1", {"m": {"M": {"k": {"N": "1"}, "deep": {"L": [{"N": "7"}]}}}}),
    ("SET m.deep[0] = :1", {"m": {"M": {"k": {"S": "v"}, "deep": {"L": [{"N": "1"}]}}}}),
    ("SET m.deep[9] = :1", {"m": {"M": {"k": {"S": "v"}, "deep": {"L": [{"N": "7"}, {"N": "1"}]}}}}),
    ("SET m.deep = list_append(m.deep, m.deep)", {"m": {"M": {"k": {"S": "v"}, "deep": {"L": [{"N": "7"}] * 2}}}}),
    ("REMOVE l[0], l[1]", {"l": {"L": [{"M": {"k": {"N": "3"}}}]}}),
    ("REMOVE l[0], l[2]", {"l": {"L": [{"S": "a"}]}}),
    ("REMOVE l[0] SET l[2].k = :1", {"l": {"L": [{"S": "a"}, {"M": {"k": {"N": "1"}}}]}}),
    ("REMOVE absent, m.absent", {}),
    ("ADD n :1", {"n": {"N": "11"}}),
    ("ADD fresh :1", {"fresh": {"N": "1"}}),
    ("ADD ss :cd", {"ss": {"SS": ["a", "b", "c", "d"]}}),
    ("ADD ns :ns", {"ns": {"NS": ["1", "2.5", "10"]}}),
    ("DELETE ss :ba", {"ss": None}),
    ("DELETE ss :cd", {}),
    ("DELETE absent :cd", {}),
    ("set n = :1 remove s add ns :ns", {"n": {"N": "1"}, "s": None, "ns": {"NS": ["1", "2.5", "10"]}}),
]
MORE: Mapping[str, Any] = {**VALUES, ":cd": {"SS": ["c", "d"]}, ":ns": {"NS": ["10"]}, ":list": {"L": []}}


def updated(text: str, item: dict[str, Any]) -> dict[str, Any]:
    found = updates.update(text, {})
    values = {name: MORE[name] for name in found.values}
    expressions.check_operands(found, values, "UpdateExpression")
    new: dict[str, Any] = found.read(item, values)
    return new


@pytest.mark.parametrize(("text", "changes"), UPDATED)
def test_an_update_changes_what_it_says_and_nothing_else(text: str, changes: dict[str, Any]) -> None:
    before = repr(ITEM)
    assert updated(text, ITEM) == {name: value for name, value in (ITEM | changes).items() if value is not None}
    assert repr(ITEM) == before


IMPOSSIBLE = {
    "SET n = absent": "does not exist",
    "SET n = absent + :1": "does not exist",
    "SET n = s + :1": "incorrect data type",
    "SET n = list_append(n, l)": "incorrect data type",
    "SET absent.k = :1": "document path",
    "SET s.k = :1": "document path",
    "SET m[0] = :1": "document path",
    "SET l.k = :1": "document path",
    "REMOVE absent.k": "document path",
    "ADD s :1": "incorrect data type",
    "ADD n :cd": "incorrect data type",
    "ADD n :text": "incorrect data type",
    "DELETE n :cd": "incorrect data type",
    "DELETE ss :1": "incorrect data type",
    "SET n = :text + :1": "operand type",
    "SET l = list_append(l, :1)": "operand type",
    "SET n = :1, n = :4": "overlap",
    "SET m = :1, m.k = :4": "overlap",
    "SET n = :1 REMOVE n": "overlap",
    "SET n = :1 SET s = :1": "only be used once",
    "SET n": "syntax",
    "SET n = size(l)": "function name",
    "SET n = attribute_exists(l)": "function name",
    "ADD n s": "syntax",
    "nothing": "syntax",
    "SET n = :1,": "syntax",
}


@pytest.mark.parametrize(("text", "why"), IMPOSSIBLE.items())
def test_an_update_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=f"(?i){why}"):
        updated(text, ITEM)


def test_what_is_not_documented_is_not_doubled() -> None:
    with pytest.raises(NotDoubled):
        updates.update("ADD m.k :1", {})
    with pytest.raises(NotDoubled):
        holds("size(s) = :4", {"s": {"S": "ñ"}})


def test_numbers_stay_exact_and_within_their_range() -> None:
    digits = "1" * 38
    assert updates.update("SET n = n + :a", {}).read({"n": {"N": "0"}}, {":a": {"N": digits}})["n"] == {"N": digits}
    for value, added in ((digits, "0.1"), ("9" * 38, "1E90")):
        with pytest.raises(Invalid, match="38"):
            updates.update("SET n = n + :a", {}).read({"n": {"N": value}}, {":a": {"N": added}})


# ------------------------------------------------------------------------------------------------------- projections


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n, absent", {"n": {"N": "10"}}),
        ("m.k", {"m": {"M": {"k": {"S": "v"}}}}),
        ("m.deep[0], m.absent", {"m": {"M": {"deep": {"L": [{"N": "7"}]}}}}),
        ("l[2].k, l[0]", {"l": {"L": [{"N": "1"}, {"M": {"k": {"N": "3"}}}]}}),
        ("l[9], s.k", {}),
        ("#n", {"n": {"N": "10"}}),
    ],
)
def test_a_projection_shows_what_it_names(text: str, expected: dict[str, Any]) -> None:
    assert expressions.projection(text, {"#n": "n"}).read(ITEM, {}) == expected


@pytest.mark.parametrize("text", ["", "n,", "m, m.k", "n, n", "name", "size(l)", "n AND s"])
def test_a_projection_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        expressions.projection(text, {})
