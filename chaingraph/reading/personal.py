"""What is personal in a cell that should hold a unit's public contact: a mobile number, a private mail address."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"https?://[^\s,;,;、。()()]+", re.IGNORECASE)  # long numbers in links are no telephones
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
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
