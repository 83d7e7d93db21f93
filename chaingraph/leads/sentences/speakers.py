"""Passages that state nothing of the firm before them: of others, of nobody who is named, wishes, who wrote a text."""

from __future__ import annotations

import re

_OF_OTHERS = re.compile(
    r"(?<![第\d])(?:\d+|[二三四五六七八九十百千]+)多?[家间](?!工厂|子公司|门店)[^,;]{0,10}(?:企业|公司)"
)
_NEXT_PROJECT = re.compile(
    r"^\s*(?:其中,|此外,)?(?:总投资|计划投资|投资)[^,;]{0,4}\d[\d.]*(?:亿|万)[^,;]{0,3}元的[^,;]{4,}项目"
)
# An English sentence about somebody who is not named: An electric motor manufacturer will invest $37 million.
_SOMEBODY = re.compile(
    r"\s*(?:An?|Another|Several|Many|Some|Two|Three|Other|Most)\s"
    r"(?!spokes|total|new|second|third|first|groundbreaking|ribbon|formal)(?:[a-z-]+\s){0,5}?"
    r"(?:manufacturers?|makers?|compan(?:y|ies)|firms?|producers?|suppliers?|startups?|developers?|plants?|"
    r"factor(?:y|ies)|retailers?)\b|"
    r"\s*[A-Z][a-z]+(?:\s(?:and|[a-z]+)){0,3}\s(?:manufacturer|maker|producer|supplier)\s(?:announces|plans|will|to)\b"
)
# What an official asks of a firm or wishes it.
_ASKED = re.compile(
    r"强调|勉励|鼓励企业|希望(?:企业|公司|[^,;]{0,6}(?:加|抓|继续))|要求(?:企业|公司|各|相关|施工|要)|指出,?(?:企业|要|各)"
)
_SHORTEST = 6  # characters of a stretch that states anything
_BYLINE = re.compile(
    r"\s*(?:[\u3400-\u9fff]{0,4}发布(?:时间|日期|员|者)|来源|作者|责任编辑|责编|编辑|记者|供稿|稿源|撰稿|审核|摄影|通讯员)\s?[:]"
)


def of_somebody(text: str) -> bool:
    """Whether a passage that names no firm speaks of one that it does not name.

    Examples
    --------
    >>> of_somebody("An electric motor manufacturer will invest $37 million"), of_somebody("The company will invest")
    (True, False)
    """
    return _SOMEBODY.match(text) is not None


def of_others(text: str, *, amount_told: bool) -> bool:
    """Whether a passage that names no firm speaks of others than the one before.

    Parameters
    ----------
    text
        The passage.
    amount_told
        Whether the amount of the project before is told: another one begins another project.

    Examples
    --------
    >>> of_others("另有10家企业签约", amount_told=False), of_others("总投资3亿元的电池盒扩建项目开工", amount_told=True)
    (True, True)
    """
    return _OF_OTHERS.search(text) is not None or (amount_told and _NEXT_PROJECT.match(text) is not None)


def stated(text: str) -> str:
    """What a stretch states, without what somebody asks of a firm.

    Examples
    --------
    >>> stated("甲环科技二期正在建设,县长强调要尽快投产")
    '甲环科技二期正在建设,县长'
    """
    asked = _ASKED.search(text)
    return text[: asked.start()] if asked and asked.start() > _SHORTEST else text


def is_byline(text: str) -> bool:
    """Whether a passage says who wrote or printed the text.

    Examples
    --------
    >>> is_byline("发布员:甲环庆典公司"), is_byline("甲环科技发布公告")
    (True, False)
    """
    return _BYLINE.match(text) is not None
