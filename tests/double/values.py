"""DynamoDB's typed values: checked and copied on the way in, compared by its rules, copied on the way out.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from tests.double.wire import invalid

type Value = dict[str, Any]
type Item = dict[str, Value]

_DEEPEST = 32
_DIGITS = 38
_LARGEST, _SMALLEST = 125, -130
_EXACT = Context(prec=_DIGITS, traps=[Inexact, InvalidOperation])


def item_of(given: Mapping[str, Any]) -> Item:
    """Return a checked copy of an item; sets in one order and numbers in one form, so that equal values are equal."""
    if not isinstance(given, Mapping):
        raise invalid("Start of structure or map found where not expected")
    copy = {}
    for name, value in given.items():
        text = value.get("S")
        # The fast way for what nearly every attribute is.
        if type(text) is str and text.isascii() and len(value) == 1 and 0 < len(name) < 256:
            copy[name] = {"S": text}
        else:
            copy[_name(name)] = value_of(value)
    return copy


def value_of(given: Mapping[str, Any], depth: int = 1) -> Value:
    """Return a checked copy of one typed value."""
    if not isinstance(given, Mapping) or len(given) != 1:
        raise invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    if depth > _DEEPEST + 1:
        raise invalid("Nesting Levels have exceeded supported limits")
    ((kind, content),) = given.items()
    if kind not in _CHECKS:
        raise invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    return {kind: _CHECKS[kind](content, depth)}


def copied(item: Item) -> Item:
    """Return a copy that shares nothing that can be changed."""
    return {name: value_copied(value) for name, value in item.items()}


def value_copied(value: Value) -> Value:
    for kind, content in value.items():
        match kind:
            case "M":
                return {"M": copied(content)}
            case "L":
                return {"L": [value_copied(element) for element in content]}
            case "SS" | "NS" | "BS":
                return {kind: list(content)}
    return value.copy()


def kind_of(value: Value) -> str:
    return next(iter(value))


def ordered(value: Value) -> Any:
    """Return what a value of an ordered type (S, N, B) is ordered by; text by its UTF-8 bytes, as code points are."""
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else content


def number(content: Any) -> str:
    """Return a number in the one form that DynamoDB gives back: no exponent, no needless zeros."""
    if type(content) is not str:
        raise invalid("NUMBER_VALUE cannot be converted to String")
    if content.isdecimal() and content.isascii() and len(content) <= _DIGITS and (content[0] != "0" or content == "0"):
        return content
    try:
        found = Decimal(content.strip() if content == content.strip() else "not a number")
    except InvalidOperation:
        raise invalid("The parameter cannot be converted to a numeric value") from None
    if not found.is_finite():
        raise invalid("The parameter cannot be converted to a numeric value")
    return number_text(found)


def number_text(found: Decimal) -> str:
    """Return a number as DynamoDB keeps it; refuses what it has no room for."""
    if not found:
        return "0"
    if found.adjusted() > _LARGEST:
        raise invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if found.adjusted() < _SMALLEST:
        raise invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    try:
        exact = _EXACT.plus(found)
    except Inexact:
        raise invalid("Attempting to store more than 38 significant digits in a Number") from None
    return format(exact.normalize(_EXACT), "f")


def _name(name: str) -> str:
    if not name:
        raise invalid("The attribute name must not be empty")
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html ("Attribute names")
    if len(name) > 255 and len(name.encode()) > 64 * 1024:
        raise invalid("Attribute name is too large, must be less than 65536 bytes")
    return name


def _string(content: Any, depth: int) -> str:
    if type(content) is not str:
        raise invalid("STRING_VALUE cannot be converted to String")
    return _encodable(content)


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise invalid("a lone surrogate is no text") from None
    return text


def _binary(content: Any, depth: int) -> bytes:
    if isinstance(content, str):
        return content.encode()  # as boto3 does
    if not isinstance(content, bytes | bytearray):
        raise invalid("only bytes can be a binary value")
    return bytes(content)


def _truth(content: Any, depth: int) -> bool:
    if type(content) is not bool:
        raise invalid("BOOLEAN_VALUE cannot be converted")
    return content


def _null(content: Any, depth: int) -> bool:
    if content is not True:
        raise invalid(
            "One or more parameter values were invalid: Null attribute value types must have the value of true"
        )
    return True


def _list(content: Any, depth: int) -> list[Value]:
    return [value_of(element, depth + 1) for element in content]


def _map(content: Any, depth: int) -> Item:
    return {_name(name): value_of(element, depth + 1) for name, element in content.items()}


def _set(check: Callable[[Any, int], Any], order: Callable[[Any], Any]) -> Callable[[Any, int], list[Any]]:
    def checked(content: Iterable[Any], depth: int) -> list[Any]:
        found = [check(element, depth) for element in content]
        if not found:
            raise invalid("One or more parameter values were invalid: An string set  may not be empty")
        if len(set(found)) < len(found):
            raise invalid("One or more parameter values were invalid: Input collection contains duplicates")
        return sorted(found, key=order)

    return checked


def _number(content: Any, depth: int) -> str:
    return number(content)


_CHECKS: Mapping[str, Callable[[Any, int], Any]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _truth,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _set(_string, str),
    "NS": _set(_number, Decimal),
    "BS": _set(_binary, bytes),
}
KINDS = frozenset(_CHECKS)
