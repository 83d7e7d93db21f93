"""The words that two firms' products share: what a likeness by text is made of, readable."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import product as pairs

from chaingraph.fit.frozen import Population

_LATIN = re.compile("[a-z]+")  # texts are compared in lower case; igbt and led are written in capitals
_MOST = 3  # words
MOST_PRODUCTS = 40  # of a firm, by share; beyond them nothing is printed


def shared_words(population: Population, candidate: str, local: str) -> tuple[str, ...]:
    """What do the products of two firms have in common?

    Parameters
    ----------
    population
        Holds both firms.
    candidate, local
        Their ids.

    Returns
    -------
    tuple of str
        At most three: whole product names where both firms have them, else the longest pieces of two characters or more
        that both firms' names contain, weightiest first by the part of the text likeness that they carry. Empty when
        the two share no text.
    """
    at = population.position
    if population.pieces is None:
        return ()
    own, other = (_grams_of(population, at[firm]) for firm in (candidate, local))
    weight = {gram: own[gram] * other[gram] for gram in own.keys() & other.keys()}
    if not weight:
        return ()
    grams = population.grams
    carried: dict[str, float] = {}
    for left, right in pairs(*(population.texts.get(firm, [])[:MOST_PRODUCTS] for firm in (candidate, local))):
        for piece in _common_pieces(left.lower(), right.lower()):
            carried.setdefault(piece, _carried(piece, grams, weight))
    # Longer pieces contain the n-grams of shorter ones: take the weightiest, then only what is not inside one taken.
    chosen: list[str] = []
    for piece in sorted(carried, key=lambda word: (-carried[word], -len(word), word)):
        if carried[piece] > 0 and not any(piece in word or word in piece for word in chosen):
            chosen.append(piece)
        if len(chosen) == _MOST:
            break
    return tuple(_LATIN.sub(lambda word: word[0].upper(), piece) for piece in chosen)


def _grams_of(population: Population, row: int) -> dict[int, float]:
    text = population.text
    held = slice(int(text.indptr[row]), int(text.indptr[row + 1]))
    return dict(zip(text.indices[held].tolist(), text.data[held].tolist(), strict=True))


def _carried(piece: str, grams: Mapping[str, int], weight: dict[int, float]) -> float:
    inside = {piece[start : start + size] for size in (2, 3) for start in range(len(piece) - size + 1)}
    return math.fsum(weight.get(grams[gram], 0.0) for gram in inside if gram in grams)


def _common_pieces(left: str, right: str) -> set[str]:
    """Pieces of both texts, two characters or more, that cannot be made longer.

    Examples
    --------
    >>> sorted(_common_pieces("光伏玻璃", "超白光伏玻璃板"))
    ['光伏玻璃']
    """
    found = set()
    for start in range(len(left)):
        for begin in range(len(right)):
            if left[start] != right[begin] or (start and begin and left[start - 1] == right[begin - 1]):
                continue
            size = 1
            while start + size < len(left) and begin + size < len(right) and left[start + size] == right[begin + size]:
                size += 1
            piece = _whole(left, start, start + size)
            if len(piece) >= 2:
                found.add(piece)
    return found


def _whole(text: str, start: int, end: int) -> str:
    """The piece without cut Latin words and without signs at its ends.

    Examples
    --------
    >>> _whole("awg光芯片", 0, 2), _whole("钴-60放射源", 0, 2)
    ('', '钴')
    """
    while start < end and (_is_filler(text[start]) or (start and _one_word(text[start - 1], text[start]))):
        start += 1
    while start < end and (_is_filler(text[end - 1]) or (end < len(text) and _one_word(text[end - 1], text[end]))):
        end -= 1
    return text[start:end]


def _is_filler(sign: str) -> bool:
    return not sign.isalnum() or sign in "与及和等的或"


def _one_word(before: str, after: str) -> bool:
    return before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
