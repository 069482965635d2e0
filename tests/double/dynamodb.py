"""DynamoDB: its operations on tables in memory, with its documented limits, conditions and charges.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from sys import maxunicode
from typing import Any, NamedTuple

from tests.double import expressions, updates
from tests.double.expressions import Apply, Compiled, Given, Node, Path, Values
from tests.double.meter import Meter
from tests.double.tables import Index, Key, Row, Rows, Schema, Span, Table, read_units, table_of, write_units
from tests.double.values import Item, copied, item_of, ordered, value_of
from tests.double.wire import Answer, Arguments, Invalid, NotDoubled, Operation, Refusal, invalid, operation

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html, API_BatchWriteItem.html
_MOST_READ_IN_BATCH = 100
_MOST_WRITTEN_IN_BATCH = 25
_MOST_BATCH_BYTES = 16 * 1024 * 1024
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
_PAGE_BYTES = 1024 * 1024
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_MOST_IN_TRANSACTION = 100
_MOST_TRANSACTION_BYTES = 4 * 1024 * 1024
_TOKEN_LASTS = timedelta(minutes=10)

_KEY_RANGES = frozenset({"=", "<", "<=", ">", ">=", "between", "begins_with"})
_NOTHING: Mapping[str, Any] = {}

type _Cut = Callable[[Any], int]


class Change(NamedTuple):
    """What a write would do: decided from the table as it is, and not yet done."""

    table: Table
    key: Key
    old: Row | None
    new: Row | None
    holds: bool
    returns_old: bool
    paths: tuple[Path, ...] = ()


class DynamoDB:
    """All tables of an account in one region."""

    def __init__(self, now: Callable[[], datetime], meter: Meter) -> None:
        self._now = now
        self._meter = meter
        self.index_lag = timedelta(0)
        self.tables: dict[str, Table] = {}
        self._tokens: dict[str, tuple[datetime, Arguments]] = {}
        self._records = 0
        self.hands_back_half = False

        condition = "ConditionExpression ExpressionAttributeNames ExpressionAttributeValues"
        write = f"TableName! {condition} ReturnValues ReturnConsumedCapacity ReturnValuesOnConditionCheckFailure"
        read = "ExpressionAttributeNames ProjectionExpression ReturnConsumedCapacity ConsistentRead"
        many = f"TableName! {read} IndexName Limit ExclusiveStartKey FilterExpression ExpressionAttributeValues Select"
        self.operations: dict[str, Operation] = {
            "CreateTable": operation(
                self.create_table,
                "TableName! AttributeDefinitions! KeySchema! GlobalSecondaryIndexes BillingMode StreamSpecification",
            ),
            "DescribeTable": operation(self.describe_table, "TableName!"),
            "PutItem": operation(self._writer(self._plan_put), f"{write} Item!"),
            "DeleteItem": operation(self._writer(self._plan_delete), f"{write} Key!"),
            "UpdateItem": operation(self._writer(self._plan_update), f"{write} Key! UpdateExpression"),
            "GetItem": operation(self.get_item, f"TableName! Key! {read}"),
            "BatchGetItem": operation(self.batch_get_item, "RequestItems! ReturnConsumedCapacity"),
            "BatchWriteItem": operation(self.batch_write_item, "RequestItems! ReturnConsumedCapacity"),
            "Query": operation(self.query, f"{many} KeyConditionExpression! ScanIndexForward"),
            "Scan": operation(self.scan, many),
            "TransactWriteItems": operation(
                self.transact_write_items, "TransactItems! ClientRequestToken ReturnConsumedCapacity"
            ),
            "TransactGetItems": operation(self.transact_get_items, "TransactItems! ReturnConsumedCapacity"),
        }
        self._plans: Mapping[str, Callable[[Arguments], Change]] = {
            "Put": self._plan_put,
            "Delete": self._plan_delete,
            "Update": self._plan_update,
            "ConditionCheck": self._plan_check,
        }

    # the whole

    def snapshot(self) -> Any:
        return (
            {name: table.copy() for name, table in self.tables.items()},
            self._tokens.copy(),
            self._records,
            self.index_lag,
        )

    def restore(self, snapshot: Any) -> None:
        tables, tokens, self._records, self.index_lag = snapshot
        self.tables = {name: table.copy() for name, table in tables.items()}
        self._tokens = tokens.copy()

    # tables

    def create_table(self, ask: Arguments) -> Answer:
        if ask["TableName"] in self.tables:
            raise Refusal("ResourceInUseException", f"Table already exists: {ask['TableName']}")
        self.tables[ask["TableName"]] = table_of(ask)
        return {"TableDescription": self._description(ask)}

    def describe_table(self, ask: Arguments) -> Answer:
        return {"Table": self._description(ask)}

    def _description(self, ask: Arguments) -> Answer:
        table = self._table(ask)
        said: Answer = {"TableName": table.name, "TableArn": table.arn, "TableStatus": "ACTIVE"}
        if table.view:
            said |= {
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": table.view},
                "LatestStreamArn": table.stream_arn,
            }
        return said

    def _table(self, ask: Arguments) -> Table:
        table = self.tables.get(ask["TableName"])
        if table is None:
            raise Refusal("ResourceNotFoundException", "Requested resource not found")
        return table

    # single writes

    def _writer(self, plan: Callable[[Arguments], Change]) -> Callable[[Arguments], Answer]:
        def write(ask: Arguments) -> Answer:
            change = plan(ask)
            if not change.holds:
                # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
                self._meter.add(write=write_units(change.old.size if change.old else 0))
                raise Refusal("ConditionalCheckFailedException", _FAILED, **_shown(change))
            returned = _returned(change, ask.get("ReturnValues", "NONE"), updates=plan == self._plan_update)
            units, index_units = self._apply(change)
            self._meter.add(write=units + index_units)
            return returned | self._consumed(ask, units + index_units)

        return write

    def _apply(self, change: Change) -> tuple[int, float]:
        table, key, old, new = change[:4]
        self._records += 1
        index_units = table.write(key, new, now=self._now(), lag=self.index_lag, number=self._records)
        return write_units(max(old.size if old else 0, new.size if new else 0)), index_units

    def _consumed(self, ask: Arguments, units: float) -> Answer:
        match ask.get("ReturnConsumedCapacity", "NONE"):
            case "NONE":
                return {}
            case "TOTAL":
                return {"ConsumedCapacity": {"TableName": ask["TableName"], "CapacityUnits": float(units)}}
        raise NotDoubled("ReturnConsumedCapacity by index")

    def _plan_put(self, ask: Arguments) -> Change:
        table = self._table(ask)
        new = table.checked(item_of(ask["Item"]))
        return self._plan(table, ask, table.schema.key(new.item), new)

    def _plan_delete(self, ask: Arguments) -> Change:
        table = self._table(ask)
        return self._plan(table, ask, _key(table, ask["Key"])[1], None)

    def _plan_check(self, ask: Arguments) -> Change:
        table = self._table(ask)
        if "ConditionExpression" not in ask:
            raise invalid("The expression can not be empty;")
        key = _key(table, ask["Key"])[1]
        return self._plan(table, ask, key, table.rows.get(key))

    def _plan_update(self, ask: Arguments) -> Change:
        table = self._table(ask)
        named, key = _key(table, ask["Key"])
        if "UpdateExpression" not in ask:
            found = table.rows.get(key)
            return self._plan(table, ask, key, found or table.checked(named))
        update = updates.update(ask["UpdateExpression"], ask.get("ExpressionAttributeNames", _NOTHING))
        targets = tuple(action.path for action in update.tree)
        for path in targets:
            if path.parts[0] in table.schema.names:
                raise Invalid(
                    f"One or more parameter values were invalid: Cannot update attribute {path.parts[0]}. "
                    "This attribute is part of the key",
                    of_item=True,
                )
        condition, values = _expressions(ask, update, "UpdateExpression")
        old = table.rows.get(key)
        holds = condition is None or bool(condition.read(old.item if old else {}, values))
        new = (
            table.checked(updates.applied(old.item if old else named, update.tree, values, there=bool(old)))
            if holds
            else None
        )
        return Change(table, key, old, new, holds, _wants_old(ask), targets)

    def _plan(self, table: Table, ask: Arguments, key: Key, new: Row | None) -> Change:
        old = table.rows.get(key)
        if "ConditionExpression" not in ask:
            _expressions(ask)
            return Change(table, key, old, new, True, False)
        condition, values = _expressions(ask)
        assert condition
        return Change(table, key, old, new, bool(condition.read(old.item if old else {}, values)), _wants_old(ask))

    # reads

    def get_item(self, ask: Arguments) -> Answer:
        found, units = self._get(ask, ask)
        self._meter.add(read=units)
        return ({"Item": found} if found is not None else {}) | self._consumed(ask, units)

    def _get(self, ask: Arguments, options: Arguments) -> tuple[Item | None, float]:
        table = self._table(ask)
        key = _key(table, ask["Key"])[1]
        only = _projection(options)
        found = table.rows.get(key)
        units = read_units(found.size if found else 0, consistent=options.get("ConsistentRead", False))
        return (_chosen(found, only) if found else None), units

    def batch_get_item(self, ask: Arguments) -> Answer:
        wanted = [(name, options, key) for name, options in ask["RequestItems"].items() for key in options["Keys"]]
        if not wanted:
            raise invalid("1 validation error detected: Value at 'requestItems' failed to satisfy constraint")
        if len(wanted) > _MOST_READ_IN_BATCH:
            raise invalid("Too many items requested for the BatchGetItem call")
        for options in ask["RequestItems"].values():
            _known(options, "Keys ConsistentRead ProjectionExpression ExpressionAttributeNames")
        _refuse_duplicates(((name, self._place(name, key)) for name, _, key in wanted), "Provided list of item keys")
        found: dict[str, list[Item]] = {name: [] for name in ask["RequestItems"]}
        pending: dict[str, Answer] = {}
        room, units = _MOST_BATCH_BYTES, 0.0
        most = -(-len(wanted) // 2) if self.hands_back_half else len(wanted)
        for number, (name, options, key) in enumerate(wanted):
            there = self.tables[name].rows.get(self._place(name, key))
            room -= there.size if there else 0
            if number >= most or room < 0:
                room = -1
                rest = pending.setdefault(name, {**options, "Keys": []})
                rest["Keys"].append(item_of(key))
                continue
            item, charged = self._get({"TableName": name, "Key": key}, options)
            units += charged
            found[name] += [item] if item is not None else []
        self._meter.add(read=units)
        return {"Responses": found, "UnprocessedKeys": pending} | _consumed_by_many(ask, units)

    def _place(self, name: str, key: Item) -> Key:
        return _key(self._table({"TableName": name}), key)[1]

    def batch_write_item(self, ask: Arguments) -> Answer:
        wanted = [(name, request) for name, requests in ask["RequestItems"].items() for request in requests]
        if not 1 <= len(wanted) <= _MOST_WRITTEN_IN_BATCH:
            raise invalid("Too many items requested for the BatchWriteItem call")
        changes = []
        for name, request in wanted:
            ((kind, what),) = request.items()
            plan = {"PutRequest": self._plan_put, "DeleteRequest": self._plan_delete}[kind]
            changes.append(plan({"TableName": name, **what}))
        _refuse_duplicates(((change.table.name, change.key) for change in changes), "Provided list of item keys")
        if sum(change.new.size for change in changes if change.new) > _MOST_BATCH_BYTES:
            raise invalid("Request size exceeded the limit")
        most = -(-len(wanted) // 2) if self.hands_back_half else len(wanted)
        units = sum(sum(self._apply(change)) for change in changes[:most])
        self._meter.add(write=units)
        pending: dict[str, list[Any]] = {}
        for name, request in wanted[most:]:
            ((kind, what),) = request.items()
            pending.setdefault(name, []).append({kind: {part: item_of(item) for part, item in what.items()}})
        return {"UnprocessedItems": pending} | _consumed_by_many(ask, units)

    # many reads

    def query(self, ask: Arguments) -> Answer:
        table, index, rows, schema = self._source(ask)
        condition = expressions.condition(
            ask["KeyConditionExpression"], "KeyConditionExpression", ask.get("ExpressionAttributeNames", _NOTHING)
        )
        chosen, values = _expressions(ask, condition, "KeyConditionExpression", also="FilterExpression")
        of_hash, of_sort = _key_condition(condition.tree, schema, values)
        forward = ask.get("ScanIndexForward", True)
        after = self._start(ask, table, index)
        if after is not None and after[0] != of_hash:
            raise invalid("The provided starting key is outside query boundaries based on provided conditions")
        found = rows.within(
            of_hash,
            span=_span(of_sort, values, of_index=index is not None),
            after=after[1] if after else None,
            forward=forward,
        )
        if chosen:
            _refuse_keys(chosen, schema)
        return self._page(ask, table, index, found, chosen, values)

    def scan(self, ask: Arguments) -> Answer:
        table, index, rows, _ = self._source(ask)
        chosen, values = _expressions(ask, also="FilterExpression")
        return self._page(ask, table, index, rows.throughout(after=self._start(ask, table, index)), chosen, values)

    def _source(self, ask: Arguments) -> tuple[Table, Index | None, Rows, Schema]:
        table = self._table(ask)
        name = ask.get("IndexName")
        if name is None:
            return table, None, table.rows, table.schema
        if name not in table.indexes:
            raise invalid(f"The table does not have the specified index: {name}")
        if ask.get("ConsistentRead"):
            raise invalid("Consistent reads are not supported on global secondary indexes")
        index = table.indexes[name]
        return table, index, table.index_rows(name, self._now()), index.schema

    def _start(self, ask: Arguments, table: Table, index: Index | None) -> Key | None:
        if "ExclusiveStartKey" not in ask:
            return None
        given = item_of(ask["ExclusiveStartKey"])
        if given.keys() != _key_names(table, index):
            raise invalid("The provided starting key is invalid: The provided key element does not match the schema")
        table.schema.check(given)
        if index is None:
            return table.schema.key(given)
        index.schema.check(given)
        value, sort = index.schema.key(given)
        return value, (sort, *table.schema.key(given))

    def _page(
        self,
        ask: Arguments,
        table: Table,
        index: Index | None,
        rows: Iterator[Row],
        chosen: Compiled[Node] | None,
        values: Values,
    ) -> Answer:
        limit = ask.get("Limit")
        if limit is not None and limit < 1:
            raise invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint")
        only = _selection(ask, table, index)
        rows_found: list[Row] = []
        scanned, size, last, more = 0, 0, None, False
        for found in rows:
            if size + found.size > _PAGE_BYTES:
                more = True
                break
            size += found.size
            scanned += 1
            last = found.item
            if chosen is None or chosen.read(found.item, values):
                rows_found.append(found)
            if scanned == limit:
                more = True
                break
        units = read_units(size, consistent=ask.get("ConsistentRead", False))
        self._meter.add(read=units)
        answer: Answer = {"Count": len(rows_found), "ScannedCount": scanned}
        if ask.get("Select") != "COUNT":
            answer["Items"] = [_chosen(found, only) for found in rows_found]
        if more and last is not None:
            answer["LastEvaluatedKey"] = copied({name: last[name] for name in _key_names(table, index)})
        return answer | self._consumed(ask, units)

    # transactions

    def transact_write_items(self, ask: Arguments) -> Answer:
        wanted = ask["TransactItems"]
        if not 1 <= len(wanted) <= _MOST_IN_TRANSACTION:
            raise invalid("Member must have length less than or equal to 100, greater than or equal to 1")
        token = ask.get("ClientRequestToken")
        if token is not None and self._is_repeated(token, ask):
            return {}
        _refuse_duplicates(
            map(self._target, wanted), "Transaction request cannot include multiple operations on one item"
        )
        found = [self._planned(one) for one in wanted]
        changes = [change for change in found if isinstance(change, Change)]
        if sum(max(change.new.size if change.new else 0, 0) for change in changes) > _MOST_TRANSACTION_BYTES:
            raise invalid("Collection size limit exceeded: the aggregate size of the items cannot exceed 4 MB")
        units = 2 * sum(write_units(max(part.size for part in (c.old, c.new, _EMPTY) if part)) for c in changes)
        if len(changes) < len(found) or not all(change.holds for change in changes):
            self._meter.add(write=units)
            raise cancelled([_reason(change) for change in found])
        index_units = 0.0
        for one, change in zip(wanted, changes, strict=True):
            if "ConditionCheck" not in one:
                index_units += self._apply(change)[1]
        self._meter.add(write=units + 2 * index_units)
        if token is not None:
            self._tokens[token] = (self._now(), _frozen(ask))
        return _consumed_by_many(ask, units + 2 * index_units)

    def _target(self, one: Arguments) -> tuple[str, Hashable]:
        if len(one) != 1 or not one.keys() <= self._plans.keys():
            raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        ((_, what),) = one.items()
        table = self._table(what)
        given = what["Key"] if "Key" in what else what["Item"]
        return table.name, repr([given.get(name) for name in table.schema.names])

    def _planned(self, one: Arguments) -> Change | Invalid:
        ((kind, what),) = one.items()
        _known(
            what,
            "TableName Item Key UpdateExpression ConditionExpression ExpressionAttributeNames "
            "ExpressionAttributeValues ReturnValuesOnConditionCheckFailure",
        )
        try:
            return self._plans[kind](what)
        except Invalid as refusal:
            if refusal.of_item:
                return refusal
            raise

    def _is_repeated(self, token: str, ask: Arguments) -> bool:
        if not 1 <= len(token) <= 36:
            raise invalid("Value at 'clientRequestToken' failed to satisfy constraint")
        if token not in self._tokens or self._now() - self._tokens[token][0] >= _TOKEN_LASTS:
            return False
        if self._tokens[token][1] != _frozen(ask):
            raise Refusal(
                "IdempotentParameterMismatchException",
                "DynamoDB rejected the request because you retried a request with a different payload but with an "
                "idempotent token that was already used.",
            )
        return True

    def transact_get_items(self, ask: Arguments) -> Answer:
        wanted = ask["TransactItems"]
        if not 1 <= len(wanted) <= _MOST_IN_TRANSACTION:
            raise invalid("Member must have length less than or equal to 100, greater than or equal to 1")
        _refuse_duplicates(
            ((one["Get"]["TableName"], self._place(one["Get"]["TableName"], one["Get"]["Key"])) for one in wanted),
            "Transaction request cannot include multiple operations on one item",
        )
        found = [self._get(one["Get"], {**one["Get"], "ConsistentRead": True}) for one in wanted]
        units = 2 * sum(units for _, units in found)
        self._meter.add(read=units)
        return {"Responses": [{"Item": item} if item is not None else {} for item, _ in found]} | _consumed_by_many(
            ask, units
        )


_FAILED = "The conditional request failed"
_EMPTY = Row({}, 0, True)


def cancelled(reasons: Sequence[Answer]) -> Refusal:
    """Return the refusal of a transaction, with a reason for each of its items."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return Refusal("TransactionCanceledException", message, Message=message, CancellationReasons=list(reasons))


def _reason(change: Change | Invalid) -> Answer:
    if isinstance(change, Invalid):
        return {"Code": "ValidationError", "Message": change.message}
    if change.holds:
        return {"Code": "None"}
    return {"Code": "ConditionalCheckFailed", "Message": _FAILED} | _shown(change)


def _wants_old(ask: Arguments) -> bool:
    wanted = ask.get("ReturnValuesOnConditionCheckFailure", "NONE")
    if wanted not in ("NONE", "ALL_OLD"):
        raise invalid("Value at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint")
    return bool(wanted == "ALL_OLD")


def _shown(change: Change) -> Answer:
    return {"Item": change.old.copied()} if change.returns_old and change.old else {}


def _returned(change: Change, wanted: str, *, updates: bool) -> Answer:
    allowed = ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW") if updates else ("NONE", "ALL_OLD")
    if wanted not in allowed:
        raise invalid(f"ReturnValues set to invalid value: {wanted}")
    if wanted == "NONE":
        return {}
    found = change.old if wanted.endswith("OLD") else change.new
    item = found.item if found else {}
    if wanted.startswith("UPDATED"):
        item = expressions.projected(item, change.paths)
    return {"Attributes": copied(item)} if item else {}


def _key(table: Table, given: Mapping[str, Any]) -> tuple[Item, Key]:
    named = item_of(given)
    if named.keys() != set(table.schema.names) or any(
        kind not in named[name] for name, kind, _ in table.schema.attributes
    ):
        raise Invalid("The provided key element does not match the schema", of_item=True)
    table.schema.check(named)
    return named, table.schema.key(named)


def _key_names(table: Table, index: Index | None) -> set[str]:
    return {*table.schema.names, *(index.schema.names if index else ())}


def _expressions(
    ask: Arguments,
    other: Compiled[Any] | None = None,
    other_kind: str = "",
    *,
    also: str = "ConditionExpression",
) -> tuple[Compiled[Node] | None, Values]:
    """Return the request's condition and values, having held names and values to all of its expressions."""
    names = ask.get("ExpressionAttributeNames")
    given = ask.get("ExpressionAttributeValues")
    text = ask.get(also)
    if text is None and other is None:
        only = _projection(ask)
        if given is not None:
            raise invalid("ExpressionAttributeValues can only be specified when using expressions")
        if names is not None and only is None:
            raise invalid("ExpressionAttributeNames can only be specified when using expressions")
        return None, _NOTHING
    used = [(other, other_kind)] if other is not None else []
    condition = None
    if text is not None:
        condition = expressions.condition(text, also, names or _NOTHING)
        used.append((condition, also))
    values = _values(given) if given is not None else _NOTHING
    for found, kind in used:
        if not found.values <= values.keys():
            raise invalid(
                f"Invalid {kind}: An expression attribute value used in expression is not defined; "
                f"attribute value: {min(found.values - values.keys())}"
            )
        expressions.check_operands(found, values, kind)
    if len(values) != len(frozenset().union(*(found.values for found, _ in used))):
        raise invalid("Value provided in ExpressionAttributeValues unused in expressions")
    if names is not None:
        only = _parsed_projection(ask)
        _check_names(names, [found for found, _ in used] + ([only] if only else []))
    return condition, values


def _values(given: Mapping[str, Any]) -> Values:
    if not given:
        raise invalid("ExpressionAttributeValues must not be empty")
    for name in given:
        if not name.startswith(":") or len(name) < 2:
            raise invalid(f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{name}"')
    return {name: value_of(value) for name, value in given.items()}


def _check_names(names: Mapping[str, str], used: Sequence[Compiled[Any]]) -> None:
    if not names:
        raise invalid("ExpressionAttributeNames must not be empty")
    for name in names:
        if not name.startswith("#") or len(name) < 2:
            raise invalid(f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{name}"')
        if not any(name in found.names for found in used):
            raise invalid(f"Value provided in ExpressionAttributeNames unused in expressions: keys: {{{name}}}")


def _parsed_projection(ask: Arguments) -> Compiled[Sequence[Path]] | None:
    text = ask.get("ProjectionExpression")
    return expressions.projection(text, ask.get("ExpressionAttributeNames", _NOTHING)) if text is not None else None


def _projection(ask: Arguments) -> Compiled[Sequence[Path]] | None:
    """Return the projection of a request that has no other expression."""
    only = _parsed_projection(ask)
    if "ExpressionAttributeNames" in ask and "ConditionExpression" not in ask:
        _check_names(ask["ExpressionAttributeNames"], [only] if only else [])
    return only


def _chosen(found: Row, only: Compiled[Sequence[Path]] | None) -> Item:
    return copied(only.read(found.item, _NOTHING)) if only else found.copied()


def _selection(ask: Arguments, table: Table, index: Index | None) -> Compiled[Sequence[Path]] | None:
    only = _parsed_projection(ask)
    match ask.get("Select"):
        case "ALL_ATTRIBUTES" if index and index.projected is not None:
            raise invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported")
        case "ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES" | "COUNT" if only:
            raise invalid("Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES or only a count")
        case "ALL_PROJECTED_ATTRIBUTES" if not index:
            raise invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
        case "SPECIFIC_ATTRIBUTES" if not only:
            raise invalid("Must specify the AttributesToGet or ProjectionExpression")
        case None | "ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES" | "COUNT" | "SPECIFIC_ATTRIBUTES":
            pass
        case other:
            raise invalid(f"Value {other} at 'select' failed to satisfy constraint")
    if only and index and index.projected is not None:
        for path in only.tree:
            if path.parts[0] not in index.projected:
                raise invalid(
                    "One or more parameter values were invalid: Global secondary index does not project one or more "
                    f"of: [{path}]"
                )
    return only


def _key_condition(tree: Node, schema: Schema, values: Values) -> tuple[Any, Apply | None]:
    """Return the hash key's value and the condition on the sort key, if there is one."""
    parts = list(tree.operands) if isinstance(tree, Apply) and tree.name == "and" else [tree]
    by_name: dict[str, Apply] = {}
    for part in parts:
        match part:
            case Apply(name, (Path((str(attribute),)), *rest)) if name in _KEY_RANGES and attribute not in by_name:
                if not all(isinstance(operand, Given) for operand in rest):
                    raise invalid("Invalid operator used in KeyConditionExpression")
                by_name[attribute] = part
            case _:
                raise invalid("Invalid operator used in KeyConditionExpression")
    for name, kind, _ in schema.attributes:
        for operand in by_name[name].operands if name in by_name else ():
            if isinstance(operand, Given) and kind not in values[operand.name]:
                raise invalid(
                    "One or more parameter values were invalid: Condition parameter type does not match schema type"
                )
            if isinstance(operand, Given) and values[operand.name] in ({"S": ""}, {"B": b""}):
                raise invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    f"an empty string value. Key: {name}"
                )
    of_hash = by_name.pop(schema.names[0], None)
    if of_hash is None or not by_name.keys() <= set(schema.names):
        raise invalid(f"Query condition missed key schema element: {schema.names[0]}")
    if of_hash.name != "=":
        raise invalid("Query key condition not supported")
    given = of_hash.operands[1]
    assert isinstance(given, Given)
    return ordered(values[given.name]), next(iter(by_name.values()), None)


def _span(condition: Apply | None, values: Values, *, of_index: bool) -> Span | None:
    """Return where the sort keys that meet a condition lie."""
    if condition is None:
        return None
    given = [ordered(values[operand.name]) for operand in condition.operands if isinstance(operand, Given)]
    find = _SPANS[condition.name]
    key = itemgetter(0) if of_index else None

    def span(order: Sequence[Any]) -> tuple[int, int]:
        return find(
            lambda value: bisect_left(order, value, key=key),
            lambda value: bisect_right(order, value, key=key),
            len(order),
            *given,
        )

    return span


def _behind_all(start: str | bytes) -> str | bytes | None:
    """Return the least value behind all those that begin with this one, if there is any."""
    if isinstance(start, bytes):
        kept = start.rstrip(b"\xff")
        return kept[:-1] + bytes([kept[-1] + 1]) if kept else None
    text = start.rstrip(chr(maxunicode))
    return text[:-1] + chr(ord(text[-1]) + 1) if text else None


def _starting(before: _Cut, _: _Cut, end: int, start: Any) -> tuple[int, int]:
    behind = _behind_all(start)
    return before(start), end if behind is None else before(behind)


_SPANS: Mapping[str, Callable[..., tuple[int, int]]] = {
    "=": lambda before, behind, _, value: (before(value), behind(value)),
    "<": lambda before, *rest: (0, before(rest[-1])),
    "<=": lambda _, behind, *rest: (0, behind(rest[-1])),
    ">": lambda _, behind, end, value: (behind(value), end),
    ">=": lambda before, _, end, value: (before(value), end),
    "between": lambda before, behind, _, first, last: (before(first), behind(last)),
    "begins_with": _starting,
}
"""Where keys that meet a condition lie, given how to find the places before and behind a value, and the last one."""


def _refuse_keys(chosen: Compiled[Node], schema: Schema) -> None:
    for path in chosen.paths:
        if path.parts[0] in schema.names:
            raise invalid(
                f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {path.parts[0]}"
            )


def _refuse_duplicates(keys: Iterable[tuple[str, Hashable]], what: str) -> None:
    found = list(keys)
    if len(set(found)) < len(found):
        raise invalid(f"{what} contains duplicates" if what.endswith("keys") else what)


def _known(given: Arguments, names: str) -> None:
    if not given.keys() <= set(names.split()):
        raise NotDoubled(f"arguments {sorted(given.keys() - set(names.split()))}")


def _consumed_by_many(ask: Arguments, units: float) -> Answer:
    if ask.get("ReturnConsumedCapacity", "NONE") != "NONE":
        raise NotDoubled("ReturnConsumedCapacity of several items")
    return {}


def _frozen(ask: Arguments) -> Arguments:
    """Return a request so that a later change of it by the caller changes nothing."""
    return {"asked": repr(ask["TransactItems"])}
