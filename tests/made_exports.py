"""Files as bureaus receive them, made: credit codes that fit their check digit, what providers and counties send."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int, division: str = "330482") -> str:
    """A credit code that nobody has been given: its check digit fits (GB 32100-2015)."""
    body = f"91{division}{number:09d}"
    total = sum(_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _ALPHABET[-total % 31]
