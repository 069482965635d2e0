"""The calls that ports ask for: only to their own hosts, never without an answer, never without an end."""

import gzip
import hmac
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError

from shared import aws, calling
from shared.calling import NothingDoneError, do, drive, over_tls
from shared.errors import ConfigurationError
from shared.ports import Answer, Asking, Call
from tests.apis.server import Asked, Said, serving
from tests.conftest import NOW
from tests.template import ROOT

HOSTS = frozenset({"api.example"})


def once(call: Call) -> Asking[Answer]:
    return (yield call)


def get(client: httpx.Client, url: str = "https://api.example/me", wants: tuple[str, ...] = ()) -> Answer:
    found = drive(once(Call("GET", url, wants=wants)), client, hosts=HOSTS)
    assert isinstance(found, Answer)
    return found


def test_a_call_arrives_with_all_that_it_has_and_its_answer_comes_back() -> None:
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(201, {"ok": True})

    call = Call("POST", "https://api.example/a/b?c=d%20e", {"authorization": "Bearer t"}, b'{"f":1}')
    with serving(api) as client:
        found = drive(once(call), client, hosts=HOSTS)
    assert isinstance(found, Answer)
    assert (found.status, found.json()) == (201, {"ok": True})
    (asked,) = seen
    assert (asked.method, asked.host, asked.path) == ("POST", "api.example", "/a/b")
    assert (asked.query, asked.body, asked.bearer) == ({"c": "d e"}, b'{"f":1}', "t")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/",
        "https://api.example.thief.example/",
        "https://api.example@thief.example/",
        "https://api.example:8443/",
        "https://thief.example/?https://api.example/",
        "//api.example/",
        "https:///",
    ],
)
def test_a_port_calls_nobody_but_its_own_hosts_and_over_tls_alone(url: str) -> None:
    def api(_: Asked) -> Said:
        raise AssertionError("it was called")

    with serving(api) as client, pytest.raises(ConfigurationError, match="host that is not its own"):
        get(client, url)


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(lambda _: Said(302, headers={"location": "https://thief.example/"})) as client:
        assert get(client).status == 302


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a": NaN}', b"\xff", b"null"])
def test_what_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert Answer(200, body).json() == {}


def test_a_host_that_is_not_there_is_no_answer() -> None:
    with serving(lambda _: Said(200)) as client:
        pass
    assert get(client) == Answer(0)


def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_TIMEOUT", httpx.Timeout(0.2))
    release = threading.Event()

    def api(_: Asked) -> Said:
        release.wait(5)
        return Said(200)

    with serving(api) as client:
        begun = time.monotonic()
        answer = get(client)
        waited = time.monotonic() - begun
        release.set()
    assert answer == Answer(0)
    assert waited < 3


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_more_than_is_read_is_no_answer(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(calling, "_MOST_BYTES", 1000)
    body = b" " * 1_000_000
    said = Said(200, raw=gzip.compress(body), headers={"content-encoding": "gzip"}) if packed else Said(200, raw=body)
    with serving(lambda _: said) as client:
        assert get(client) == Answer(0)


def test_somebody_who_sends_a_byte_now_and_then_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_MOST_SECONDS", -1)
    with serving(lambda _: Said(200, {"ok": True})) as client:
        assert get(client) == Answer(0)


def test_of_the_headers_of_an_answer_a_port_is_shown_what_all_ports_read_and_what_its_call_wants() -> None:
    told = {"ETag": '"7"', "Retry-After": "60", "X-Rate-Limit-Reset": "9", "Set-Cookie": "a=b", "X-Other": "c"}
    common = {"etag": '"7"', "retry-after": "60"}
    with serving(lambda _: Said(429, headers=told)) as client:
        assert get(client).headers == common
        found = get(client, wants=("x-rate-limit-reset", "x-absent"))
    assert found.headers == {**common, "x-rate-limit-reset": "9"}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("60", 60),
        ("0", 0),
        ("999999999", 24 * 3600),
        ("9" * 5000, 24 * 3600),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 12:01:00 -0000", 60),
        ("Sun, 22 Nov 2026 11:59:00 GMT", None),
        ("Sun, 22 Nov 2036 12:00:00 GMT", 24 * 3600),
        ("-1", None),
        ("1.5", None),
        ("\u0663", None),
        ("soon", None),
        ("", None),
    ],
)
def test_who_asks_to_be_left_alone_is_believed_for_a_day(said: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert Answer(429, headers={"retry-after": said}).retry_after(NOW) == expected
    assert Answer(429).retry_after(NOW) is None


def test_a_dry_run_reads_and_stops_before_it_changes_anything() -> None:
    seen: list[str] = []

    def api(asked: Asked) -> Said:
        seen.append(asked.method)
        return Said(200, {})

    closed: list[bool] = []

    def asking() -> Asking[str]:
        try:
            yield Call("GET", "https://api.example/")
            yield Call("POST", "https://api.example/change")
            return "changed"
        finally:
            closed.append(True)

    with serving(api) as client:
        stopped = drive(asking(), client, hosts=HOSTS, dry=True)
        assert isinstance(stopped, Call)
        assert stopped.url == "https://api.example/change"
        assert (seen, closed) == (["GET"], [True])
        assert drive(asking(), client, hosts=HOSTS) == "changed"
    assert seen == ["GET", "GET", "POST"]


def test_who_runs_out_of_time_calls_nobody_any_more_and_says_so_as_a_platform_that_does_not_answer() -> None:
    seen: list[str] = []

    def api(asked: Asked) -> Said:
        seen.append(asked.path)
        return Said(200, {})

    def for_ever() -> Asking[int]:
        calls = 0
        while (yield Call("GET", "https://api.example/")).status:
            calls += 1
        return calls

    with serving(api) as client:
        assert drive(for_ever(), client, hosts=HOSTS, may_go_on=lambda: len(seen) < 3) == 3
    assert len(seen) == 3


@pytest.fixture
def real() -> Iterator[httpx.Client]:
    with over_tls() as client:
        yield client


def test_what_does_not_speak_tls_is_no_answer(real: httpx.Client) -> None:
    with serving(lambda _: Said(200, {"token": "come here"})) as client:
        here = f"127.0.0.1:{client.port}"
        found = drive(once(Call("GET", f"https://{here}/")), real, hosts=frozenset({here}))
    assert found == Answer(0)


def test_nothing_that_a_platform_sets_comes_back_to_it(real: httpx.Client) -> None:
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(200, {}, headers={"set-cookie": "who=you; Path=/"})

    with serving(api) as loopback, over_tls(stand_ins={"api.example": f"http://127.0.0.1:{loopback.port}"}) as client:
        for _ in range(2):
            get(client)
    assert [asked.headers.get("cookie") for asked in seen] == [None, None]


# ---------------------------------------------------------------------------------------------- what does something


def saying() -> Asking[int]:
    yield Call("GET", "https://api.example/who")
    return (yield Call("POST", "https://api.example/say", body=b"{}")).status


@pytest.mark.parametrize("answers", [[200, 200], [403, 500], [200, None]])
def test_what_has_left_is_never_said_to_be_undone(answers: list[int | None]) -> None:
    left = iter(answers)

    def api(asked: Asked) -> Said:
        status = next(left)
        return Said(status or 200, raw=None if status else b" " * (calling._MOST_BYTES + 1))

    with serving(api) as client:
        assert do(saying(), client, hosts=HOSTS) == (answers[-1] or 0)


def test_without_a_connection_nothing_is_done() -> None:
    with serving(lambda _: Said(200)) as client:
        pass
    with pytest.raises(NothingDoneError):
        do(once(Call("POST", "https://api.example/say")), client, hosts=HOSTS)


def test_without_an_answer_to_what_is_read_first_nothing_is_done() -> None:
    asked: list[str] = []

    def api(request: Asked) -> Said:
        asked.append(request.method)
        return Said(200, raw=b" " * (calling._MOST_BYTES + 1))

    with serving(api) as client, pytest.raises(NothingDoneError):
        do(saying(), client, hosts=HOSTS)
    assert asked == ["GET"]


def test_once_something_has_left_a_further_call_without_a_connection_is_no_answer() -> None:
    def twice() -> Asking[list[int]]:
        first = yield Call("POST", "https://api.example/one")
        second = yield Call("POST", "https://gone.example/two")
        return [first.status, second.status]

    with serving(lambda _: Said(200)) as other:
        gone = other.port
    with serving(lambda _: Said(201)) as here:
        stand_ins = {"api.example": f"http://127.0.0.1:{here.port}", "gone.example": f"http://127.0.0.1:{gone}"}
        with over_tls(anew=True, stand_ins=stand_ins) as client:
            assert do(twice(), client, hosts=frozenset(stand_ins)) == [201, 0]


@pytest.mark.parametrize(("anew", "connections"), [(True, 2), (False, 1)])
def test_a_connection_anew_is_one_for_each_call_also_to_a_stand_in(anew: bool, connections: int) -> None:
    """One that was kept may be gone by the next call, and what was said on it is then neither sent nor not sent."""
    callers = set()

    class Keeping(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            callers.add(self.client_address)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        stand_ins = {"api.example": f"http://127.0.0.1:{server.server_address[1]}"}
        with over_tls(anew=anew, stand_ins=stand_ins) as client:
            for _ in range(2):
                assert do(once(Call("POST", "https://api.example/say")), client, hosts=HOSTS).status == 200
        server.shutdown()
        thread.join()
    assert len(callers) == connections


# ------------------------------------------------------------------------------------------------- signed for AWS

TO_SES = Call(
    "POST", "https://api.example/v2/email?b=2&a=%20x", {"content-type": "application/json"}, b'{"a":"\xc3\xb1"}'
)


def arrived_signed(call: Call) -> Asked:
    """Return a call as it came in."""
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(400, {}, headers={"x-amzn-errortype": "MessageRejected"})

    with serving(api) as client:
        found = do(once(call), client, hosts=HOSTS)
    assert found == Answer(400, b"{}", "MessageRejected")
    (asked,) = seen
    return asked


def signature(asked: Asked, query: str, *, names: str, scope: str, secret: str) -> str:
    """Return the signature by the steps that AWS documents
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)."""
    headers = "".join(f"{name}:{asked.headers[name].strip()}\n" for name in names.split(";"))
    hashed = sha256(asked.body).hexdigest()
    canonical = "\n".join((asked.method, asked.path, query, headers, names, hashed))
    to_sign = "\n".join(
        ("AWS4-HMAC-SHA256", asked.headers["x-amz-date"], scope, sha256(canonical.encode()).hexdigest())
    )
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


@pytest.mark.parametrize("token", [None, "of the role"])
def test_what_asks_for_it_is_signed_for_its_service_and_region_with_the_roles_own_credentials(
    monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    role = Credentials("AKIDROLE", "secret of the role", token)
    monkeypatch.setattr(aws.session(), "get_credentials", lambda: role)
    asked = arrived_signed(replace(TO_SES, aws=("ses", "eu-west-1")))
    at = asked.headers["x-amz-date"]
    assert abs(datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)
    algorithm, credential, signed, own = re.split(", | ", asked.headers["authorization"])
    names = signed.removeprefix("SignedHeaders=")
    scope = f"{at[:8]}/eu-west-1/ses/aws4_request"
    assert (algorithm, credential) == ("AWS4-HMAC-SHA256", f"Credential=AKIDROLE/{scope}")
    assert {"host", "x-amz-date", "content-type"} <= set(names.split(";"))
    assert asked.headers.get("x-amz-security-token") == token
    assert token is None or "x-amz-security-token" in names.split(";")
    wanted = signature(asked, "a=%20x&b=2", names=names, scope=scope, secret="secret of the role")
    assert own == f"Signature={wanted}"


def test_what_does_not_ask_for_it_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("nobody asked for credentials")

    monkeypatch.setattr(aws.session(), "get_credentials", never)
    asked = arrived_signed(TO_SES)
    assert not {name for name in asked.headers if name.startswith("x-amz") or name == "authorization"}


@pytest.mark.parametrize("found", [None, "broken"])
def test_without_credentials_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, found: str | None) -> None:
    def credentials() -> None:
        if found:
            raise CredentialRetrievalError(provider="iam-role", error_msg="gone")

    monkeypatch.setattr(aws.session(), "get_credentials", credentials)
    with serving(lambda _: Said(200)) as client, pytest.raises(NothingDoneError):
        do(once(replace(TO_SES, aws=("ses", "eu-west-1"))), client, hosts=HOSTS)


def test_whoever_signs_nothing_loads_nothing_for_it() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import shared.calling\n"
        "assert not {'botocore', 'boto3', 'shared.aws'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program, str(ROOT)], check=True)


# -------------------------------------------------------------------------------------------------------- signing in

SIGN_IN = Call("POST", "https://api.example/session", {}, b"the password of one", signs_in=True)


def with_session(sign_in: Call = SIGN_IN) -> Asking[int]:
    token = (yield sign_in).json().get("token", "none")
    return (yield Call("POST", "https://api.example/say", {"authorization": f"Bearer {token}"})).status


class Sessions:
    """An API that gives a token for a password, and lets in whoever has one of those that it has not taken back."""

    def __init__(self) -> None:
        self.given = 0
        self.taken_back: set[str] = set()

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/session":
            self.given += 1
            return Said(200, {"token": f"{asked.body.decode()} {self.given}"})
        return Said(401 if asked.bearer in self.taken_back | {"none"} else 200, {})


def test_who_has_signed_in_not_long_ago_needs_not_do_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    api, clock = Sessions(), [1000.0]
    monkeypatch.setattr(calling, "time", lambda: clock[0])
    with serving(api) as client:
        assert [do(with_session(), client, hosts=HOSTS) for _ in range(3)] == [200] * 3
        assert drive(with_session(), client, hosts=HOSTS) == 200
        assert api.given == 1
        another = replace(SIGN_IN, body=b"the password of another")
        assert do(with_session(another), client, hosts=HOSTS) == 200
        assert api.given == 2, "each has one of their own"
        clock[0] += calling.SESSION_SECONDS
        do(with_session(), client, hosts=HOSTS)
        assert api.given == 3
    with serving(api) as client:
        do(with_session(), client, hosts=HOSTS)
    assert api.given == 4, "another client knows of none"


def test_who_is_not_let_in_signs_in_again_the_next_time_and_nobody_else_has_to() -> None:
    api = Sessions()
    another = replace(SIGN_IN, body=b"the password of another")
    with serving(api) as client:
        do(with_session(), client, hosts=HOSTS)
        do(with_session(another), client, hosts=HOSTS)
        api.taken_back = {"the password of one 1"}
        assert [do(with_session(), client, hosts=HOSTS) for _ in range(2)] == [401, 200]
        assert do(with_session(another), client, hosts=HOSTS) == 200
        assert api.given == 3


def test_a_sign_in_that_was_refused_is_not_kept() -> None:
    sessions, refusals = Sessions(), [Said(429), Said(500)]

    def api(asked: Asked) -> Said:
        return refusals.pop() if asked.path == "/session" and refusals else sessions(asked)

    with serving(api) as client:
        assert [do(with_session(), client, hosts=HOSTS) for _ in range(3)] == [401, 401, 200]


def test_signing_in_does_nothing_so_that_what_never_came_so_far_may_be_tried_again() -> None:
    def api(asked: Asked) -> Said:
        raise ConnectionResetError if asked.path == "/session" else AssertionError

    with serving(api) as client, pytest.raises(NothingDoneError):
        do(with_session(), client, hosts=HOSTS)
    with serving(Sessions()) as client:
        stopped = drive(with_session(), client, hosts=HOSTS, dry=True)
    assert isinstance(stopped, Call)
    assert stopped.url == "https://api.example/say", "a dry run signs in, and stops there"


# ------------------------------------------------------------------------------------------------------- stand-ins


def test_all_hosts_below_a_name_can_be_played_at_once_each_under_its_own() -> None:
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(200, {})

    with serving(api) as here:
        stand_ins = {"*.example": f"http://127.0.0.1:{here.port}/*", "own.example": f"http://127.0.0.1:{here.port}/x"}
        with over_tls(stand_ins=stand_ins) as client:
            for host in ("api.example", "a.b.example", "own.example"):
                drive(once(Call("GET", f"https://{host}/me")), client, hosts=frozenset({host}))
    assert [asked.path for asked in seen] == ["/api.example/me", "/a.b.example/me", "/x/me"]


def test_a_stand_in_gets_the_call_with_the_hosts_name_below_its_own_path() -> None:
    seen: list[Asked] = []

    def api(asked: Asked) -> Said:
        seen.append(asked)
        return Said(200, {})

    with serving(api) as here, over_tls(stand_ins={"api.example": f"http://127.0.0.1:{here.port}/telegram/"}) as client:
        assert get(client, "https://api.example/bot1%3A2/me?a=%2F").status == 200
        assert get(client, "https://api.example/") == Answer(200, b"{}")
    assert [(asked.host, asked.path, dict(asked.query)) for asked in seen] == [
        ("api.example", "/telegram/bot1%3A2/me", {"a": "/"}),
        ("api.example", "/telegram/", {}),
    ]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "http://stand-in.example/", "http://127.0.0.1.example/", "http://10.0.0.1:80", ""]
)
def test_a_stand_in_is_on_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError, match="PLATFORM_APIS"):
        over_tls(stand_ins={"api.example": url})
