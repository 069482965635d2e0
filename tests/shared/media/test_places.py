"""Where files may be asked for: at a platform's own hosts, and at those that the playbook names."""

import pytest

from shared import platforms
from shared.media.places import FILES, Gone, Later, MediaPort, Place, at_its_url, is_at, not_now
from shared.ports import Answer, Presence, Thing
from tests.conftest import NOW

PLACES = frozenset({"files.example.com", "*.cdn.example"})
PORTS = {name: port for name in platforms.names() if (port := platforms.media(name))}


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.com/a",
        "https://FILES.example.com",
        "https://eu-1.cdn.example/a?b=c#d",
        "https://a.b.cdn.example/",
    ],
)
def test_a_place_is_one_of_the_hosts_over_tls(url: str) -> None:
    assert is_at(url, PLACES)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a",
        "https://files.example.com:8443/a",
        "https://files.example.com:443/a",
        "https://user@files.example.com/a",
        "https://files.example.com@thief.example/a",
        "https://files.example.com.thief.example/a",
        "https://cdn.example/a",
        "https://thief.example/a.cdn.example",
        "https://thief.example#a.cdn.example",
        "https://thief.example?.cdn.example",
        "https://thief.example\\.cdn.example/",
        "https://thief.example:80.cdn.example/",
        "https://[::1].cdn.example/",
        "https://[bad/",
        "https://a b.cdn.example/",
        "https://ñ.cdn.example/",
        "//files.example.com/a",
        "files.example.com",
        "",
        "geo:40.4,-3.7",
        "file:///etc/hostname",
    ],
)
def test_nothing_else_is(url: str) -> None:
    assert not is_at(url, PLACES)


def test_an_account_may_name_hosts_where_the_platform_has_none_of_its_own() -> None:
    named = Presence("p", "a", "", things=(Thing(FILES, "files.example.com"), Thing("host", "forum.example.com")))
    takes = MediaPort(lambda _: True, at_its_url, places=frozenset({"own.example"}), things=(FILES,))
    assert takes.places_of(named) == {"own.example", "files.example.com"}
    both = MediaPort(lambda _: True, at_its_url, things=(FILES, "host"))
    assert both.places_of(named) == {"files.example.com", "forum.example.com"}
    assert MediaPort(lambda _: True, at_its_url).places_of(named) == frozenset()


@pytest.mark.parametrize("name", PORTS)
def test_a_port_names_the_hosts_that_it_calls_and_each_by_its_whole_name(name: str) -> None:
    port = PORTS[name]
    assert all("*" not in host and is_at(f"https://{host}/", port.hosts) for host in port.hosts)
    assert all(
        host.count("*") == host.startswith("*.") and host.count(".") > 1 - ("*" not in host) for host in port.places
    )
    assert set(port.things) <= {FILES, "host"}
    assert port.places or port.things or port.cut, "its files are somewhere"


@pytest.mark.parametrize(("status", "headers", "seconds"), [(0, {}, 0), (503, {}, 0), (429, {"retry-after": "7"}, 7)])
def test_who_does_not_answer_is_asked_again(status: int, headers: dict[str, str], seconds: int) -> None:
    found = not_now(Answer(status, headers=headers), NOW)
    assert isinstance(found, Later)
    assert found.seconds == seconds


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 410])
def test_an_answer_is_one(status: int) -> None:
    assert not_now(Answer(status), NOW) is None


def test_no_token_and_no_address_is_ever_printed() -> None:
    place = Place("https://files.example.com/secret-path", {"authorization": "Bearer secret-token"})
    assert "secret" not in repr(place)
    assert repr(Gone("why")) == "Gone(reason='why')"
