"""DynamoDB's update expressions: SET, REMOVE, ADD and DELETE, all computed from the item as it was.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

from tests.double.expressions import (
    OPERATORS,
    Compiled,
    Given,
    Names,
    Node,
    Parser,
    Path,
    Reader,
    Values,
    at,
    compiled,
    no_overlap,
    reader,
)
from tests.double.values import Item, Value, copied, kind_of, number_text, value_copied
from tests.double.wire import Invalid, NotDoubled

_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
_ORDER = {"SET": 0, "ADD": 1, "DELETE": 2, "REMOVE": 3}


class Action(NamedTuple):
    """What is done at one path; `read` gives the new value (SET) or the operand (ADD, DELETE)."""

    clause: str
    path: Path
    read: Reader | None


@lru_cache(maxsize=1024)
def _update(text: str, names: tuple[tuple[str, str], ...]) -> Compiled[Sequence[Action]]:
    parser = Parser(text, dict(names), "UpdateExpression")
    actions: list[Action] = []
    seen: set[str] = set()
    while clause := parser.take(*_CLAUSES):
        if clause in seen:
            raise parser.wrong(f'The "{clause}" section can only be used once in an update expression;')
        seen.add(clause)
        actions.append(_action(parser, clause))
        while parser.take(","):
            actions.append(_action(parser, clause))
    parser.end()
    if not actions:
        raise parser.unexpected()
    no_overlap(parser, [action.path for action in actions])
    # Elements that go are taken from the end of a list, so that no place moves before its turn.
    actions.sort(key=lambda action: (_ORDER[action.clause], _backwards(action)))
    return compiled(parser, actions, lambda item, values: applied(item, actions, values, there=True))


def update(text: str, names: Names) -> Compiled[Sequence[Action]]:
    """Return an update, whose `read` gives the item as it becomes, or raises `Invalid`."""
    return _update(text, tuple(names.items()))


def _backwards(action: Action) -> tuple[int, ...]:
    last = action.path.parts[-1]
    if not isinstance(last, int):
        return (0,)
    return (-last,) if action.clause == "REMOVE" else (last,)


def _action(parser: Parser, clause: str) -> Action:
    path = parser.path()
    match clause:
        case "SET":
            parser.need("=")
            return Action(clause, path, reader(_sum(parser)))
        case "REMOVE":
            return Action(clause, path, None)
    if len(path.parts) > 1:
        raise NotDoubled(f"{clause} of a nested attribute, which the documentation rules out")
    operand = parser.operand()
    if not isinstance(operand, Given):
        raise parser.unexpected()
    parser.apply(clause, operand)
    return Action(clause, path, reader(operand))


def _sum(parser: Parser) -> Node:
    left = parser.operand()
    if sign := parser.take("+", "-"):
        return parser.apply(sign, left, parser.operand())
    return left


def applied(item: Item, actions: Sequence[Action], values: Values, *, there: bool) -> Item:
    """Return the item as it becomes; raises `Invalid` for what an item's own content makes impossible.

    From an item that is not there anything can be removed, from one that is there only what a path leads to
    (https://github.com/scylladb/scylladb, test/alternator/test_update_expression.py, whose tests run on AWS too).
    """
    new = copied(item)
    results = [(action, _result(action, item, values)) for action in actions]
    for (clause, path, _), value in results:
        if there or clause != "REMOVE":
            _put(new, path.parts, value)
    return new


def _result(action: Action, item: Item, values: Values) -> Value | None:
    match action:
        case Action("REMOVE", _, _):
            return None
        case Action("SET", _, read) if read:
            value = read(item, values)
            if value is None:
                raise _impossible("The provided expression refers to an attribute that does not exist in the item")
            return value_copied(value)
        case Action(clause, path, read) if read:
            return _CHANGES[clause](at(item, path.parts), read(item, values))
    raise AssertionError(action)


def _put(item: Item, parts: Sequence[str | int], value: Value | None) -> None:
    """Put a value at a place that is there, or whose parent is; take away what is there for `None`."""
    *parents, last = parts
    parent = at(item, parents)
    match last, parent:
        case str(), {"M": content}:
            if value is None:
                content.pop(last, None)
            else:
                content[last] = value
        case int(), {"L": content}:
            if value is None:
                del content[last : last + 1]
            elif last < len(content):
                content[last] = value
            else:
                content.append(value)
        case _:
            raise _impossible("The document path provided in the update expression is invalid for update")


def _impossible(message: str) -> Invalid:
    return Invalid(message, of_item=True)


def _wrong_type() -> Invalid:
    return _impossible("An operand in the update expression has an incorrect data type")


def _calculated(sign: int, left: Value | None, right: Value | None) -> Value:
    if left is None or right is None:
        raise _impossible("The provided expression refers to an attribute that does not exist in the item")
    if "N" not in left or "N" not in right:
        raise _wrong_type()
    with localcontext(prec=200):
        return {"N": number_text(Decimal(left["N"]) + sign * Decimal(right["N"]))}


def _appended(left: Value | None, right: Value | None) -> Value:
    if left is None or right is None:
        raise _impossible("The provided expression refers to an attribute that does not exist in the item")
    if "L" not in left or "L" not in right:
        raise _wrong_type()
    return {"L": left["L"] + right["L"]}


def _added(value: Value | None, operand: Value) -> Value:
    kind = kind_of(operand)
    if kind not in ("N", "SS", "NS", "BS") or (value is not None and kind not in value):
        raise _wrong_type()
    if value is None:
        return value_copied(operand)
    if kind == "N":
        return _calculated(1, value, operand)
    return {kind: _in_order(kind, {*value[kind], *operand[kind]})}


def _deleted(value: Value | None, operand: Value) -> Value | None:
    kind = kind_of(operand)
    if kind not in ("SS", "NS", "BS") or (value is not None and kind not in value):
        raise _wrong_type()
    left = _in_order(kind, set(value[kind]) - set(operand[kind])) if value else []
    return {kind: left} if left else None


def _in_order(kind: str, elements: set[Any]) -> list[Any]:
    return sorted(elements, key=Decimal if kind == "NS" else None)


_CHANGES: Mapping[str, Callable[[Value | None, Any], Value | None]] = {"ADD": _added, "DELETE": _deleted}

OPERATORS.update(
    {
        "+": lambda left, right: _calculated(1, left, right),
        "-": lambda left, right: _calculated(-1, left, right),
        "list_append": _appended,
    }
)
