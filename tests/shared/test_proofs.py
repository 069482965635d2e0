"""A proof is what the standard library makes of the same key and message, whoever asks at the same time, and is
compared with all that it could be."""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared import proofs
from shared.errors import ConfigurationError
from shared.proofs import Algorithm, is_one_of, is_proven, keyed, macs, usable

ALGORITHMS: tuple[Algorithm, ...] = ("sha1", "sha256")
BODY = '{"a": "ñ"}'.encode()
UNUSABLE: tuple[Sequence[str], ...] = (
    (),
    ("",),
    ("  ",),
    ("current", ""),
    ("\t\n", "current"),
    ["\u2003"],
    ["\0"],
    ["\0 \0"],
)
ZEROS = (b"", b"\0", bytes(64), bytes(65))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("length", range(1, 201))
def test_every_length_of_key_makes_the_standard_librarys_mac(algorithm: Algorithm, length: int) -> None:
    key = bytes(range(1, length + 1))
    for message in (b"", BODY, bytes(300)):
        assert keyed(key, algorithm)(message) == hmac.digest(key, message, algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("key", [b"k", b"k" * 64, b"k" * 65], ids=len)
def test_every_length_of_message_makes_the_standard_librarys_mac(algorithm: Algorithm, key: bytes) -> None:
    for length in range(301):
        message = bytes(each % 256 for each in range(length))
        assert keyed(key, algorithm)(message) == hmac.digest(key, message, algorithm)


@given(
    st.sampled_from(ALGORITHMS),
    st.binary(max_size=200).map(lambda key: key + b"k"),
    st.lists(st.binary(max_size=300), max_size=4),
)
def test_any_key_makes_the_standard_librarys_macs_one_after_the_other(
    algorithm: Algorithm, key: bytes, messages: list[bytes]
) -> None:
    mac = keyed(key, algorithm)
    assert [mac(message) for message in messages] == [hmac.digest(key, each, algorithm) for each in messages]


@pytest.mark.parametrize("key", ZEROS, ids=len)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_that_is_nothing_makes_no_macs_however_often_one_asks(algorithm: Algorithm, key: bytes) -> None:
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="anybody could make its proofs"):
            keyed(key, algorithm)


@pytest.mark.parametrize("size", [64, 4096])
def test_threads_that_ask_at_once_get_their_own_macs(size: int) -> None:
    """With long messages too, during which the standard library lets the other threads run."""
    keys, threads = [b"current", b"previous"], 8
    start = Barrier(threads)

    def differing(thread: int) -> list[int]:
        start.wait()
        messages = [bytes([thread, turn % 256]) * size for turn in range(400)]
        return [
            turn
            for turn, message in enumerate(messages)
            if keyed(keys[turn % 2])(message) != hmac.digest(keys[turn % 2], message, "sha256")
        ]

    keyed.cache_clear()
    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(differing, range(threads))) == [[]] * threads


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("secrets", [["current"], ["current", "previous"], ("ñ", "previous")])
def test_each_live_secret_has_its_own_mac_in_their_order(algorithm: Algorithm, secrets: Sequence[str]) -> None:
    made = [mac(BODY) for mac in macs(secrets, "no secret", algorithm)]
    assert made == [hmac.digest(secret.encode(), BODY, algorithm) for secret in secrets]


@pytest.mark.parametrize("secrets", UNUSABLE)
def test_without_a_usable_secret_there_are_none_however_often_one_asks(secrets: Sequence[str]) -> None:
    for _ in range(2):
        for ask in (usable, macs):
            with pytest.raises(ConfigurationError, match=r"^shop: no secret$"):
                ask(secrets, "shop: no secret")


def test_usable_secrets_are_returned_as_the_bytes_that_they_are() -> None:
    assert usable(["ñ", " padded "], "no secret") == ["ñ".encode(), b" padded "]


@pytest.mark.parametrize("at", [0, 1])
def test_a_proof_by_either_secret_is_one_in_the_way_in_which_it_is_spelt(at: int) -> None:
    secrets = ["current", "previous"]
    by, digest = macs(secrets, "no secret"), hmac.digest(secrets[at].encode(), BODY, "sha256")
    assert is_proven(digest.hex(), BODY, by)
    assert is_proven(f"v0={digest.hex()}", BODY, by, b"v0=")
    assert is_proven(b64encode(digest).decode(), BODY, by, spelt=b64encode)
    for claim in ("", digest.hex().upper(), digest.hex()[:-1], f"{digest.hex()}0", f"v0={digest.hex()}"):
        assert not is_proven(claim, BODY, by)
    assert not is_proven(digest.hex(), BODY + b" ", by)


@given(st.text(st.characters(), max_size=80))
@example("ñ")
@example("\ud800")
def test_no_claim_raises_and_only_the_same_bytes_are_one(claim: str) -> None:
    assert not is_proven(claim, BODY, macs(["current"], "no secret"))
    assert is_one_of(claim, [b"another", claim.encode(errors="surrogatepass")])
    assert not is_one_of(claim, [b"\xff another", b"?" * 81])
    assert not is_one_of(claim, [])


def test_half_a_character_is_not_what_it_would_be_replaced_with() -> None:
    assert not is_one_of("a\ud800b", [b"a?b"])


@pytest.mark.parametrize("right", [0, 1, 2, None])
def test_all_are_compared_whichever_fits(right: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def compare(one: bytes, other: bytes) -> bool:
        seen.append(other)
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(proofs, "compare_digest", compare)
    secrets = ["one", "two", "three"]
    expected = [hmac.digest(secret.encode(), BODY, "sha256").hex().encode() for secret in secrets]
    claim = "none" if right is None else expected[right].decode()
    assert is_proven(claim, BODY, macs(secrets, "no secret")) is (right is not None)
    assert is_one_of(claim, expected) is (right is not None)
    assert seen == expected * 2
