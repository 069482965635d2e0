"""The table in memory, as far as a journal and its reader need it: strict, ordered as DynamoDB orders, and counting."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.store.keys import Key
from shared.store.table import Item, Table


class Rows(Table):
    """A table without a client; every call is counted, a query once for each page of `page` items."""

    def __init__(self, page: int = 1000) -> None:
        self.items: dict[Key, Item] = {}
        self.calls = 0
        self._page = page

    def insert(self, item: Item) -> Item | None:
        key = Key(item["pk"]["S"], item["sk"]["S"])
        self.calls += 1
        there = self.items.setdefault(key, item)
        return None if there is item else there

    def replace(self, key: Key, *, state: str, seen: str | None, extra: Mapping[str, Any] | None = None) -> bool:
        self.calls += 1
        there = self.items.get(key)
        if (None if there is None else there["state"]["S"]) != seen:
            return False
        self.items[key] = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": state}, **(extra or {})}
        return True

    def set(self, key: Key, attributes: Mapping[str, Any], *, remove: Sequence[str] = (), having: str = "pk") -> None:
        self.calls += 1
        if having in (there := self.items.get(key, {})):
            self.items[key] = {name: value for name, value in there.items() if name not in remove} | dict(attributes)

    def raise_to(self, key: Key, *, rank: int, state: str) -> bool:
        self.calls += 1
        assert len(str(abs(rank))) <= 38
        if key in self.items and int(self.items[key]["rank"]["N"]) >= rank:
            return False
        self.items[key] = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "rank": {"N": str(rank)}, "state": {"S": state}}
        return True

    def add_to(self, key: Key, attribute: str, text: str) -> Item:
        self.calls += 1
        there = self.items.get(key, {"pk": {"S": key.pk}, "sk": {"S": key.sk}})
        texts = {*there.get(attribute, {"SS": ()})["SS"], text}
        self.items[key] = there | {attribute: {"SS": sorted(texts)}}
        return self.items[key]

    def get(self, key: Key) -> Item | None:
        self.calls += 1
        return self.items.get(key)

    def change(self, key: Key, *, before: Item | None, after: Item | None) -> bool:
        self.calls += 1
        if self.items.get(key) != before:
            return False
        if after is None:
            del self.items[key]
        else:
            self.items[key] = after
        return True

    def put_many(self, items: Iterable[Item]) -> None:
        self.calls += 1
        for item in items:
            key = Key(item["pk"]["S"], item["sk"]["S"])
            assert key not in self.items, "nothing is written over"
            self.items[key] = item

    def get_many(self, wanted: Iterable[Key]) -> dict[Key, Item]:
        keys = set(wanted)
        assert len(keys) <= 100
        self.calls += bool(keys)
        return {key: self.items[key] for key in keys if key in self.items}

    def query(
        self,
        pk: str,
        *,
        first: str = "\0",
        last: str = "\U0010ffff",
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item]:
        assert len(pk.encode()) <= 2048
        assert max(len(first.encode()), len(last.encode())) <= 1024
        assert first.encode() <= last.encode(), "DynamoDB refuses a BETWEEN whose bounds are the wrong way round"
        found: Sequence[Any] = sorted(
            (key for key in self.items if key.pk == pk and first.encode() <= key.sk.encode() <= last.encode()),
            key=lambda key: key.sk.encode(),
            reverse=newest_first,
        )
        size = min(limit or self._page, self._page)
        for start in range(0, len(found) or 1, size):
            self.calls += 1
            for key in found[start : start + size]:
                yield self.items[key]
