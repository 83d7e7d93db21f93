"""Firms named without their legal form: by a stock code behind the name, or as who announces, opens or closes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODED = re.compile(
    r"(\*?(?:ST|SST)?[A-Z]?[\u3400-\u4e27\u4e29-\u9fff]{2,8})\((?:\d{6}|0\d{4})(?:\.(?:SZ|SH|BJ|HK))?\)"
)
_SAYS = re.compile(
    r"(?:^|(?<=[,;:。丨|》」]))\s*(\*?(?:ST)?[\u3400-\u9fff]{2,8}?)(?=(?:\d{1,2}月\d{1,2}日)?(?:晚间|午间|早间|近日|日前)?"
    r"(?:发布公告|公告|公布|披露|宣布|表示|完成[^,]{0,12}融资|获得?[^,]{0,12}融资|拟(?:在|与|将|投资|终止)|竞得|决定终止))"
)
# What stands before a short name in running text and is none of it.
_BEFORE = re.compile(
    r"^(?:.*(?:讯|日电|日|记者|近日|日前|获悉|了解到|据悉|称|和|与|及|的|上市公司|公司|股东|子公司|企业|汽车品牌|旗下))(?=[*A-Z\u3400-\u9fff]{2})"
)
_NO_FIRM = re.compile(
    r"公司$|在|企业|已$|发布|[同次昨近当]日|撤销|备案|登记|审批|批复|通知|招标|变更|关于|局$|委员会|政府|管委会|人民|法院|中院|园区$|记者|方面|双方|有关|负责|项目|会议|董事|市场|行业|本次|此次|其中|目前|今年|去年|"
    r"该|本|这|我|他|会上|现场|当日|当天|协议|投资者|开发区|集团公司|一期|二期|总经理|董事长"
)
_WORD = r"[A-ZÀ-Ý][\w&À-ÿ.'-]*"
_ACTS = (
    r"announc(?:ed?|es)|unveil(?:ed|s)|open(?:ed|s)?|celebrat(?:ed|es)|br(?:oke|eaks) ground|start(?:ed|s)|"
    r"beg(?:an|ins)|"
    r"complet(?:ed|es)|rais(?:ed?|es)|secur(?:ed|es)|got|clos(?:e[ds]?)|cut(?:s|ting)?|invest(?:ed|s|ing)|"
    r"build(?:s|ing)?|"
    r"buil[td]|plan(?:s|ned)|paus(?:ed|es)|halt(?:ed|s)?|cancel(?:led|s)?|scrapp?(?:ed|s)|lay(?:s|ing)? off|laid off|"
    r"chos(?:e|en)|conclud(?:ed|es)|expand(?:ed|s|ing)?|set to|establish(?:ed|es)?|pour(?:ed|s|ing)|"
    r"construct(?:ed|ing)?|"
    r"acquir(?:ed|es)|fil(?:ed|es)|select(?:ed|s)|commit(?:ted|s)?|abandon(?:ed|s)?"
)
_LATIN = re.compile(
    r"(?:^\s*|(?<=[.;:!?\n]\s)|(?<=\n)|(?<=, )|(?<=[Aa]nd )|(?<=-based )|(?<=maker )|(?<=startup )|(?<=company )|"
    r"(?<=manufacturer ))"
    rf"({_WORD}(?:\s(?:{_WORD}|of|de|&)){{0,4}})"
    r"(?=(?:,[^.;]{3,110},)?\s"
    r"(?:(?:has|have|had|is|are|will|would|also|officially|permanently|plans? to|recently)\s){0,4}(?:" + _ACTS + r")\b)"
)
_NOT_LATIN = {
    "The", "This", "That", "These", "It", "He", "She", "They", "We", "In", "On", "At", "And", "Meanwhile", "While",
    "Both", "Investors", "Representing", "Governor", "President", "Construction", "Production", "Work",
    "Officials", "First", "Its", "A", "An", "When", "Layoffs", "Limited", "According", "Two", "Three", "Several",
    "Many", "Most", "Global", "Funding", "Investments", "You", "I",
}  # fmt: skip
_BASED = re.compile(r"\S+-based\s")
_TAIL = re.compile(r"\s(?:of|de|&)$")


def short_names(text: str) -> Iterator[tuple[int, int]]:
    """Where a passage names a firm without its legal form.

    Examples
    --------
    >>> told = "格隆汇8月7日丨红太阳(000525.SZ)宣布"
    >>> [told[start:end] for start, end in short_names(told)]
    ['红太阳']
    >>> told = "Meanwhile, Texas Instruments announced plans to build a chip factory in Lehi."
    >>> [told[start:end] for start, end in short_names(told)]
    ['Texas Instruments']
    """
    for found in _CODED.finditer(text):
        start = found.start(1)
        before = _BEFORE.match(found[1])
        if before and len(found[1]) - before.end() >= 2:
            start += before.end()
        yield start, found.end(1)
    for found in _SAYS.finditer(text):
        start = found.start(1)
        before = _BEFORE.match(found[1])
        if before and len(found[1]) - before.end() >= 2:
            start += before.end()
        if not _NO_FIRM.search(text[start : found.end(1)]):
            yield start, found.end(1)
    for found in _LATIN.finditer(text):
        name = _TAIL.sub("", found[1])
        start = found.start(1) + (len(based[0]) if (based := _BASED.match(name)) else 0)
        end = found.start(1) + len(name)
        if text[start:end].split()[0] not in _NOT_LATIN and end - start > 2:
            yield start, end
