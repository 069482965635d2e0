"""What holds for every platform that does not call us: our door lets in nothing in its name, whatever is kept."""

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from tests.conftest import NOW
from tests.contract.conftest import Counter
from tests.contract.platforms import BROUGHT, Sender, Signed
from tests.template import ROOT

pytestmark = pytest.mark.parametrize("platform", BROUGHT, ids=lambda found: found.name)


@pytest.mark.parametrize("secrets", [[], [""], ["a secret that somebody published by mistake"]])
def test_no_request_and_no_secret_prove_anything(platform: Sender, secrets: list[str]) -> None:
    assert platform.samples()
    for name in platform.samples():
        request = Request("POST", f"https://door.example{platform.path}", {}, {}, platform.sample(name))
        with pytest.raises(SignatureError):
            load(platform.name).verify(request, secrets, now=NOW)


def test_the_door_keeps_nothing_of_it(counter: Counter, platform: Sender) -> None:
    given = [Signed({"content-type": "application/json"}, platform.sample(name)) for name in platform.samples()]
    assert {counter.post(platform.path, each, as_base64=True) for each in given} == {404}, "it has no secret"
    assert counter.get(platform.path, {})["statusCode"] == 404
    assert counter.kept() == []
    assert counter.spilled() == []


def test_a_service_of_ours_brings_it(platform: Sender) -> None:
    brought_by = load(platform.name).delivered_by
    assert brought_by
    assert (ROOT / "services" / brought_by / "app.py").is_file()


def test_every_channel_loads_its_platform(platform: Sender) -> None:
    vendor = load(platform.name)
    assert vendor.channels
    assert {load(channel).name for channel in vendor.channels} == {platform.name}
