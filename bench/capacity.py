"""What DynamoDB bills for an item, by its documented rules, since no local engine meters as AWS does.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html (sizes) and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html (units).
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

WRITE_UNIT = 1024
READ_UNIT = 4096

_CONTAINER = 3
_ELEMENT = 1


def item_size(item: Mapping[str, Any]) -> int:
    """Return the bytes of an item given as DynamoDB's typed values, its attributes' names included."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(item: Mapping[str, Any]) -> int:
    """Return what writing the item costs in the table itself; a write that its condition refuses costs the same."""
    return ceil(item_size(item) / WRITE_UNIT)


def read_units(*items: Mapping[str, Any]) -> int:
    """Return what one strongly consistent query or get of these items costs; reading nothing costs one unit."""
    return max(1, ceil(sum(map(item_size, items)) / READ_UNIT))


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(content)
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(_value_size({kind[0]: element}) for element in content)
        case "L":
            return _CONTAINER + sum(_ELEMENT + _value_size(element) for element in content)
        case "M":
            return _CONTAINER + _ELEMENT * len(content) + item_size(content)
    raise ValueError(f"DynamoDB has no type {kind}")


def _number_size(text: str) -> int:
    """One byte, and one more for every two significant digits (the documentation calls it approximate)."""
    mantissa = text.lower().partition("e")[0].lstrip("+-")
    digits = mantissa.replace(".", "").strip("0")
    return 1 + ceil(len(digits) / 2)


def index_write_units(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    key: Sequence[str],
    projected: Sequence[str] = (),
) -> int:
    """Return what a write of an item (`None`: not there) costs in a global index.

    `key` are the attributes of the index's own key, `projected` those that it shows beside the keys; an item without
    one of the key's is not in the index. An entry that stays as it was costs nothing, one that comes, goes or shows
    something else a write, one whose key changes two
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html, "Write capacity units").
    """
    old, new = (_index_entry(item, key, projected) for item in (before, after))
    if old == new:
        return 0
    if old and new and all(old[name] == new[name] for name in key):
        return max(write_units(old), write_units(new))
    return sum(write_units(entry) for entry in (old, new) if entry)


def _index_entry(
    item: Mapping[str, Any] | None, key: Sequence[str], projected: Sequence[str]
) -> Mapping[str, Any] | None:
    if item is None or not all(name in item for name in key):
        return None
    return {name: item[name] for name in (*key, "pk", "sk", *projected) if name in item}
