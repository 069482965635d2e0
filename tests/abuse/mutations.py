"""Ways to tamper with a signed request, each a function of the request, its platform and a source of chance.

Some leave it as good as it was; `proof.py` says which. HTTP drops white space round a value (RFC 9110, section 5.5), so
none puts any there.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.abuse.proof import Signed, sign
from tests.contract.platforms import PLATFORMS, Sender

type Mutation = Callable[[Signed, Sender, Random], Signed]


def _bytes_changed(text: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(text) + 1)
    match chance.randrange(6):
        case 0:
            return text[:place]
        case 1:
            return text[place:]
        case 2:
            return text[:place] + chance.randbytes(chance.randrange(1, 9)) + text[place:]
        case 3:
            return text[:place] + text[place + chance.randrange(1, 5) :]
        case 4:
            return text[:place] + text[place:][::-1]
        case _:
            flipped = bytes(byte ^ (1 << chance.randrange(8)) for byte in text[place : place + 1])
            return text[:place] + flipped + text[place + 1 :]


def _name(parts: Mapping[str, str], chance: Random) -> str:
    return chance.choice(sorted(parts))


def _with(given: Signed, platform: Sender, parts: Mapping[str, str]) -> Signed:
    return platform.with_parts(given, {name: value.strip() for name, value in parts.items()})


def body_changed(given: Signed, _: Sender, chance: Random) -> Signed:
    return replace(given, body=_bytes_changed(given.body, chance))


def body_of_another(given: Signed, platform: Sender, chance: Random) -> Signed:
    return replace(given, body=platform.sample(chance.choice(platform.samples())))


def body_reformatted(given: Signed, _: Sender, chance: Random) -> Signed:
    return replace(given, body=chance.choice([given.body + b"\n", b" " + given.body, given.body.replace(b":", b": ")]))


def header_changed(given: Signed, platform: Sender, chance: Random) -> Signed:
    """Headers are here and below what stands beside the content, be it in the body."""
    parts = platform.parts(given)
    name = _name(parts, chance)
    changed = _bytes_changed(parts[name].encode("latin-1", "replace"), chance).decode("latin-1")
    return _with(given, platform, {**parts, name: changed})


def header_in_other_case(given: Signed, platform: Sender, chance: Random) -> Signed:
    parts = platform.parts(given)
    name = _name(parts, chance)
    return _with(given, platform, {**parts, name: parts[name].swapcase()})


def header_emptied(given: Signed, platform: Sender, chance: Random) -> Signed:
    parts = platform.parts(given)
    return _with(
        given, platform, {**parts, _name(parts, chance): chance.choice(["", "null", "0", "ñ€😀", "=", "," * 99])}
    )


def header_missing(given: Signed, platform: Sender, chance: Random) -> Signed:
    parts = platform.parts(given)
    gone = _name(parts, chance)
    return _with(given, platform, {name: value for name, value in parts.items() if name != gone})


def headers_swapped(given: Signed, platform: Sender, chance: Random) -> Signed:
    parts = platform.parts(given)
    names = sorted(parts)
    values = [parts[name] for name in names]
    chance.shuffle(values)
    return _with(given, platform, dict(zip(names, values, strict=True)))


def headers_of_another_delivery(given: Signed, platform: Sender, chance: Random) -> Signed:
    other = platform.parts(sign(platform, platform.sample(chance.choice(platform.samples())), at=given.at))
    names = chance.sample(sorted(other), chance.randrange(1, len(other) + 1))
    return _with(given, platform, {**platform.parts(given), **{name: other[name] for name in names}})


def headers_of_another_platform(given: Signed, platform: Sender, chance: Random) -> Signed:
    other = chance.choice([found for found in PLATFORMS if found is not platform])
    foreign, parts = other.parts(sign(other, given.body, at=given.at)), platform.parts(given)
    return _with(
        given, platform, chance.choice([foreign, {**parts, **dict(zip(parts, foreign.values(), strict=False))}])
    )


def header_with_surroundings(given: Signed, platform: Sender, chance: Random) -> Signed:
    """The true value beside another: a list to some platforms, a wrong value to others."""
    parts, more = platform.parts(given), chance.choice([" v1,AAAA", " x", ", sha256=00", ";v=1", ",", "\0"])
    name = _name(parts, chance)
    return _with(
        given, platform, {**parts, name: chance.choice([parts[name] + more, more.strip() + " " + parts[name]])}
    )


def signed_with_another_secret(given: Signed, platform: Sender, chance: Random) -> Signed:
    """One letter of the secret changed, or its second half gone: in any alphabet of secrets still one."""
    secret = chance.choice(platform.sender.SECRETS)
    place = chance.randrange(8, len(secret) - 4)
    changed = secret[:place] + ("A" if secret[place] != "A" else "B") + secret[place + 1 :]
    return sign(platform, given.body, secret=chance.choice([changed, _half(secret)]), at=given.at)


def _half(secret: str) -> str:
    start = secret.rfind("_", 0, 8) + 1  # a prefix that names the kind
    return secret[: start + (len(secret) - start) // 8 * 4]


def signed_with_a_foreign_secret(given: Signed, platform: Sender, chance: Random) -> Signed:
    """Signed with another platform's secret, or that secret itself where it cannot be one of this platform's."""
    other = chance.choice([found for found in PLATFORMS if found is not platform])
    foreign = chance.choice(other.sender.SECRETS)
    try:
        return sign(platform, given.body, secret=foreign, at=given.at)
    except ValueError:
        return _with(given, platform, dict.fromkeys(platform.parts(given), foreign))


def signed_at_another_time(given: Signed, platform: Sender, chance: Random) -> Signed:
    away = chance.choice([1, -1, 60, -60, 299, -299, 301, -301, 302, -3600, 86_400, -86_400, 10**8])
    return sign(platform, given.body, at=given.at + timedelta(seconds=away))


def signed_with_the_previous_secret(given: Signed, platform: Sender, _: Random) -> Signed:
    return sign(platform, given.body, secret=platform.sender.SECRETS[1], at=given.at)


def names_in_other_case(given: Signed, _: Sender, chance: Random) -> Signed:
    other = chance.choice([str.upper, str.title, str.swapcase])
    return replace(given, headers={other(name): value for name, value in given.headers.items()})


def more_headers(given: Signed, _: Sender, chance: Random) -> Signed:
    more = {f"x-{chance.randrange(10**6)}": str(chance.random()) for _ in range(chance.randrange(1, 20))}
    return replace(given, headers={**more, **given.headers})


def another_body_signed(_: Signed, platform: Sender, chance: Random) -> Signed:
    body = platform.sample(chance.choice(platform.samples()))
    return sign(platform, _bytes_changed(body, chance), secret=chance.choice(platform.sender.SECRETS))


MUTATIONS: tuple[Mutation, ...] = (
    body_changed,
    body_of_another,
    body_reformatted,
    header_changed,
    header_in_other_case,
    header_emptied,
    header_missing,
    headers_swapped,
    headers_of_another_delivery,
    headers_of_another_platform,
    header_with_surroundings,
    signed_with_another_secret,
    signed_with_a_foreign_secret,
    signed_at_another_time,
    signed_with_the_previous_secret,
    names_in_other_case,
    more_headers,
    another_body_signed,
)
