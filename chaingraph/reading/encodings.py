"""Whether text that is not UTF-8 is Big5, the older encoding of Taiwan and Hong Kong, rather than GB18030.

Every Big5 text can be read as GB18030 too, as other characters, so reading alone does not tell. What they are does: as
GB18030 a good half of them are characters that simplified text has next to never (measured: under 2 in 10,000 of a
business register), while as Big5 all of them are among its 5,401 frequent ones. Traditional text in GB18030 uses pairs
of bytes that Big5 does not have.
"""

from __future__ import annotations

import io

from chaingraph.reading.rejects import Problem, Refusal

_LOOKED_AT = 65_536  # bytes of lines that hold more than ASCII
_RARE, _FREQUENT, _BROKEN = 0.2, 0.9, 0.02  # shares of the characters; measured on both: .59 and 1 against 0 and .56
_LAST_FREQUENT = 0xC6  # first byte of the last of Big5's frequent characters
_SHOWN = 60


def check_big5(data: bytes) -> None:
    r"""Refuse text that is Big5.

    Parameters
    ----------
    data
        The file or its beginning, known not to be UTF-8.

    Raises
    ------
    Refusal
        When it is Big5; ``found`` holds its first words, so that the reader sees whether that is so.

    Examples
    --------
    >>> check_big5("企業名稱\n友達光電".encode("big5"))
    Traceback (most recent call last):
    chaingraph.reading.rejects.Refusal: big5
    >>> check_big5("企业名称\n隆基绿能".encode("gb18030"))
    """
    gathered = bytearray()
    for line in io.BytesIO(data):
        if not line.isascii():
            gathered += line[:_LOOKED_AT]
        if len(gathered) > _LOOKED_AT:
            break
    # What is wrong at the cut, or here and there, is a mark of replacement among many characters.
    as_gb18030, as_big5 = (bytes(gathered).decode(name, "replace") for name in ("gb18030", "cp950"))
    read, meant = ([letter for letter in text if letter > "\x7f"] for text in (as_gb18030, as_big5))
    if not meant or meant.count("\ufffd") > _BROKEN * len(meant):
        return
    rare = sum(1 for letter in read if not letter.encode("gb2312", "ignore"))
    frequent = sum(1 for letter in meant if letter.encode("cp950", "replace")[0] <= _LAST_FREQUENT)
    if rare >= _RARE * len(read) and frequent >= _FREQUENT * len(meant):
        raise Refusal(Problem("big5"), found=as_big5.strip()[:_SHOWN])
