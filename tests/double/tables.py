"""How tables lie in memory: rows in partitions, each partition in the order of its sort key, indexes kept alongside.

Nothing that is stored is ever changed: a write puts a new row in the place of the old one. So a snapshot shares the
rows, and only the order of them is copied.
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple
from zlib import crc32

from bench.capacity import READ_UNIT, WRITE_UNIT, item_size
from tests.double.values import Item, copied, kind_of, ordered
from tests.double.wire import Invalid, invalid

type Key = tuple[Any, Any]
"""A row's place: the hash key's value, and the sort key's (in an index with the row's own key behind it)."""

type Span = Callable[[Sequence[Any]], tuple[int, int]]
"""Where a range of sort keys begins and ends in a partition's order."""

MOST_ITEM_BYTES = 400 * 1024
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html ("Partition key length", "Sort key")
_MOST_KEY_BYTES = {"HASH": 2048, "RANGE": 1024}
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_LIMIT_WORDS = {"HASH": "Size of hashkey has exceeded", "RANGE": "Aggregated size of all range keys has exceeded"}


class Row(NamedTuple):
    """An item as it is kept, its size in bytes, and whether none of its values holds others."""

    item: Item
    size: int
    flat: bool

    def copied(self) -> Item:
        """Return the item for a caller to do with as they like."""
        if self.flat:
            return {name: value.copy() for name, value in self.item.items()}
        return copied(self.item)


def row(item: Item) -> Row:
    """Return an item of checked values as it is kept."""
    size, flat = 0, True
    for name, value in item.items():
        ((kind, content),) = value.items()
        # The fast way to `item_size` for what nearly every attribute is.
        if kind == "B" or (kind == "S" and content.isascii()):
            size += len(name.encode()) + len(content)
        else:
            size += item_size({name: value})
            flat = flat and kind in _FLAT
    return Row(item, size, flat)


_FLAT = frozenset({"S", "N", "B", "BOOL", "NULL"})


class Partition:
    """The rows of one hash key, in the order of their sort keys."""

    __slots__ = ("order", "rows")

    def __init__(self, order: list[Any], rows: dict[Any, Row]) -> None:
        self.order = order
        self.rows = rows


class Rows:
    """Rows by their keys; partitions in an order that only looks random, as DynamoDB's does.

    Copies share their partitions, and all of the rest too, until one is written to.
    """

    def __init__(self) -> None:
        self.partitions: dict[Any, Partition] = {}
        self._order: list[tuple[int, str, Any]] = []
        self._own: set[Any] | None = set()

    def copy(self) -> "Rows":
        other = Rows()
        other.partitions, other._order = self.partitions, self._order
        self._own = other._own = None
        return other

    def _owned(self) -> set[Any]:
        """Return the hash keys of the partitions that no copy shares."""
        if self._own is None:
            self.partitions, self._order, self._own = self.partitions.copy(), self._order.copy(), set()
        return self._own

    def _owned_partition(self, value: Any) -> Partition:
        if value not in self._owned():
            found = self.partitions[value]
            self.partitions[value] = Partition(found.order.copy(), found.rows.copy())
            self._owned().add(value)
        return self.partitions[value]

    def get(self, key: Key) -> Row | None:
        found = self.partitions.get(key[0])
        return found.rows.get(key[1]) if found else None

    def put(self, key: Key, new: Row) -> None:
        value, sort = key
        if value not in self.partitions:
            self._owned().add(value)
            self.partitions[value] = Partition([sort], {sort: new})
            insort(self._order, _scattered(value))
            return
        found = self._owned_partition(value)
        if sort not in found.rows:
            insort(found.order, sort)
        found.rows[sort] = new

    def remove(self, key: Key) -> None:
        value, sort = key
        found = self._owned_partition(value)
        del found.rows[sort]
        del found.order[bisect_left(found.order, sort)]
        if not found.order:
            del self.partitions[value]
            self._owned().discard(value)
            del self._order[bisect_left(self._order, _scattered(value))]

    def within(self, value: Any, *, span: Span | None = None, after: Any = None, forward: bool = True) -> Iterator[Row]:
        """Yield one partition's rows in either order, from behind a sort key on, which need not be there any more."""
        found = self.partitions.get(value)
        if found is None:
            return
        order, rows = found.order, found.rows
        start, stop = span(order) if span else (0, len(order))
        if after is not None and forward:
            start = max(start, bisect_right(order, after))
        elif after is not None:
            stop = min(stop, bisect_left(order, after))
        for place in range(start, stop) if forward else range(stop - 1, start - 1, -1):
            yield rows[order[place]]

    def throughout(self, *, after: Key | None = None) -> Iterator[Row]:
        """Yield all rows, from behind a key on."""
        start = 0
        if after is not None:
            start = bisect_left(self._order, _scattered(after[0]))
        for _, _, value in self._order[start:]:
            yield from self.within(value, after=after[1] if after and value == after[0] else None)


def _scattered(value: Any) -> tuple[int, str, Any]:
    text = str(value)
    return crc32(text.encode()), text, value


class Attribute(NamedTuple):
    """One attribute of a key."""

    name: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A key's attributes: the hash key and, where there is one, the sort key."""

    attributes: tuple[Attribute, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, schema: Sequence[Mapping[str, str]], kinds: Mapping[str, str]) -> "Schema":
        found = sorted(
            (Attribute(part["AttributeName"], kinds[part["AttributeName"]], part["KeyType"]) for part in schema),
            key=lambda part: part.role,
        )
        if [part.role for part in found] not in (["HASH"], ["HASH", "RANGE"]):
            raise invalid("Invalid KeySchema")
        return cls(tuple(found), tuple(part.name for part in found))

    def key(self, item: Item) -> Key:
        """Return where an item belongs whose key was checked."""
        values = [ordered(item[name]) for name in self.names]
        return (values[0], values[1]) if len(values) == 2 else (values[0], "")

    def check(self, item: Item, *, index: str | None = None) -> None:
        """Raise `Invalid` unless an item's key attributes, those that are there, can be a key."""
        for name, kind, role in self.attributes:
            value = item.get(name)
            if value is None:
                if index is None:
                    raise Invalid(
                        f"One or more parameter values were invalid: Missing the key {name} in the item", of_item=True
                    )
                continue
            content = value.get(kind)
            if content is None:
                words = f"Index Key {name}" if index else f"key {name}"
                raise Invalid(
                    f"One or more parameter values were invalid: Type mismatch for {words} "
                    f"expected: {kind} actual: {kind_of(value)}" + (f" IndexName: {index}" if index else ""),
                    of_item=True,
                )
            if kind == "N":
                continue
            if not content:
                raise Invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    f"an empty string value. Key: {name}",
                    of_item=True,
                )
            if len(content) > 255 and len(content.encode() if kind == "S" else content) > _MOST_KEY_BYTES[role]:
                raise Invalid(
                    f"One or more parameter values were invalid: {_LIMIT_WORDS[role]} the maximum size limit of "
                    f"{_MOST_KEY_BYTES[role]} bytes",
                    of_item=True,
                )


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its key, and which attributes it holds (`None`: all)."""

    name: str
    schema: Schema
    projected: frozenset[str] | None
    holds: Callable[[Item], bool]

    @classmethod
    def of(cls, said: Mapping[str, Any], kinds: Mapping[str, str], table: Schema) -> "Index":
        schema = Schema.of(said["KeySchema"], kinds)
        keys = frozenset((*schema.names, *table.names))
        projection = said["Projection"]
        projected = {
            "ALL": None,
            "KEYS_ONLY": keys,
            "INCLUDE": keys | frozenset(projection.get("NonKeyAttributes", ())),
        }[projection["ProjectionType"]]
        return cls(said["IndexName"], schema, projected, item_has(schema.names))

    def entry(self, found: Row | None) -> Row | None:
        """Return what the index holds of a row: nothing without its key (a sparse index)."""
        if found is None or not self.holds(found.item):
            return None
        if self.projected is None:
            return found
        return row({name: value for name, value in found.item.items() if name in self.projected})


def item_has(names: tuple[str, ...]) -> Callable[[Item], bool]:
    first, *others = names
    return lambda item: first in item and all(name in item for name in others)


class Lagging(NamedTuple):
    """A change of an index that is not to be seen before its time."""

    at: datetime
    index_name: str
    key: Key
    entry: Row | None


class Record(NamedTuple):
    """One change in a table's stream."""

    number: int
    at: datetime
    key: Item
    old: Row | None
    new: Row | None


@dataclass(slots=True)
class Table:
    """A table with its indexes and its stream."""

    name: str
    schema: Schema
    indexes: Mapping[str, Index]
    kinds: Mapping[str, str]
    view: str | None
    rows: Rows = field(default_factory=Rows)
    entries: dict[str, Rows] = field(default_factory=dict)
    lagging: deque[Lagging] = field(default_factory=deque)
    stream: list[Record] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:eu-west-1:000000000000:table/{self.name}"

    @property
    def stream_arn(self) -> str:
        return f"{self.arn}/stream/2026-01-01T00:00:00.000"

    def copy(self) -> "Table":
        return Table(
            self.name,
            self.schema,
            self.indexes,
            self.kinds,
            self.view,
            self.rows.copy(),
            {name: rows.copy() for name, rows in self.entries.items()},
            self.lagging.copy(),
            self.stream.copy(),
        )

    def checked(self, item: Item) -> Row:
        """Return an item as the table may keep it, or raise `Invalid`."""
        self.schema.check(item)
        for index in self.indexes.values():
            index.schema.check(item, index=index.name)
        found = row(item)
        if found.size > MOST_ITEM_BYTES:
            raise Invalid("Item size has exceeded the maximum allowed size", of_item=True)
        return found

    def write(self, key: Key, new: Row | None, *, now: datetime, lag: timedelta, number: int) -> float:
        """Put a row in its place, or take it away; return what the indexes are charged for it, in write units."""
        old = self.rows.get(key)
        if new is not None:
            self.rows.put(key, new)
        elif old is not None:
            self.rows.remove(key)
        if self.view and (old and old.item) != (new and new.item):
            named = new or old
            assert named
            self.stream.append(Record(number, now, {name: named.item[name] for name in self.schema.names}, old, new))
        return sum(
            self._index(index, key, old, new, now + lag if lag or self.lagging else None)
            for index in self.indexes.values()
        )

    def _index(self, index: Index, key: Key, old: Row | None, new: Row | None, at: datetime | None) -> int:
        """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html ("Write capacity units")"""
        before, after = index.entry(old), index.entry(new)
        if before is after or (before and after and before.item == after.item):
            return 0
        place = before and self._place(index, before, key)
        target = after and self._place(index, after, key)
        if place and place != target:
            self._enter(index, place, None, at)
        if target:
            self._enter(index, target, after, at)
        if place == target and before and after:
            return write_units(max(before.size, after.size))
        return sum(write_units(entry.size) for entry in (before, after) if entry)

    def _place(self, index: Index, entry: Row, key: Key) -> Key:
        value, sort = index.schema.key(entry.item)
        return value, (sort, *key)

    def _enter(self, index: Index, place: Key, entry: Row | None, at: datetime | None) -> None:
        if at is not None:
            self.lagging.append(Lagging(at, index.name, place, entry))
        elif entry:
            self.entries[index.name].put(place, entry)
        else:
            self.entries[index.name].remove(place)

    def index_rows(self, name: str, now: datetime) -> Rows:
        """Return an index as it shows itself by now."""
        while self.lagging and self.lagging[0].at <= now:
            _, index, place, entry = self.lagging.popleft()
            self._enter(self.indexes[index], place, entry, None)
        return self.entries[name]


def write_units(size: int) -> int:
    return max(1, ceil(size / WRITE_UNIT))


def read_units(size: int, *, consistent: bool) -> float:
    return max(1, ceil(size / READ_UNIT)) / (1 if consistent else 2)


def table_of(said: Mapping[str, Any]) -> Table:
    """Return an empty table from `CreateTable`'s arguments."""
    kinds = {part["AttributeName"]: part["AttributeType"] for part in said["AttributeDefinitions"]}
    try:
        schema = Schema.of(said["KeySchema"], kinds)
        indexes = [Index.of(one, kinds, schema) for one in said.get("GlobalSecondaryIndexes", [])]
    except KeyError as error:
        raise invalid(f"Some index key attributes are not defined in AttributeDefinitions: {error}") from None
    used = {name for part in (schema, *(index.schema for index in indexes)) for name in part.names}
    if used != kinds.keys():
        raise invalid("Number of attributes in KeySchema does not exactly match number of attributes defined")
    stream = said.get("StreamSpecification", {})
    return Table(
        said["TableName"],
        schema,
        {index.name: index for index in indexes},
        kinds,
        stream["StreamViewType"] if stream.get("StreamEnabled") else None,
        entries={index.name: Rows() for index in indexes},
    )
