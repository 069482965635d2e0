"""What a reader takes for one sign, by the samples and rules of Unicode's Standard Annex 29."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.graphemes import count

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("", 0),
        ("año", 3),
        ("an\u0303o", 3),
        ("a\u0308\u0301b", 2),
        (FAMILY, 1),
        (FAMILY * 2, 2),
        ("👍🏽", 1),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 1),
        ("1️⃣2️⃣", 2),
        ("🇪🇸🇲🇽🇪", 3),
        ("🇪a🇸", 3),
        ("a\u200d👩", 2),
        ("👩\u200da", 2),
        ("☺\ufe0f", 1),
        ("\r\n", 1),
        ("\n\r", 2),
        ("a\nb", 3),
        ("\n\u0301", 2),
        ("\u200b", 1),
        ("한국", 2),
        ("\u1112\u1161\u11ab", 1),
        ("\uac00\u11a8\uac01\u1100", 3),
        ("தமிழ்", 3),
        ("กำ", 1),
        ("\u0600\u0661", 1),
        ("\u0600\n", 2),
    ],
)
def test_a_sign_is_what_a_reader_takes_for_one(text: str, signs: int) -> None:
    assert count(text) == signs


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_text_has_no_more_signs_than_characters_and_a_line_parts_them(one: str, two: str) -> None:
    assert count(one) <= len(one)
    assert (count(one) > 0) is (one != "")
    assert count(f"{one}\n{two}") - count(one) - count(two) in (0, 1), "at most a return before the line is its own"
