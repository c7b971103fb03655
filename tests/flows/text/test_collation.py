"""Names in lists stand as the alphabet of each language has them."""

import random

import pytest

from flows.text.collation import sort_key

ORDERED = {
    "en": ["Ágnes", "anil", "Asha", "asha rao", "Zoya"],
    "hi": ["अंजलि", "अनिल", "आशा", "कमल", "किरण", "क्रिस", "ज़ोया", "मीरा"],
    "bn": ["অনিল", "আশা", "উৎপল", "কমল", "কিরণ", "মীরা"],
    "ta": ["அனில்", "ஆஷா", "கமல்", "கார்த்திக்", "கிரண்", "மீரா"],
    "te": ["అనిల్", "ఆశ", "కమల", "కిరణ్", "మీరా"],
    "mr": ["अनिल", "आशा", "कमल", "किरण", "मीरा"],
    "gu": ["અનિલ", "આશા", "કમલ", "કિરણ", "મીરા"],
    "kn": ["ಅನಿಲ್", "ಆಶಾ", "ಕಮಲ", "ಕಿರಣ್", "ಮೀರಾ"],
    "ml": ["അനിൽ", "ആശ", "കമല", "കിരൺ", "മീര"],
    "pa": ["ਅਨਿਲ", "ਆਸ਼ਾ", "ਕਮਲ", "ਕਿਰਨ", "ਮੀਰਾ"],
}


@pytest.mark.parametrize("language", ORDERED)
def test_the_alphabet_of_each_language(language: str) -> None:
    mixed = ORDERED[language].copy()
    random.Random(7).shuffle(mixed)
    assert sorted(mixed, key=lambda name: sort_key(name, language)) == ORDERED[language]


def test_the_readers_own_script_comes_first() -> None:
    names = ["Asha", "আশা", "आशा"]
    assert [sorted(names, key=lambda name: sort_key(name, code))[0] for code in ("bn", "hi", "en")] == [
        "আশা",
        "आशा",
        "Asha",
    ]


def test_letters_without_a_vowel() -> None:
    """Tamil has them before the letter, Malayalam's chillus and Bengali's ৎ are the letter itself."""
    assert sorted(["கமல்", "க்ஷமா"], key=sort_key) == ["க்ஷமா", "கமல்"]
    assert sort_key("അവൻ")[1] == sort_key("അവന്")[1]
    assert sort_key("উৎপল")[1] == sort_key("উত্পল")[1]
