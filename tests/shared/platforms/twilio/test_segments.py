"""How many parts a text message has: the two alphabets, their edges, and signs that are never parted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.platforms.twilio.segments import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 1600, 11),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("a" * 160 + "á", 3),
        # What takes two places counts twice, and goes whole into the next part.
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("👍" * 66, 2),
        ("👍" * 67, 3),
    ],
)
def test_a_text_has_so_many_parts(text: str, parts: int) -> None:
    assert segments(text) == parts


@pytest.mark.parametrize("letter", [*"àéìòùñÑüÜ¿¡ÇåßΔ§@£_\n\r"])
def test_these_are_of_the_gsm_alphabet(letter: str) -> None:
    assert segments(letter * 160) == 1
    assert segments(letter * 161) == 2


@pytest.mark.parametrize("sign", [*"^{}\\[~]|€\f"])
def test_these_take_two_places_of_it(sign: str) -> None:
    assert segments(sign * 80) == 1
    assert segments(sign + "a" * 159) == 2


@pytest.mark.parametrize("letter", [*"áíóúÁçŒ«»“”…\u2014`\t漢"])
def test_one_of_these_makes_every_part_shorter(letter: str) -> None:
    assert segments(letter + "a" * 69) == 1
    assert segments(letter + "a" * 70) == 2


@given(st.text(alphabet="añáé€^👍 \n", max_size=400), st.sampled_from("aá€👍"))
def test_more_text_never_has_fewer_parts(text: str, letter: str) -> None:
    assert 1 <= segments(text) <= segments(text + letter)
    assert segments(text) <= max(1, 2 * len(text))
