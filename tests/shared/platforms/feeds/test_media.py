"""What feeds enclose: where the entry says, at the hosts that the playbook names and at no others."""

import pytest

from shared.accounts import Account, unknown_to_platforms
from shared.media.places import FILES, Place, is_at
from shared.platforms.feeds.poll import KIND
from shared.ports import Presence, Thing
from tests.shared.media.asking import files, located, port_of, presence, wanted
from tests.shared.platforms.feeds.test_normalise import SAMPLES, events

RECEIPT = "https://blog.example.com/recibo.pdf"


def test_an_enclosure_is_where_the_entry_says() -> None:
    (receipt,) = files("feeds", events(SAMPLES["complaint"]))
    assert located("feeds", receipt) == (Place(RECEIPT), [])


def test_enclosures_are_at_the_hosts_that_the_playbook_names_alone() -> None:
    port = port_of("feeds")
    assert is_at(RECEIPT, port.places_of(presence("feeds", hosts=["blog.example.com"])))
    for url in (RECEIPT, "https://169.254.169.254/latest", "https://thief.example/recibo.pdf"):
        assert not is_at(url, port.places_of(presence("feeds", hosts=["files.example.com"])))


@pytest.mark.parametrize("feed", ["https://blog.example.com/comments/feed/", "https://blog.example.com"])
def test_a_feeds_own_address_is_no_host_of_files(feed: str) -> None:
    named = Presence("feeds", "a", "", things=(Thing(KIND, feed),))
    assert not is_at(RECEIPT, port_of("feeds").places_of(named))


def test_what_is_not_over_tls_is_no_file() -> None:
    assert not port_of("feeds").has(wanted("blog", type="audio", url="http://blog.example.com/a.mp3"))


def test_the_playbook_takes_such_a_host_beside_the_feeds() -> None:
    things = [{"kind": KIND, "id": "https://blog.example.com/feed/"}, {"kind": FILES, "id": "blog.example.com"}]
    account = Account.model_validate({"platform": "feeds", "account": "prensa", "things": things})
    assert list(unknown_to_platforms([account])) == []
