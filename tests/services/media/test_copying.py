"""What becomes of a file: kept, kept apart, gone, or tried again; and what is never asked for at all."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest

from shared import telemetry
from shared.accounts import Account, AccountThing
from shared.media.copies import APART, KEPT, Copy
from shared.media.scanning import GuardDuty, Verdict
from shared.media.types import Checked
from shared.models import Deletion, Delivery, Message
from shared.platforms import load
from shared.secrets import ApiToken
from shared.store import journal, keys, media, revisions
from shared.store.keys import Key
from tests.conftest import NOW
from tests.services.media.darkroom import JPEG, Darkroom, Telegram, delivery
from tests.shared.platforms.twilio.cases import form

DAY = timedelta(days=1)


def developed(room: Darkroom) -> Copy:
    """Copy the one photograph and return what is noted of it, with the queue empty."""
    event = room.journal()
    assert room.wake() == []
    room.settle()
    found = room.copy(event)
    assert found is not None
    return found


def test_a_photograph_is_kept_as_it_is_and_what_it_is_is_noted() -> None:
    room = Darkroom()
    copy = developed(room)
    ((name, body),) = room.objects().items()
    assert body == JPEG
    assert copy == Copy(
        state="copied",
        at=NOW,
        type="image/jpeg",
        size=len(JPEG),
        sha256=sha256(JPEG).hexdigest(),
        object=name,
        verdict="not_scanned",
    )
    assert name.startswith(KEPT)
    assert room.telegram.asked == ["getFile", "file_1.jpg"]


def test_another_check_decides_what_a_file_is_and_whether_it_is_refused() -> None:
    def only_documents(body: bytes, *, claimed: str | None, name: str | None = None) -> Checked:
        assert body == JPEG
        return Checked("image/x-ours", refused="the company takes documents alone")

    room = Darkroom(check=only_documents)
    copy = developed(room)
    assert (copy.state, copy.type, copy.reason) == ("refused", "image/x-ours", "the company takes documents alone")
    assert [name.startswith(APART) for name in room.objects()] == [True]


def test_where_it_lies_tells_nobody_whose_it_is() -> None:
    room = Darkroom()
    developed(room)
    (name,) = room.objects()
    (row,) = room.rows()
    assert "5150001" in row["pk"]["S"]
    assert "5150001" not in name
    assert "46" not in name.split("/")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"MZ" + bytes(60), "it is a program, or holds one"),
        (b"<html>La sesion ha caducado</html>", "it is a page or a drawing that may run scripts"),
    ],
)
def test_what_deceives_is_kept_apart_with_the_reason(body: bytes, reason: str) -> None:
    room = Darkroom()
    room.telegram.file = body
    copy = developed(room)
    assert (copy.state, copy.reason, copy.verdict) == ("refused", reason, None)
    ((name, kept),) = room.objects().items()
    assert (name, kept) == (copy.object, body)
    assert name.startswith(APART)


def test_what_is_too_large_is_refused_and_not_kept() -> None:
    room = Darkroom(most_bytes=100)
    copy = developed(room)
    assert (copy.state, copy.object, room.objects()) == ("refused", None, {})
    assert copy.reason.startswith("it is larger than")


def test_what_telegram_no_longer_has_is_gone_and_not_asked_for_again() -> None:
    room = Darkroom()
    room.telegram.file = None
    copy = developed(room)
    assert (copy.state, copy.reason) == (
        "gone",
        "Telegram does not know the file: another bot was sent it, or it is gone",
    )
    assert room.telegram.asked == ["getFile"]


def test_without_a_token_nobody_is_asked() -> None:
    room = Darkroom(tokens={})
    copy = developed(room)
    assert copy.state == "gone"
    assert "infra.publish tokens" in copy.reason
    assert room.telegram.asked == []


def test_what_is_not_to_be_had_now_is_noted_and_had_later() -> None:
    room = Darkroom()
    room.telegram.said = [httpx.Response(503), httpx.ConnectError("nobody")]
    event = room.journal()
    room.wake()
    room.work()
    first = room.copy(event)
    assert first is not None
    assert (first.state, first.since, room.waiting()) == ("later", NOW, [0])
    room.settle()
    last = room.copy(event)
    assert last is not None
    assert (last.state, last.since, last.size) == ("copied", None, len(JPEG))


def test_what_is_not_to_be_had_for_a_day_is_gone() -> None:
    room = Darkroom()
    event = room.journal()
    room.wake()
    room.telegram.said = [httpx.Response(500) for _ in range(200)]
    while room.waiting():
        assert room.now - NOW <= DAY + timedelta(minutes=32)
        room.work()
        room.later(timedelta(minutes=16))
    copy = room.copy(event)
    assert copy is not None
    assert copy.state == "gone"
    assert copy.reason.startswith("it was tried for a day: the platform has not answered")
    assert copy.at - NOW >= DAY
    assert len(room.telegram.asked) < 110


def test_a_platform_that_says_when_is_not_asked_before() -> None:
    room = Darkroom()
    room.journal()
    room.wake()
    room.telegram.said = [httpx.Response(429, json={}, headers={"retry-after": "600"})]
    assert room.work() == 1
    room.later(timedelta(seconds=599))
    assert room.work() == 0
    room.later(timedelta(seconds=2))
    assert room.work() == 1
    assert room.waiting() == []


def test_what_comes_twice_is_copied_once() -> None:
    room = Darkroom()
    event = room.journal()
    for _ in range(3):
        assert room.wake() == []
    assert room.waiting() == [0, 0, 0]
    room.settle()
    assert room.telegram.asked == ["getFile", "file_1.jpg"]
    assert (len(room.objects()), len(room.rows())) == (1, 1)
    assert room.copy(event) is not None


@pytest.mark.parametrize("file", [JPEG, None])
def test_what_is_settled_stays_as_it_is(file: bytes | None) -> None:
    room = Darkroom()
    room.telegram.file = file
    before = developed(room)
    room.telegram.file = JPEG + b"another one"
    room.wake()
    room.settle()
    (row,) = room.rows()
    assert media.read(row) == before


def test_a_message_that_was_taken_back_is_not_copied() -> None:
    room = Darkroom()
    event = room.journal()
    item = room.table.get(event)
    assert item is not None
    said = journal.entry(item).event
    whose = {name: getattr(said, name) for name in ("identity", "account", "channel")}
    taken_back = Deletion(**whose, external_id="deletion-1", occurred_at=NOW, target=said.external_id)
    revisions.keep(room.table, taken_back)
    room.wake()
    room.settle()
    copy = room.copy(event)
    assert copy is not None
    assert (copy.state, room.objects(), room.telegram.asked) == ("gone", {}, [])


def test_an_event_that_is_no_longer_there_is_let_go() -> None:
    room = Darkroom()
    event = room.journal()
    room.wake()
    assert room.table.change(event, before=room.table.get(event), after=None)
    room.settle()
    assert (room.rows(), room.objects(), room.telegram.asked) == ([], {}, [])


def test_links_and_buttons_are_let_go_and_so_is_a_platform_without_a_port() -> None:
    room = Darkroom()
    body = orjson.loads(delivery().body)
    message = body["message"]
    del message["photo"], message["caption"], message["caption_entities"]
    message |= {
        "text": "aquí",
        "entities": [{"type": "text_link", "offset": 0, "length": 4, "url": "https://a.example/"}],
    }
    event = room.journal(Delivery("telegram", "tienda_bot", orjson.dumps(body), {}, NOW, "r"))
    room.wake()
    assert room.waiting() == [0]
    room.settle()
    assert (room.copy(event), room.telegram.asked) == (None, [])


def test_a_file_of_a_company_s_own_is_had_from_the_host_that_the_playbook_names() -> None:
    asked: list[str] = []

    def files(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, content=JPEG, headers={"content-type": "image/png"})

    def app(*hosts: str) -> Darkroom:
        things = tuple(AccountThing(kind="files", id=host) for host in hosts)
        account = Account(platform="standard_webhooks", account="app", things=things)
        return Darkroom(platform=files, tokens={}, playbook=room_playbook(account))

    sent = delivery("standard_webhooks", "photo_caption", "app")
    url = orjson.loads(sent.body)
    host = httpx.URL(_first_url(url)).host
    for room, state in ((app(host), "copied"), (app("other.example.com"), "refused"), (app(), "refused")):
        event = room.journal(sent)
        room.wake()
        room.settle()
        copy = room.copy(event)
        assert copy is not None
        assert copy.state == state
    assert asked == [host]


def _first_url(value: Any) -> str:
    found = [each for each in orjson.dumps(value).decode().split('"') if each.startswith("https://")]
    return found[0]


def room_playbook(*accounts: Account) -> Any:
    return Darkroom().playbook.model_copy(update={"accounts": accounts})


def test_the_key_of_the_account_goes_to_twilio_and_not_to_where_it_leads() -> None:
    seen: list[tuple[str, str | None]] = []
    account = "AC" + "0" * 32

    def twilio(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "api.twilio.com":
            return httpx.Response(307, headers={"location": "https://mms.twiliocdn.com/a/b?c=d"})
        return httpx.Response(200, content=JPEG)

    url = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/MM{'1' * 32}/Media/ME{'2' * 32}"
    form = httpx.QueryParams(
        {
            "MessageSid": "MM" + "1" * 32,
            "AccountSid": account,
            "From": "+34600111222",
            "To": "+34910000001",
            "Body": "",
            "NumMedia": "1",
            "MediaUrl0": url,
            "MediaContentType0": "image/jpeg",
            "SmsStatus": "received",
        }
    )
    room = Darkroom(platform=twilio, tokens={"twilio/tienda": ApiToken(token=f"{account}:SK1:secret")})
    event = room.journal(Delivery("twilio", "tienda", str(form).encode(), {}, NOW, "r"))
    room.wake()
    room.settle()
    copy = room.copy(event)
    assert copy is not None
    assert copy.state == "copied"
    basic = b64encode(b"SK1:secret").decode()
    assert seen == [("api.twilio.com", f"Basic {basic}"), ("mms.twiliocdn.com", None)]


def test_a_picture_on_tiktok_is_asked_for_by_its_conversation_and_message_and_had_with_the_token() -> None:
    asked: list[dict[str, str]] = []
    shown: list[tuple[str, str | None]] = []

    def tiktok(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            asked.append(orjson.loads(request.content))
            where = "https://p16-private.tiktokv.com/a~noop.image?x-expires=1"
            return httpx.Response(200, json={"code": 0, "message": "OK", "data": {"download_url": where}})
        shown.append((request.url.host, request.headers.get("x-user")))
        if request.url.host.startswith("p16"):
            return httpx.Response(302, headers={"location": "https://p0-private.tiktokv.com/a"})
        return httpx.Response(200, content=JPEG)

    room = Darkroom(platform=tiktok, tokens={"tiktok/videos": ApiToken(token="secret")})
    event = room.journal(delivery("tiktok", "image", "videos"))
    room.wake()
    room.settle()
    copy = room.copy(event)
    assert copy is not None
    assert (copy.state, copy.type) == ("copied", "image/jpeg")
    (one,) = asked
    assert (one["conversation_id"], one["message_id"], one["media_id"]) == ("conv-ana-1==", "msg-106", "media-1")
    assert shown == [("p16-private.tiktokv.com", "secret"), ("p0-private.tiktokv.com", None)]


def test_the_recording_of_a_call_is_copied_once_twilio_has_made_it() -> None:
    made = [False, True]

    def twilio(request: httpx.Request) -> httpx.Response:
        assert "/Recordings/RE" in request.url.path
        body = b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
        return httpx.Response(200, content=body) if made.pop(0) else httpx.Response(404)

    room = Darkroom(platform=twilio, tokens={"twilio/tienda": ApiToken(token=f"AC{'0' * 32}:SK1:secret")})
    event = room.journal(Delivery("twilio", "tienda", form("call_recorded"), {}, NOW, "r"))
    room.wake()
    room.work()
    first = room.copy(event)
    assert first is not None
    assert (first.state, first.reason) == ("later", "the platform does not have it yet")
    room.settle()
    last = room.copy(event)
    assert last is not None
    assert (last.state, last.type, last.size) == ("copied", "audio/wav", 56)


def test_a_call_without_a_recording_wakes_nobody() -> None:
    room = Darkroom()
    room.journal(Delivery("twilio", "tienda", form("call_completed"), {}, NOW, "r"))
    assert (room.stream(), room.waiting()) == ([], [])


# --- malware


class Scans:
    """The tags that a scanner has put on the objects by now."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.asked = 0

    def __call__(self, _: str) -> dict[str, str]:
        self.asked += 1
        return self.tags


@pytest.mark.parametrize(
    ("said", "state", "verdict"),
    [
        ("NO_THREATS_FOUND", "copied", "clean"),
        ("THREATS_FOUND", "refused", "infected"),
        ("UNSUPPORTED", "copied", "unscannable"),
    ],
)
def test_a_file_waits_for_its_scan(said: str, state: str, verdict: Verdict) -> None:
    scans = Scans()
    room = Darkroom(scanner=GuardDuty(scans))
    event = room.journal()
    room.wake()
    room.work()
    first = room.copy(event)
    assert first is not None
    assert (first.state, first.verdict, room.waiting()) == ("copied", "awaited", [0])
    scans.tags = {"GuardDutyMalwareScanStatus": said}
    room.settle()
    last = room.copy(event)
    assert last is not None
    assert (last.state, last.verdict, last.object) == (state, verdict, first.object)
    assert room.telegram.asked == ["getFile", "file_1.jpg"], "it is not fetched again for that"


def test_a_scanner_that_is_off_leaves_a_file_unshown_and_not_for_ever_waiting() -> None:
    room = Darkroom(scanner=GuardDuty(Scans()))
    copy = developed(room)
    assert (copy.state, copy.verdict) == ("copied", "unscannable")
    assert "nobody has scanned it within a day" in copy.reason
    assert room.now - NOW >= DAY


def test_a_scan_that_is_over_at_once_needs_no_second_look() -> None:
    scans = Scans()
    scans.tags = {"GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}
    room = Darkroom(scanner=GuardDuty(scans))
    event = room.journal()
    room.wake()
    room.work()
    assert room.waiting() == []
    copy = room.copy(event)
    assert copy is not None
    assert (copy.verdict, scans.asked) == ("clean", 1)


# --- for how long


def test_what_is_known_of_a_file_is_forgotten_with_it() -> None:
    room = Darkroom(for_days=30)
    developed(room)
    (row,) = room.rows()
    assert row["expires_at"] == {"N": str(int((NOW + timedelta(days=30)).timestamp()))}
    forever = Darkroom()
    developed(forever)
    assert "expires_at" not in forever.rows()[0]


def test_what_becomes_of_files_is_counted_and_nothing_personal_is_said(caplog: pytest.LogCaptureFixture) -> None:
    for file, said in ((JPEG, "MediaCopied"), (None, "MediaGone"), (b"MZ", "MediaRefused")):
        room = Darkroom()
        room.telegram.file = file
        telemetry.metrics().clear_metrics()
        developed(room)
        assert said in telemetry.metrics().metric_set
    logged = " ".join(str(vars(each)) for each in caplog.records)
    assert all(word not in logged for word in ("secret", "5150001", "Llegó", "photo-large"))


def test_a_platform_s_bug_is_tried_again_and_logged_without_a_word_of_the_payload(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    room = Darkroom()

    def broken(_: httpx.Request) -> httpx.Response:
        raise KeyError("5150001")

    room.platform = broken
    room.journal()
    room.wake()
    room.work()
    assert room.waiting() == [0]
    (said,) = [vars(each) for each in caplog.records if each.getMessage() == "a file was not seen to"]
    assert said["error"] == "KeyError"
    assert "5150001" not in str(said)
    room.platform = Telegram()
    room.settle()
    assert len(room.objects()) == 1


def test_a_row_is_beside_the_event_and_sorts_after_the_journal() -> None:
    event = Key("identity#a", "event#2026-11-22T12:00:00.000000Z#1")
    assert keys.media(event, 3) == Key("identity#a", "media#2026-11-22T12:00:00.000000Z#1#000003")
    assert keys.media(event, 3).sk > f"{keys.EVENT_PREFIX}\U0010ffff"


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_what_nobody_said_to_us_is_not_copied_and_leaves_no_row(direction: str) -> None:
    room = Darkroom()
    ((event,),) = (load("telegram").read(unit) for unit in load("telegram").units(delivery()))
    assert isinstance(event, Message)
    heard = event.model_copy(update={"overheard": True, "direction": direction})
    assert room.table.insert(journal.expanded_item(delivery(), heard)) is None
    room.wake()
    assert room.waiting() == [0]
    room.settle()
    is_ours = direction == "outbound"
    assert (bool(room.rows()), bool(room.objects()), bool(room.telegram.asked)) == (is_ours, is_ours, is_ours)
