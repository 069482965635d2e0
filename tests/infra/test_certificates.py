"""What the door fetches from platforms is handed out on this machine, one certificate by one or several at once."""

import json
from pathlib import Path

import pytest

from infra.local import certificates
from infra.local.engine import free_port
from infra.local.home import Home
from services.webhooks.outside import Outside, over_tls
from shared.errors import PlatformUnreachable
from tests.shared.platforms.google_business import sender as google
from tests.shared.platforms.ses import sender as ses

GOOGLE = "www.googleapis.com"


def test_a_host_that_is_asked_for_other_things_too_keeps_them() -> None:
    home = Home(Path("nowhere"), 4566)
    apis = json.loads(certificates.with_hosts(json.dumps({GOOGLE: "http://127.0.0.1:4567/youtube"}), home))
    assert apis[GOOGLE] == "http://127.0.0.1:4567/youtube"
    assert apis[f"{GOOGLE}/oauth2/v1/certs"] == f"http://127.0.0.1:4568/{GOOGLE}"
    assert json.loads(certificates.with_hosts("{}", home))[GOOGLE] == f"http://127.0.0.1:4568/{GOOGLE}"


def test_the_door_gets_each_platforms_own() -> None:
    home = Home(Path("nowhere"), free_port() - 2)
    apis = json.loads(certificates.with_hosts(json.dumps({GOOGLE: "http://127.0.0.1:1"}), home))
    outside = Outside(over_tls(apis))
    with certificates.serving(home):
        assert outside.certificate(ses.CERTIFICATE_URL) == ses.certificate()
        assert outside.certificate(google.CERTIFICATE_URL) == google.certificate()
        with pytest.raises(PlatformUnreachable):
            outside.certificate(f"{google.CERTIFICATE_URL}0")
