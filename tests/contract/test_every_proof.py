"""What holds for every platform's `verify`, without the door around it: what opens, and what does not."""

from collections.abc import Sequence

import pytest

from shared.errors import ConfigurationError, SignatureError
from shared.models import Delivery, Event, Request
from shared.platforms import load
from tests.conftest import NOW
from tests.contract.platforms import PLATFORMS, Sender, Signed

pytestmark = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)


def verify(platform: Sender, given: Signed, secrets: Sequence[str] | None = None) -> None:
    load(platform.name).verify(given.request(platform.path), platform.proving if secrets is None else secrets, NOW)


def is_refused(platform: Sender, given: Signed) -> bool:
    try:
        verify(platform, given)
    except SignatureError:
        return True
    return False


@pytest.mark.parametrize("secret", [0, 1])
@pytest.mark.parametrize("body", [None, b"", b"{}", b"\xff\x00."])
def test_either_live_secret_opens(platform: Sender, secret: int, body: bytes | None) -> None:
    verify(platform, platform.sign(platform.sample("text") if body is None else body, secret=secret))


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_headers_are_read_in_any_case(platform: Sender, case: type[str]) -> None:
    good = platform.sign(platform.sample("text"))
    headers = {case(name): value for name, value in good.headers.items()}
    verify(platform, Signed(headers, good.body))


def test_a_part_of_a_proof_is_none(platform: Sender) -> None:
    good = platform.sign(platform.sample("text"))
    for part in platform.proof_parts():
        for other in (None, "", "ñ" if platform.encloses else "\ud800"):
            assert is_refused(platform, platform.with_proof(good, part, other)), part


def test_one_changed_bit_is_refused_where_the_body_is_signed_or_means_the_same(platform: Sender) -> None:
    """As in a form, whose spelling nobody signs. Of a body that encloses its proof, its twin says what counts."""
    if platform.encloses:
        return
    good, signed = platform.sign(platform.sample("non_ascii")), platform.signs_bodies()
    for at in range(len(good.body)):
        changed = bytearray(good.body)
        changed[at] ^= 1 << at % 8
        refused = is_refused(platform, Signed(good.headers, bytes(changed)))
        assert refused is signed or meaning(platform, bytes(changed)) == meaning(platform, good.body), at


def meaning(platform: Sender, body: bytes) -> list[Event]:
    return load(platform.name).normalise(Delivery(platform.name, platform.sender.ACCOUNT, body, {}, NOW))


@pytest.mark.parametrize("wrong", [(), ("",), ("  ",), (0, ""), ("", 1)])
def test_without_a_usable_secret_nothing_is_proven(platform: Sender, wrong: Sequence[str | int]) -> None:
    secrets = [platform.sender.SECRETS[each] if isinstance(each, int) else each for each in wrong]
    request = platform.sign(platform.sample("text")).request(platform.path)
    with pytest.raises(ConfigurationError):
        load(platform.name).verify(request, [*secrets, *platform.certificates.values()], NOW)


def test_an_error_names_neither_a_secret_nor_what_was_given(platform: Sender) -> None:
    forged = platform.forged(platform.sample("text"))
    with pytest.raises(SignatureError) as refused:
        verify(platform, forged)
    proof = [value for _, value in platform.proof(forged) if len(value) > 12]
    assert not [each for each in (*platform.sender.SECRETS, *proof) if each in str(refused.value)]


def test_nothing_proves_an_empty_request(platform: Sender) -> None:
    for method in ("GET", "POST"):
        with pytest.raises(SignatureError):
            load(platform.name).verify(
                Request(method, f"https://door.example{platform.path}", {}, {}, b""), platform.proving, NOW
            )
