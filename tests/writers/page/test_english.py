"""What a page carries to be read in English."""

from __future__ import annotations

from chaingraph.wording.english import English
from chaingraph.writers.page.english import english_words


def test_texts_are_given_english_words_but_for_firms_places_and_what_stands_in_both_languages() -> None:
    english = English({"回旋加速器": "cyclotrons"}, {"甲公司": "Jia"})
    payload = {
        "labels": {"zh": {"find": "查找"}},
        "segments": [{"name": {"zh": "装备", "en": "equipment"}, "keywords": ["回旋加速器", "钴靶"], "city": "海宁"}],
        "firms": [{"full": "甲公司", "roles": [{"product": "回旋加速器"}], "dropped": ["甲公司"], "aliases": ["甲"]}],
        "notes": [{"zh": "仅列十家", "en": "ten only"}],
    }
    assert english_words(payload, english) == {"回旋加速器": "cyclotrons", "钴靶": "钴靶 [zh]"}
