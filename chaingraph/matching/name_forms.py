"""The forms a firm's name and codes take, and what of a name is form: everything that looks at one name or one pair."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from chaingraph.places import regions

_CJK = "\u3400-\u9fff"
_TRADING_BEFORE = re.compile(rf"^(?:S?\*?ST|SST|PT|XD|XR|DR|N|S)(?=[{_CJK}])")
_TRADING_AFTER = re.compile(rf"(?<=[{_CJK}])(?:-(?:[ABHUWDV]|UW|WD)|[AB]股?)$")
_PUNCTUATION = re.compile(r"[\s()\[\]{}<>〔〕【】《》〈〉「」『』“”‘’\"'`·•・.,、。,;:;:_/\\|~—–-]")
LEGAL = re.compile(r"公司|(?:厂|院|所|中心|社|店|部|站|行|局|处|合伙|大学|银行)$")
WORKS = re.compile(r"公司|(?:厂|合伙|合作社)$")  # never in a short name, as 院, 所, 行 may be (平安银行)
BRANCH = re.compile(
    r"(?:分公司|支公司|分行|支行|营业部|营业厅|经营部|门市部|销售部|服务部|合作社|分店|专卖店|药房|加油站|办事处|分厂)$"
)
JOINT_STOCK = re.compile(r"股份(?:有限)?公司$")
_FORM = ("有限", "责任", "公司", "股份", "省", "市", "县", "区", "镇")


def normalise_name(name: str) -> str:
    """A firm's name as compared: NFKC, no blanks, brackets or punctuation, no trading marks, lower case, plain Latin.

    What stands in brackets stays (it tells units apart). Marks of the exchange (ST, *ST, XD, XR, DR, N before; A, B,
    -U, -W after) are cut from short names only, those without 公司.

    Examples
    --------
    >>> normalise_name("*ST海马"), normalise_name("万 科A"), normalise_name("巴斯夫（中国）有限公司")
    ('海马', '万科', '巴斯夫中国有限公司')
    >>> normalise_name("Nestlé S.A.")
    'nestlesa'
    """
    text = unicodedata.normalize("NFKC", name).replace(" ", "").strip()
    if "公司" not in text:
        text = _TRADING_AFTER.sub("", _TRADING_BEFORE.sub("", text))
    text = _PUNCTUATION.sub("", text)
    if not text.isascii():
        text = "".join(_plain(letter) if "À" <= letter < "Ͱ" else letter for letter in text)
    return text.casefold()


def stock_key(code: object) -> str:
    """A stock code as compared: six digits on the mainland exchanges, suffix kept elsewhere; "" when missing.

    Examples
    --------
    >>> stock_key("600373.SH"), stock_key("sz002475"), stock_key("00700.hk")
    ('600373', '002475', '700.HK')
    """
    if not isinstance(code, str):
        return ""
    text = unicodedata.normalize("NFKC", code).strip().upper()
    mainland = re.fullmatch(r"(?:SH|SZ|BJ)?\.?(\d{6})(?:\.(?:SH|SZ|BJ|SS))?", text)
    if mainland:
        return mainland[1]
    hong_kong = re.fullmatch(r"0*(\d{1,5})\.HK", text)
    return f"{hong_kong[1]}.HK" if hong_kong else text


def credit_key(code: object) -> str:
    """A credit code as compared; "" unless it has 18 characters.

    Examples
    --------
    >>> credit_key(" 91330400ma29h4555e "), credit_key("未知")
    ('91330400MA29H4555E', '')
    """
    text = unicodedata.normalize("NFKC", code).strip().upper() if isinstance(code, str) else ""
    return text if re.fullmatch(r"[0-9A-Z]{18}", text) else ""


def _plain(letter: str) -> str:
    """A Latin letter without its accent."""
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))


def core(full: str) -> str:
    """A full name without the place names it begins with."""
    cut = True
    while cut:
        cut = False
        for place in regions.place_names():
            if full.startswith(place):
                full, cut = full[len(place) :].lstrip("省市县区"), True
                break
    return full


def unlike(one: str, other: str) -> str:
    """Why two similar names may be two firms; "" when only words of form are there in one and not in the other.

    In one city's register 8 % of firms have a namesake at ratio >= 90 with a margin of 5 that differs in its brand
    (嘉善华伟装饰工程有限公司, 嘉善华丽装饰工程有限公司): the ratio alone does not tell.
    """
    from rapidfuzz.distance import Indel

    group = [(word in one, word in other) for word in ("集团", "股份")]
    if any(group[0]) and any(here != there for here, there in group):
        return "group_or_arm"
    places = [False, False]
    for step in Indel.opcodes(one, other):
        deleted = step.tag == "delete"
        chunk = one[step.src_start : step.src_end] if deleted else other[step.dest_start : step.dest_end]
        if step.tag == "equal" or _formal(chunk, ()):
            continue
        if not _formal(chunk, regions.place_names()):
            return "wording_differs"
        places[deleted] = True
    return "wording_differs" if all(places) else ""


def _formal(chunk: str, places: Sequence[str]) -> bool:
    """Whether a piece of a name is made of words of form (and of place names, if given) only."""
    for word in (*places, *_FORM):
        chunk = chunk.replace(word, "\0")
    return not chunk.strip("\0")
