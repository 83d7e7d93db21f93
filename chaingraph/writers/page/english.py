"""What a page shows in English of the Chinese texts that it carries: names of products, zones, policies, and notes."""

from __future__ import annotations

from collections.abc import Iterator

from chaingraph.places.english import CHINESE
from chaingraph.places.regions import place_text
from chaingraph.wording.english import English

# Columns that hold the name of a place; the page asks for these one by one.
PLACES = (
    "region", "country", "city", "district", "decision_city", "nearest_supplier_city", "place", "site_region",
    "instead_place",
)  # fmt: skip
_AS_THEY_ARE = ("labels", "codes", "places", "name", "full", "aliases", "former_names", "initials", "parent", *PLACES)


def english_words(payload: object, english: English) -> dict[str, str]:
    """The texts of a payload that English has other words for, names of firms and places aside."""
    texts = dict.fromkeys(text for text in _texts(payload) if text not in english.firms)
    return {text: said for text in texts if (said := english.of(text)) != text}


def english_places(payload: object) -> dict[str, str]:
    """What the places that a page names are called in English, where that differs."""
    named = sorted(set(_places(payload)))
    return {name: said for name in named if (said := place_text(name, "en")) != name}


def _places(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        view = {"km", "inside"} <= set(value)  # a place seen from the region, under its own name
        for key, held in value.items():
            if isinstance(held, str) and (key in PLACES or (view and key == "name")):
                yield held
            elif isinstance(held, (dict, list)) and key not in ("labels", "codes"):
                yield from _places(held)
    elif isinstance(value, list):
        for held in value:
            yield from _places(held)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if not value.isascii() and CHINESE.search(value):
            yield value
    elif isinstance(value, dict):
        if "zh" not in value:
            for name, held in value.items():
                if name not in _AS_THEY_ARE:
                    yield from _texts(held)
    elif isinstance(value, (list, tuple)):
        for held in value:
            yield from _texts(held)
