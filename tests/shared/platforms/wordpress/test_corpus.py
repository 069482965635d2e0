"""Published deliveries, read file by file; none of them is copied into the project.

All are what a hook of WordPress.com's posts: a form that nobody signs. None gets in, and none could be read.
"""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from shared.errors import SignatureError
from shared.models import Delivery, Event, Request
from shared.platforms import load
from tests import corpus
from tests.shared.platforms.wordpress.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)
AT = datetime(2026, 9, 21, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

EXPECTED = {
    "zulip.publish_page.form.txt": ["unreadable: wordpress: not JSON"],
    "zulip.user_register.form.txt": ["unreadable: wordpress: not JSON"],
}


def read(path: Path) -> list[Event]:
    return load("wordpress").normalise(Delivery("wordpress", ACCOUNT, path.read_bytes().strip(), {}, AT))


def test_every_file_means_what_the_table_says() -> None:
    assert {path.name: corpus.read("wordpress", partial(read, path)) for path in FILES} == EXPECTED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_none_of_them_gets_in_whatever_it_brings_along(path: Path) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    for headers in (form, form | {"x-wc-webhook-signature": "c2VjcmV0"}, form | {"x-hub-signature": "sha1=0"}):
        request = Request("POST", f"https://door.example/webhooks/wordpress/{ACCOUNT}", headers, {}, path.read_bytes())
        with pytest.raises(SignatureError):
            load("wordpress").verify(request, ["secret"], AT)
