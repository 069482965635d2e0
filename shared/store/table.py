"""The DynamoDB table: the few operations that the product needs, each one call.

Items are dictionaries of DynamoDB's own typed values, so that nothing is converted twice on the acknowledgement path.
Projections are kept as one JSON text, `state`; a write names the state it was computed from, and is refused when the
table holds another by now. Since the text is a pure function of the state, an equal text is the same state.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from shared.errors import StoreUnavailable
from shared.store.keys import Key
from shared.store.typed import refused_by_condition, still, typed, typed_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

type Item = dict[str, Any]

_NEW = "attribute_not_exists(pk)"
_FIRST, _LAST = "\0", "\U0010ffff"

_BATCH_GET_LIMIT = 100
_BATCH_WRITE_LIMIT = 25
_BATCH_ROUNDS = 5


class Table:
    """One table, by name, through one client."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def insert(self, item: Item) -> Item | None:
        """Write an item unless its key is taken; return the item that has it, or `None` when this call wrote it.

        After a timeout the SDK tries again, and the second try can meet the first one's item: whoever has to tell that
        from another writer's compares the two.
        """
        condition = {"ConditionExpression": _NEW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            self._client.put_item(TableName=self._name, Item=item, **condition)  # type: ignore[arg-type]
        except ClientError as error:
            if refused_by_condition(error):
                return dict(cast("Any", error.response).get("Item", {}))
            raise
        return None

    def replace(self, key: Key, *, state: str, seen: str | None, extra: Mapping[str, Any] | None = None) -> bool:
        """Write a projection if the table still holds the state it was computed from; return whether it did.

        `seen` is the state that was read, `None` for no item. `extra` are further typed attributes.
        """
        condition: dict[str, Any] = {"ConditionExpression": _NEW}
        if seen is not None:
            condition = {
                "ConditionExpression": "#state = :seen",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {":seen": {"S": seen}},
            }
        return self._put(typed(key, state, extra), condition)

    def raise_to(self, key: Key, *, rank: int, state: str) -> bool:
        """Write an item unless one of the same or a higher rank is there; return whether it was written."""
        return self._put(
            typed(key, state, {"rank": {"N": str(rank)}}),
            {
                "ConditionExpression": f"{_NEW} OR #rank < :rank",
                "ExpressionAttributeNames": {"#rank": "rank"},
                "ExpressionAttributeValues": {":rank": {"N": str(rank)}},
            },
        )

    def _put(self, item: Item, condition: Mapping[str, Any]) -> bool:
        try:
            self._client.put_item(TableName=self._name, Item=item, **condition)
        except ClientError as error:
            if refused_by_condition(error):
                return False
            raise
        return True

    def set(self, key: Key, attributes: Mapping[str, Any], *, remove: Sequence[str] = (), having: str = "pk") -> None:
        """Set and remove attributes of an item that has the attribute `having`; one that has not, or is gone, stays as
        it is."""
        names = {f"#{name}": name for name in (*attributes, *remove, having)}
        clauses = []
        if attributes:
            clauses.append("SET " + ", ".join(f"#{name} = :{name}" for name in attributes))
        if remove:
            clauses.append("REMOVE " + ", ".join(f"#{name}" for name in remove))
        values = {f":{name}": value for name, value in attributes.items()}
        change = {"UpdateExpression": " ".join(clauses), "ExpressionAttributeNames": names}
        self._update(key, change, values, ConditionExpression=f"attribute_exists(#{having})")

    def count_up(self, key: Key, *, most: int, expires_at: int) -> bool:
        """Count one more, unless so many were counted already; return whether it was counted.

        `expires_at`, in seconds since 1970, is from when on DynamoDB may delete the item. After a timeout the SDK tries
        again, and one may then be counted as two.
        """
        change = {
            "UpdateExpression": "SET #expires_at = :expires_at ADD #count :one",
            "ExpressionAttributeNames": {"#expires_at": "expires_at", "#count": "count"},
        }
        values = {":expires_at": {"N": str(expires_at)}, ":one": {"N": "1"}, ":most": {"N": str(most)}}
        condition = "attribute_not_exists(#count) OR #count < :most"
        return self._update(key, change, values, ConditionExpression=condition) is not None

    def add_to(self, key: Key, attribute: str, text: str) -> Item:
        """Add a text to a set of an item, which need not be there; return the item as it is then."""
        change = {"UpdateExpression": "ADD #set :added", "ExpressionAttributeNames": {"#set": attribute}}
        return self._update(key, change, {":added": {"SS": [text]}}, ReturnValues="ALL_NEW") or {}

    def _update(self, key: Key, change: Mapping[str, Any], values: Mapping[str, Any], **further: Any) -> Item | None:
        """Return what is answered to an update, or `None` where its condition refuses it."""
        asked = {**change, **further, **({"ExpressionAttributeValues": values} if values else {})}
        try:
            answer = self._client.update_item(TableName=self._name, Key=typed_key(key), **asked)
        except ClientError as error:
            if refused_by_condition(error):
                return None
            raise
        return dict(answer.get("Attributes", {}))

    def change(self, key: Key, *, before: Item | None, after: Item | None) -> bool:
        """Make one item out of another, `None` being no item, if the table still holds exactly the one that was read;
        return whether it did."""
        condition: dict[str, Any] = {"ConditionExpression": _NEW}
        if before is not None:
            condition = still(before)
        if after is not None:
            return self._put(after, condition)
        try:
            self._client.delete_item(TableName=self._name, Key=typed_key(key), **condition)
        except ClientError as error:
            if refused_by_condition(error):
                return False
            raise
        return True

    def get(self, key: Key) -> Item | None:
        """Return an item as it is now (strongly consistent), or `None`."""
        answer = self._client.get_item(TableName=self._name, Key=typed_key(key), ConsistentRead=True)
        return dict(answer["Item"]) if "Item" in answer else None

    def get_many(self, wanted: Iterable[Key]) -> dict[Key, Item]:
        """Return the items that exist among these keys, as they are now (strongly consistent).

        Raises `StoreUnavailable` when the table keeps handing keys back (throttling).
        """
        keys = list(dict.fromkeys(wanted))
        found: dict[Key, Item] = {}
        for start in range(0, len(keys), _BATCH_GET_LIMIT):
            found |= self._get_batch([typed_key(key) for key in keys[start : start + _BATCH_GET_LIMIT]])
        return found

    def _get_batch(self, pending: list[Any]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        for _ in range(_BATCH_ROUNDS):
            answer: Any = self._client.batch_get_item(
                RequestItems={self._name: {"Keys": pending, "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(self._name, []):
                found[key_of(item)] = item
            pending = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
            if not pending:
                return found
        raise StoreUnavailable("the table keeps handing keys of a batch back unread")

    def put_many(self, items: Iterable[Item]) -> None:
        """Write items without a condition, so only those whose key is nobody else's; in calls of 25.

        Raises `StoreUnavailable` when the table keeps handing items back (throttling); some may be written then.
        """
        for batch in batched(items, _BATCH_WRITE_LIMIT, strict=False):
            self._put_batch([{"PutRequest": {"Item": item}} for item in batch])

    def _put_batch(self, pending: list[Any]) -> None:
        for _ in range(_BATCH_ROUNDS):
            answer: Any = self._client.batch_write_item(RequestItems={self._name: pending})
            pending = answer.get("UnprocessedItems", {}).get(self._name, [])
            if not pending:
                return
        raise StoreUnavailable("the table keeps handing items of a batch back unwritten")

    def query(
        self,
        pk: str,
        *,
        first: str = _FIRST,
        last: str = _LAST,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """Yield a partition's items with `first <= sk <= last`, as they are now, paging as far as the caller reads."""
        request: QueryInputTypeDef = {
            "TableName": self._name,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,
        }
        if limit is not None:
            request["Limit"] = limit
        yield from self._pages(request)

    def open_work(self, shard: str, *, until: str) -> Iterator[Key]:
        """Yield the keys of open work in one partition of the sparse index that is due, oldest first."""
        return map(key_of, self.listed(shard, until=until))

    def listed(self, shard: str, *, until: str = _LAST, page: int | None = None) -> Iterator[Item]:
        """Yield the open work in one partition of the sparse index, oldest first: key, `open_at`, and `received_at`
        where the item has it.

        It pages as far as the caller reads, `page` rows at a time where that is said. The index is eventually
        consistent: what was closed a moment ago may still be listed, so whoever acts reads the item first.
        """
        limit = {} if page is None else {"Limit": page}
        yield from self._index("open", shard, by="open_at", first=_FIRST, last=until, **limit)

    def cases(self, department: str, *, within: str = "", after: str = "", page: int = 1000) -> Iterator[Item]:
        """Yield a department's open escalations, whole, the one to be seen to first before the others: those whose
        urgency begins with a text, after that of the last one that was read.

        It pages as far as the caller reads, `page` rows at a time. The index is eventually consistent: whoever acts on
        one reads it first.
        """
        first, last = max(within or _FIRST, f"{after}{_FIRST}" if after else ""), f"{within}{_LAST}"
        if first <= last:
            yield from self._index("desk", department, by="urgency", first=first, last=last, Limit=page)

    def requests(
        self, partition: str, *, since: str = _FIRST, before: str = _LAST, newest_first: bool = False, page: int = 1000
    ) -> Iterator[Item]:
        """Yield what one partition of the index `ledger` lists with `since <= received_at < before`, by that instant:
        key, `received_at`, and where the item has them `units` and `outcomes`.

        It pages as far as the caller reads, `page` rows at a time. The index is eventually consistent: of the last
        seconds something may be missing.
        """
        found = self._index(
            "ledger",
            partition,
            by="received_at",
            first=since,
            last=before,
            ScanIndexForward=not newest_first,
            Limit=page,
        )
        yield from (item for item in found if item["received_at"]["S"] < before)

    def _index(self, index: str, partition: str, *, by: str, first: str, last: str, **further: Any) -> Iterator[Item]:
        request: Any = {
            "TableName": self._name,
            "IndexName": index,
            "KeyConditionExpression": "#partition = :partition AND #by BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#partition": index, "#by": by},
            "ExpressionAttributeValues": {
                ":partition": {"S": partition},
                ":first": {"S": first},
                ":last": {"S": last},
            },
            **further,
        }
        yield from self._pages(request)

    def _pages(self, request: "QueryInputTypeDef") -> Iterator[Item]:
        while True:
            answer = self._client.query(**request)
            for item in answer["Items"]:
                yield dict(item)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def key_of(item: Mapping[str, Any]) -> Key:
    """Return where an item is."""
    return Key(item["pk"]["S"], item["sk"]["S"])


def state_of(item: Item | None) -> str | None:
    """Return the JSON text of a projection's item, or `None` when there is no item."""
    return None if item is None else str(item["state"]["S"])
