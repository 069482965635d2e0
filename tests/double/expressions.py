"""DynamoDB's expressions: text to a tree, and the tree to a function of an item and of the expression's values.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path as File
from typing import Any, NamedTuple

from tests.double.values import KINDS, Item, Value, kind_of, ordered
from tests.double.wire import Invalid, NotDoubled, invalid

type Values = Mapping[str, Value]
type Names = Mapping[str, str]
type Reader = Callable[[Item, Values], Any]
"""What a node comes to: a value or `None` for an operand, a truth for a condition."""

RESERVED = frozenset(File(__file__).with_name("reserved_words.txt").read_text().split())

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html ("Expression parameters")
_LONGEST = 4096
_MOST_OPERATORS = 300
_MOST_IN = 100

_TOKEN = re.compile(r"\s*(?:(?P<word>[#:]?[A-Za-z0-9_]+)|(?P<sign><>|<=|>=|[=<>()\[\],.+-])|(?P<bad>\S))")
_COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Path:
    """A place in an item: names, and places in lists."""

    parts: tuple[str | int, ...]

    def __str__(self) -> str:
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.parts)[1:]

    def overlaps(self, other: "Path") -> bool:
        shorter = min(len(self.parts), len(other.parts))
        return self.parts[:shorter] == other.parts[:shorter]


@dataclass(frozen=True, slots=True)
class Given:
    """One of the expression's values, such as `:now`."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or a function over its operands."""

    name: str
    operands: "tuple[Node, ...]"


type Node = Path | Given | Apply


class Compiled[T](NamedTuple):
    """An expression with its names resolved; `names` and `values` are those it uses."""

    tree: T
    names: frozenset[str]
    values: frozenset[str]
    paths: tuple[Path, ...]
    read: Reader
    particular: tuple[Apply, ...]
    """What was applied that does not take a given value of every type."""


class Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str, names: Names, kind: str) -> None:
        self._kind = kind
        self._names = names
        self.used_names: set[str] = set()
        self.used_values: set[str] = set()
        self.paths: list[Path] = []
        self.applied: list[Apply] = []
        if not text:
            raise self.wrong("The expression can not be empty;")
        if len(text.encode()) > _LONGEST:
            raise self.wrong("Expression size has exceeded the maximum allowed size")
        self._tokens = list(self._split(text))
        self._at = 0

    def wrong(self, what: str) -> Invalid:
        return invalid(f"Invalid {self._kind}: {what}")

    def _split(self, text: str) -> Iterator[str]:
        for found in _TOKEN.finditer(text):
            if found["bad"]:
                raise self.wrong(f'Syntax error; token: "{found["bad"]}"')
            yield found["word"] or found["sign"]

    @property
    def token(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else "<EOF>"

    def next(self) -> str:
        found = self.token
        self._at += 1
        return found

    def take(self, *wanted: str) -> str | None:
        """Return the next token if it is one of these, whatever its case, and go past it."""
        found = self.token.upper()
        if found not in wanted:
            return None
        self._at += 1
        return found

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            raise self.unexpected()

    def unexpected(self) -> Invalid:
        return self.wrong(f'Syntax error; token: "{self.token}"')

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self.unexpected()

    def apply(self, name: str, *operands: Node) -> Apply:
        made = Apply(name, operands)
        self.applied.append(made)
        if len(self.applied) > _MOST_OPERATORS:
            raise self.wrong("The expression contains more than 300 operators")
        return made

    # conditions

    def condition(self) -> Node:
        found = [self._conjunction()]
        while self.take("OR"):
            found.append(self._conjunction())
        return found[0] if len(found) == 1 else self.apply("or", *found)

    def _conjunction(self) -> Node:
        found = [self._negation()]
        while self.take("AND"):
            found.append(self._negation())
        return found[0] if len(found) == 1 else self.apply("and", *found)

    def _negation(self) -> Node:
        return self.apply("not", self._negation()) if self.take("NOT") else self._predicate()

    def _predicate(self) -> Node:
        if self.take("("):
            doubled = self.token == "("
            start = self._at
            found = self.condition()
            if doubled and self._closes(start) == self._at:
                raise self.wrong("The expression has redundant parentheses;")
            self.need(")")
            return found
        left = self.operand()
        if isinstance(left, Apply) and left.name in _PREDICATES:
            return left
        if sign := self.take(*_COMPARATORS):
            return self.apply(sign, left, self.operand())
        if self.take("BETWEEN"):
            low = self.operand()
            self.need("AND")
            return self.apply("between", left, low, self.operand())
        if self.take("IN"):
            self.need("(")
            return self.apply("in", left, *self._operands(_MOST_IN))
        raise self.unexpected()

    def _closes(self, start: int) -> int:
        """Return the place after the parenthesis that closes the one at `start`."""
        depth = 0
        for at in range(start, len(self._tokens)):
            depth += {"(": 1, ")": -1}.get(self._tokens[at], 0)
            if not depth:
                return at + 1
        return -1

    def _operands(self, most: int = 100) -> list[Node]:
        found = [self.operand()]
        while self.take(","):
            found.append(self.operand())
        self.need(")")
        if len(found) > most:
            raise self.wrong("The IN operator is provided with too many operands")
        return found

    def operand(self) -> Node:
        if self.token.startswith(":"):
            name = self.next()
            self.used_values.add(name)
            return Given(name)
        if self._at + 1 < len(self._tokens) and self._tokens[self._at + 1] == "(" and self.token[0].isalpha():
            return self._function()
        return self.path()

    def _function(self) -> Node:
        name = self.next()
        if name not in _FUNCTIONS or (self._kind == "UpdateExpression") != (name in _UPDATE_FUNCTIONS):
            raise self.wrong(f"Invalid function name; function: {name}")
        self.need("(")
        operands = self._operands()
        count, only_path = _FUNCTIONS[name]
        if len(operands) != count:
            raise self.wrong(f"Incorrect number of operands for operator or function; operator or function: {name}")
        if only_path and not isinstance(operands[0], Path):
            raise self.wrong(f"Operator or function requires a document path; operator or function: {name}")
        if len(operands) == 2 and operands[0] == operands[1] and name in _PREDICATES:
            raise self.wrong(
                f"The first operand must be distinct from the remaining operands for this operator or function; "
                f"operator: {name}"
            )
        return self.apply(name, *operands)

    # paths

    def path(self) -> Path:
        parts: list[str | int] = [self._part()]
        while sign := self.take(".", "["):
            if sign == ".":
                parts.append(self._part())
            else:
                place = self.next()
                if not place.isdecimal():
                    raise self.wrong(f'Syntax error; token: "{place}"')
                parts.append(int(place))
                self.need("]")
        found = Path(tuple(parts))
        self.paths.append(found)
        return found

    def _part(self) -> str:
        word = self.next()
        if word.startswith("#"):
            if word not in self._names:
                raise self.wrong(
                    f"An expression attribute name used in the document path is not defined; attribute name: {word}"
                )
            self.used_names.add(word)
            return self._names[word]
        if not (word[0].isalpha() or word[0] == "_") or word == "<EOF>":
            raise self.wrong(f'Syntax error; token: "{word}"')
        if word.upper() in RESERVED:
            raise self.wrong(f"Attribute name is a reserved keyword; reserved keyword: {word}")
        return word

    def path_list(self) -> list[Path]:
        found = [self.path()]
        while self.take(","):
            found.append(self.path())
        return found


@lru_cache(maxsize=4096)
def _condition(text: str, kind: str, names: tuple[tuple[str, str], ...]) -> Compiled[Node]:
    parser = Parser(text, dict(names), kind)
    tree = parser.condition()
    parser.end()
    return compiled(parser, tree, reader(tree))


def condition(text: str, kind: str, names: Names) -> Compiled[Node]:
    """Return a condition, or raise `Invalid`; `kind` is the argument that it came in."""
    return _condition(text, kind, tuple(names.items()))


@lru_cache(maxsize=1024)
def _projection(text: str, names: tuple[tuple[str, str], ...]) -> Compiled[Sequence[Path]]:
    parser = Parser(text, dict(names), "ProjectionExpression")
    tree = parser.path_list()
    parser.end()
    no_overlap(parser, tree)
    return compiled(parser, tree, lambda item, _: projected(item, tree))


def projection(text: str, names: Names) -> Compiled[Sequence[Path]]:
    """Return a projection, whose `read` gives the part of an item that it names."""
    return _projection(text, tuple(names.items()))


def compiled[T](parser: Parser, tree: T, read: Reader) -> Compiled[T]:
    return Compiled(
        tree,
        frozenset(parser.used_names),
        frozenset(parser.used_values),
        tuple(parser.paths),
        read,
        tuple(applied for applied in parser.applied if applied.name in _LITERALS),
    )


def no_overlap(parser: Parser, paths: Iterable[Path]) -> None:
    for one, other in combinations(paths, 2):
        if one.overlaps(other):
            raise parser.wrong(f"Two document paths overlap with each other; path one: {one}, path two: {other}")


def check_operands(found: Compiled[Any], values: Values, kind: str) -> None:
    """Raise `Invalid` for given values of a type that an operator can never take, whatever the item holds."""
    for applied in found.particular:
        literals = [values[operand.name] for operand in applied.operands if isinstance(operand, Given)]
        for literal in literals:
            if kind_of(literal) not in _LITERALS[applied.name]:
                raise invalid(
                    f"Invalid {kind}: Incorrect operand type for operator or function; "
                    f"operator or function: {applied.name}, operand type: {kind_of(literal)}"
                )
        if applied.name == "attribute_type" and literals[0]["S"] not in KINDS:
            raise invalid(f"Invalid {kind}: Invalid attribute type name found; type: {literals[0]['S']}")
        if applied.name == "between" and len(literals) >= 2:
            _check_bounds(literals[-2], literals[-1], kind)


def _check_bounds(low: Value, high: Value, kind: str) -> None:
    if kind_of(low) != kind_of(high):
        raise invalid(f"Invalid {kind}: The BETWEEN operator requires same data type for lower and upper bounds")
    if ordered(low) > ordered(high):
        raise invalid(
            f"Invalid {kind}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
        )


def reader(node: Node) -> Reader:
    """Return what reads a node's value from an item and the expression's values."""
    match node:
        case Path((str(name),)):
            return lambda item, _: item.get(name)
        case Path(parts):
            return lambda item, _: at(item, parts)
        case Given(name):
            return lambda _, values: values[name]
        case Apply("and", operands):
            inner = [reader(operand) for operand in operands]
            return lambda item, values: all(read(item, values) for read in inner)
        case Apply("or", operands):
            inner = [reader(operand) for operand in operands]
            return lambda item, values: any(read(item, values) for read in inner)
        case Apply(name, (only,)):
            apply, read = OPERATORS[name], reader(only)
            return lambda item, values: apply(read(item, values))
        case Apply(name, (left, right)):
            apply, one, other = OPERATORS[name], reader(left), reader(right)
            return lambda item, values: apply(one(item, values), other(item, values))
        case Apply(name, operands):
            apply, inner = OPERATORS[name], [reader(operand) for operand in operands]
            return lambda item, values: apply(*[read(item, values) for read in inner])


def at(item: Item, parts: Sequence[str | int]) -> Value | None:
    """Return the value at a place in an item, or `None`."""
    found: Value | None = {"M": item}
    for part in parts:
        match part, found:
            case str(), {"M": content}:
                found = content.get(part)
            case int(), {"L": content}:
                found = content[part] if part < len(content) else None
            case _:
                return None
    return found


def projected(item: Item, paths: Iterable[Path]) -> Item:
    """Return the parts of an item that the paths name; chosen elements of a list close up, in their order."""
    whole: dict[str, Any] = {}
    for path in paths:
        if at(item, path.parts) is not None:
            tree: dict[Any, Any] = whole
            for part in path.parts:
                tree = tree.setdefault(part, {})
    return {name: _pruned(value, whole[name]) for name, value in item.items() if name in whole}


def _pruned(value: Value, wanted: Mapping[Any, Any]) -> Value:
    if not wanted:
        return value
    ((kind, content),) = value.items()
    if kind == "M":
        return {"M": {name: _pruned(content[name], wanted[name]) for name in content if name in wanted}}
    return {"L": [_pruned(content[place], wanted[place]) for place in sorted(wanted)]}


def _compare(holds: Callable[[Any, Any], bool]) -> Callable[[Value | None, Value | None], bool]:
    def compare(left: Value | None, right: Value | None) -> bool:
        if left is None or right is None or left.keys() != right.keys() or kind_of(left) not in "SNB":
            return False
        return holds(ordered(left), ordered(right))

    return compare


def _equal(left: Value | None, right: Value | None) -> bool:
    # `True == 1` in Python, but no two types hold both.
    return left is not None and left == right


_at_most = _compare(lambda left, right: left <= right)


def _begins(text: Value | None, start: Value | None) -> bool:
    if text is None or start is None or text.keys() != start.keys() or kind_of(text) not in "SB":
        return False
    return bool(ordered(text).startswith(ordered(start)))


def _contains(whole: Value | None, part: Value | None) -> bool:
    if whole is None or part is None:
        return False
    ((kind, content),) = whole.items()
    ((wanted, element),) = part.items()
    match kind:
        case "S" | "B":
            return kind == wanted and element in content
        case "SS" | "NS" | "BS":
            return kind[0] == wanted and element in content
        case "L":
            return part in content
    return False


def _size(value: Value | None) -> Value | None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html (size)"""
    match value:
        case {"S": str(text)} if not text.isascii():
            raise NotDoubled("size() of text beyond ASCII: its unit is documented nowhere")
        case {"S": content} | {"B": content} | {"L": content} | {"M": content}:
            return {"N": str(len(content))}
        case {"SS": content} | {"NS": content} | {"BS": content}:
            return {"N": str(len(content))}
    return None


OPERATORS: dict[str, Callable[..., Any]] = {
    "=": _equal,
    "<>": lambda left, right: not _equal(left, right),
    "<": _compare(lambda left, right: left < right),
    "<=": _at_most,
    ">": _compare(lambda left, right: left > right),
    ">=": _compare(lambda left, right: left >= right),
    "between": lambda value, low, high: _at_most(low, value) and _at_most(value, high),
    "in": lambda value, *choices: any(_equal(value, choice) for choice in choices),
    "not": lambda holds: not holds,
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
    "attribute_type": lambda value, kind: value is not None and kind_of(value) == kind["S"],
    "begins_with": _begins,
    "contains": _contains,
    "size": _size,
    "if_not_exists": lambda value, other: other if value is None else value,
}

_FUNCTIONS: Mapping[str, tuple[int, bool]] = {
    "attribute_exists": (1, True),
    "attribute_not_exists": (1, True),
    "attribute_type": (2, True),
    "begins_with": (2, False),
    "contains": (2, False),
    "size": (1, True),
    "if_not_exists": (2, True),
    "list_append": (2, False),
}
"""How many operands a function takes, and whether the first must be a path."""

_UPDATE_FUNCTIONS = frozenset({"if_not_exists", "list_append"})
_PREDICATES = frozenset({"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"})

_LITERALS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("<", "<=", ">", ">=", "between"), frozenset("SNB")),
    "begins_with": frozenset("SB"),
    "attribute_type": frozenset("S"),
    "+": frozenset("N"),
    "-": frozenset("N"),
    "list_append": frozenset("L"),
}
"""The types that a given value may have beside an operator; all others may have any."""
