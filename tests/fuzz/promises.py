"""What `verify` and `normalise` promise for every input there is, whoever made it."""

from collections.abc import Callable, Mapping

from shared.errors import SignatureError, UnreadableDelivery
from shared.models import Delivery, Ignored, PersonalEvent
from shared.platforms import Platform
from shared.store import journal, keys
from shared.store.journal import Object
from shared.store.table import Item
from tests.abuse.proof import Signed, is_genuine, is_proven
from tests.conftest import NOW
from tests.contract.platforms import Sender


def written(given: Signed) -> bytes:
    """Return a signed request as `verify` reads it: its headers, an empty line, its body."""
    return b"".join(f"{name}: {value}\n".encode() for name, value in given.headers.items()) + b"\n" + given.body


def _read(data: bytes) -> Signed:
    head, _, body = data.partition(b"\n\n")
    lines = [line.partition(":") for line in head.decode("latin-1").split("\n")]
    return Signed({name.strip(): value.strip() for name, _, value in lines}, body)


def verify(vendor: Platform, platform: Sender, data: bytes) -> None:
    """Raises nothing but `SignatureError`, accepts nothing that was not signed, refuses nothing that was."""
    given = _read(data)
    try:
        vendor.verify(given.request(platform.path), platform.proving, NOW)
    except SignatureError:
        assert not is_genuine(platform, given), "a genuine request was refused"
    else:
        assert is_proven(platform, given), "an unproven request was accepted"


def normalise(vendor: Platform, platform: Sender, data: bytes) -> None:
    """Raises nothing but `UnreadableDelivery`, makes something of every unit, the same every time, that can be kept."""
    data = platform.written(data)
    delivery = Delivery(platform.name, platform.sender.ACCOUNT, data, {}, NOW, "request")
    _assert_kept(journal.record(delivery, vendor), data)
    try:
        events = vendor.normalise(delivery)
    except UnreadableDelivery:
        pass
    else:
        assert events == vendor.normalise(delivery), "the same bytes were read in two ways"
    _each_unit(vendor, delivery)


def _each_unit(vendor: Platform, delivery: Delivery) -> None:
    try:
        units = vendor.units(delivery)
    except UnreadableDelivery:
        return
    for unit in units:
        try:
            events = vendor.read(unit)
        except UnreadableDelivery:
            continue
        assert events, f"a unit vanished: {unit.name}"
        for event in events:
            if not isinstance(event, Ignored):
                _assert_packs(delivery, event)


def _assert_packs(delivery: Delivery, event: PersonalEvent) -> None:
    item = journal.expanded_item(delivery, event)
    assert journal.entry(item).event == event
    assert len(item["pk"]["S"].encode()) <= 2048, "a partition key holds 2,048 bytes (DynamoDB limits)"
    assert len(item["sk"]["S"].encode()) <= 1024, "a sort key holds 1,024 bytes (DynamoDB limits)"


def _assert_kept(what: Item | Object, data: bytes) -> None:
    if isinstance(what, Object):
        assert what.body == data
    else:
        is_event = what["sk"]["S"].startswith(keys.EVENT_PREFIX)
        assert (journal.entry(what).delivery if is_event else journal.delivery(what)).body == data


PROMISES: Mapping[str, Callable[[Platform, Sender, bytes], None]] = {"verify": verify, "normalise": normalise}
