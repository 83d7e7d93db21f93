"""What is personal in a cell that should hold a unit's public contact: a mobile number, a private mail address."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"https?://[^\s,;,;、。()()]+", re.IGNORECASE)  # long numbers in links are no telephones
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
# ASCII and bounded: Chinese letters are \w too, and a megabyte of them without a blank would be tried from each.
_MAIL = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})")
# Where people have mail of their own. A firm that uses one of these for its office is asked for another contact.
_PRIVATE = {
    "126.com", "139.com", "163.com", "163.net", "188.com", "189.cn", "aliyun.com", "foxmail.com", "gmail.com", "gmx.de",
    "hotmail.com", "icloud.com", "live.com", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com",
    "qq.com", "sina.cn", "sina.com", "sohu.com", "tom.com", "vip.163.com", "vip.qq.com", "vip.sina.com", "wo.cn",
    "yahoo.cn", "yahoo.co.jp", "yahoo.com", "yahoo.com.cn", "yeah.net",
}  # fmt: skip


def personal(text: str) -> bool:
    """Whether a text holds a mobile number of mainland China or an address of a provider of private mail.

    Examples
    --------
    >>> personal("0573-82520000"), personal("张先生 138 1234 5678"), personal("office@163.com")
    (False, True, True)
    """
    known = unicodedata.normalize("NFKC", text)
    if _MOBILE.search(_LINK.sub(" ", known)):
        return True
    return any(domain.lower() in _PRIVATE for domain in _MAIL.findall(known))


# A person named beside a number: 联系人王经理, 张先生, up to the mark before.
_PERSON = re.compile(
    r"(?:(?:联系人|联络人|经办人|负责人)[:：]?)?[\u4e00-\u9fff]{1,3}(?:先生|女士|经理|主任|总|科长|书记)?"
    r"[,，:： (（]{0,2}$"
)
_PHONE = re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
_CALLED = re.compile(r"(?:联系人|联络人|经办人)[:：]? ?[\u4e00-\u9fff]{2,4}(?=[,，;； (（]|$|\n)")


def masked(text: str) -> str:
    """A text with mobile numbers, private mail and the persons named beside them as □, its length unchanged.

    Switchboards stay; a person named beside one goes.

    Examples
    --------
    >>> masked("联系人王经理13800138000。电话0573-82520000")
    '□□□□□□□□□□□□□□□□□。电话0573-82520000'
    """
    spans = [found.span() for found in _CALLED.finditer(text)]
    for found in _MOBILE.finditer(text):
        if not _in_link(text, found.start()):
            spans.append((_person_before(text, found.start()), found.end()))
    for found in _PHONE.finditer(text):
        spans.append((_person_before(text, found.start(), called=True), found.start()))
    spans += [found.span() for found in _MAIL.finditer(text) if found[1].lower() in _PRIVATE]
    pieces, end = [], 0
    for start, stop in sorted(spans):
        if stop > end:
            pieces += [text[end : max(start, end)], "□" * (stop - max(start, end))]
            end = stop
    return "".join([*pieces, text[end:]])


def _person_before(text: str, place: int, *, called: bool = False) -> int:
    """Where the name of a person directly before a number begins; the number's own place where there is none."""
    found = _PERSON.search(text, max(0, place - 16), place)
    if found is None or (called and not re.search("联系人|联络人|经办人|先生|女士|经理|主任", found[0])):
        return place
    return found.start()


def _in_link(text: str, place: int) -> bool:
    """Whether a place stands in a link."""
    start = max(text.rfind(mark, max(0, place - 300), place) for mark in ("http://", "https://"))
    found = _LINK.match(text, start) if start >= 0 else None
    return found is not None and found.end() > place
