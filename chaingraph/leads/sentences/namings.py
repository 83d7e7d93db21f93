"""Firms named in a passage: full names by their legal form, names of the case by their letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from chaingraph.leads.sentences.aliases import aliases_of
from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.passages import half_width
from chaingraph.leads.sentences.short_names import short_names
from chaingraph.leads.sentences.where import joined, places_in

_LONGEST = 32  # characters before the legal form
_SHORTEST_BARE, _LONGEST_BARE = 5, 14  # characters before 公司 alone
_SHORTEST_LATIN = 4  # letters of an English name that stands for a longer one
_SHORTEST_KNOWN = 3  # characters of a name of the case that is looked for in running text
_LEGAL = re.compile(
    r"股份有限公司|有限责任公司|有限公司|(?<=集团[\u4e00-\u9fff]{2})分公司|合伙企业|株式会社|集团(?!有限|股份|旗下|[\u4e00-\u9fff]{0,6}分公司)|集团(?=旗下)|"
    r"(?<=[\u4e00-\u9fff]{2})(?<!(?<![分电粒])子)(?<![孙母该本贵我全新控股目上市总大外各家等型国标的两些关联项])公司(?![管治章股])|"
    r"(?<=[\u4e00-\u9fff]{4})(?<![工新老该本旧二三四分建])(?<!处理)厂(?![区房家址长商])"
)
_WITHIN = (
    "与",
    "的",
    "了",
    "由",
    "标志着",
    "升级为",
    "合并为",
    "品牌",
    "巨头",
    "制造商",
    "厂商",
    "龙头",
    "企业",
    "暨",
    "对",
    "来自",
)  # a name begins behind them
# What a name does not go beyond: 在某市出资设立全资子公司甲环(某市)有限公司.
_CUT = re.compile(
    r"^.*(?:设立|成立|子公司|孙公司|项目公司|合资公司|参股公司|第三方|关联方|[路街道巷弄园区][^号]{0,6}\d号)的?(?=..)"
)
# 公司 alone ends many a phrase that is no name.
_PHRASE = re.compile(
    r"一家|某|拟|规则|要求|所谓|任何|手拿|投资(?!$)|同意|并|先前|发布|原|扩建|决定|指定|担任|召开|关于|将|向|对|是|在|为|和|与|及|由|的|该|其|从|于|有|等|\d"
)
# A clause, or the blank of a form, but no name.
_NO_NAME = re.compile(r"^(?:也|但|却|就|又|还|只)|[了没]|查看|听取|承接|员工|进一步|拟|实施|中的|[xX×]{2}|^某|某某")
_NAME = re.compile(r"[\u3400-\u9fffA-Za-z0-9()·&-]")
_WORD = r"[A-ZÀ-Ý][A-Za-z0-9&À-ÿ-]*"
_LATIN = re.compile(
    rf"{_WORD}(?:\s(?:{_WORD}|de|di|del|der|&)){{0,5}}(?:\s\([A-Z][a-z]+\))?,?\s"
    r"(?:GmbH|AG|SE|Inc\.|Co\., Ltd\.|Co\.|"
    r"Ltd\.?|LLC|plc|AB|AS|A/S|ASA|Oyj?|B\.V\.|N\.V\.|NV|S\.p\.A\.|S\.A\.|SA|K\.K\.|"
    r"a\.s\.|Corp\.)(?![A-Za-z])"
)
_NOT_NAMES = {
    "Die", "Der", "Das", "Firma",
    "The", "In", "On", "German", "Swedish", "Danish", "Dutch", "Korean", "Japanese", "American", "US", "British",
    "French", "Swiss", "Italian", "Austrian", "Spanish", "Belgian", "Finnish", "Norwegian", "Czech", "Chinese",
    "Taiwanese", "While", "Manufacturer", "Automaker", "Carmaker", "Chipmaker", "Drugmaker", "Supplier", "Startup",
    "Mexican", "Indian", "Canadian", "Chinese-owned",
}  # fmt: skip
# What stands directly before a name says that the firm is the other side of the event, not whom it is about.
_OTHER_SIDE = re.compile(
    r"(?:终止对|(?:监理|施工|设计|勘察)单位(?:为|是|[:])?|公司名称[:为]|企业名称[:为]|拟名为?|暂定名[为:]?|拟定名[为:]?|控股股东|股东[:为]?|母公司为|"
    r"转让给|出售给|出售予|给|被|全资子公司|子公司|合资方|现名称[: ]*|更名为|变更为|新公司名为|"
    r"领投方|to|with its rival|by|供应商之一的|来自|获得?|收购|所持|新设|旗下|"
    r"合资公司|参股公司|项目公司|"
    r"由|从|孙公司|附属公司|"
    r"委托|投资人|投资者包括|投资方为|投资方包括|持有的?|收到了?|接到了?|第三方|关联方|financing from)[“\"'\s]*$"
)
# What stands behind a name and says so.
_BEHIND = re.compile(
    r"^[^,;。]{0,24}?(?:领投|跟投|联合投资|共同投资)|^(?:承建|承办|主办|协办|设计|监理|施工|总承包|中标)|^[^,;。]{0,20}承办|^\d+(?:\.\d+)?%(?:的)?股权(?!投资)"
)
_HELD_UNITS = (
    "控股股东", "全资子公司", "子公司", "旗下", "控股子公司", "孙公司", "附属公司", "合资公司", "参股公司", "项目公司",
)  # fmt: skip
# What stands between firms of one list.
IN_A_ROW = re.compile(
    r"(?:\([^()]{0,40}\))?\s*(?:、|和|与|及|、?以及)\s*(?:(?:间接)?(?:全资|控股)?(?:(?:子|孙)公司|股东))?"
)
BUILDERS = (
    "承建",
    "承办",
    "主办",
    "协办",
    "设计",
    "监理",
    "施工",
    "承包",
    "中标",
)  # sides that build for somebody else
_DOES = re.compile(
    r"^(?:\([^()]{0,24}\))?(?=的[^,;]{0,20}(?:线|厂|基地|项目|破产|重整|清算))|^(?:\([^()]{0,24}\))?(?![的、,)负]|转发|\d+%|持有|股权|提供)"
)
_DONE_TO = re.compile(
    r"(?:设立|新设|成立|组建|收到|由|通过|将|与|同|授权|为|支持|委托|注销|转让|出售|收购|合并|对|向|为|终止|增资|注资|剥离|清算|处置|持有|设)(?:的|了|其|下属|全资|控股|项目)*$"
)
_DEFINED = re.compile(r"[简统下]称(?:为)?[:]?\s?[“\"]?$|或[“\"]$")  # 以下简称"甲环": it is told there, not spoken of
# 公司与甲环科技签订…: the firm is the one that says so, the other its partner.
_PARTNER = re.compile(
    r"(?:公司|发行人)(?:\d{1,2}月\d{1,2}日|近日|已|拟|日前|经)*(?:与|同)(?:第三方|关联方)?$|"
    r"(?:^|[,;])(?:[并已拟经])*[与同][^,;与同]{0,20}[及和、]?$"
)
_TOGETHER = re.compile(
    r"^(?:\([^()]{0,24}\))?[^,;]{0,16}?(?:签|协商|商定|约定|解除|谈|组成|共同|一同|一起|合资|合作|达成|联合|设立|组建)"
)
_HEADING = re.compile(
    r"\s*[▼▶►▷■◆◇●○★☆▲△・•]\ufe0e?\s?((?!\d)[^\s。,;:!?()\[\]【】はをがにで](?:[^。,;:!?【】はをがにで\n]{0,28}[^\s。,;:!?【】はをがにで])?)\s*"
)
_TAKES = re.compile(r"竞得|摘得|拿下|拍得|摘牌")
_RAISES = re.compile(r"融资|完成|宣布|获")
_HELD = re.compile(r"^(?:全资持股|控股|领投|全资设立)")


@dataclass(frozen=True)
class FirmNamed:
    """A firm as named: where, by which words, its id where a name of the case says so; whether it is the other side."""

    start: int
    end: int
    name: str
    firm_id: str | None
    other_side: str  # the words before it that say so; empty where it may be whom the passage is about
    unit: bool = False  # named as a subsidiary that acts


@dataclass(frozen=True)
class KnownNames:
    """Names and short names of the case's firms, by their first two letters."""

    by_start: Mapping[str, Sequence[tuple[str, str]]]

    @classmethod
    def of(cls, names: Iterable[tuple[str, str]]) -> KnownNames:
        """From pairs of a name and the id of its firm; names too short to be told from words are left out."""
        by_start: dict[str, list[tuple[str, str]]] = {}
        for name, firm_id in sorted(set(names), key=lambda pair: (-len(pair[0]), pair)):
            if len(name) >= _SHORTEST_KNOWN and not name.isdigit():
                by_start.setdefault(name[:2], []).append((name, firm_id))
        return cls(by_start)


NO_NAMES = KnownNames({})


def text_aliases(body: str) -> Mapping[str, str]:
    """The short names that a text gives its firms, and the name that each stands for (`aliases`)."""
    plain = half_width(body)
    full = [*_full_names(plain), *((found.start(), found.end()) for found in _latin(plain))]
    return _first_words(plain) | dict(aliases_of(plain, full))


def _first_words(body: str) -> dict[str, str]:
    """English names told by their first word once they were told whole: Jaxa, of Jaxa Genomics."""
    whole = {body[start:end].strip() for start, end in short_names(body)} | {found[0] for found in _latin(body)}
    whole = {name for name in whole if name.isascii()}
    short: dict[str, str] = {}
    for name in whole:
        longer = [other for other in whole if other != name and other.startswith(name)]
        roots = {other.split()[0] for other in longer}
        if len(name) >= _SHORTEST_LATIN and " " not in name and len(roots) == 1 and not places_in(name):
            short[name] = min(longer, key=len)
    return short


def firms_in(
    text: str, known: KnownNames = NO_NAMES, aliases: Mapping[str, str] = MappingProxyType({})
) -> list[FirmNamed]:
    """The firms that a passage names, in order; short names of ``aliases`` are told as the names they stand for.

    Examples
    --------
    >>> [firm.name for firm in firms_in("9月26日,赴东莞考察东莞市锐翔自动化股份有限公司")]
    ['东莞市锐翔自动化股份有限公司']
    """
    spans = [*_full_names(text), *((found.start(), found.end()) for found in _latin(text))]
    spans = [*spans, *_known(text, known, spans)]
    spans += _apart(sorted(_short(text, aliases), key=lambda span: (span[0] - span[1], span)), spans)
    spans += _apart(short_names(text), spans)
    named: list[FirmNamed] = []
    for start, end in sorted(spans):
        if _DEFINED.search(text[max(0, start - 8) : start]):
            continue
        name = text[start:end].strip()
        name = aliases.get(name, name)
        before = _OTHER_SIDE.search(text, max(0, start - 14), start)
        role = before[0].strip("“\"' ") if before else ""
        unit = role in _HELD_UNITS and _acts(text, start - len(role), end)
        role = "" if unit else role
        if (
            role in ("由", "从")
            and not _HELD.match(text[end : end + 6])
            and "名称" not in text[max(0, start - 8) : start]
        ):
            role = ""
        if role == "被" and _TAKES.match(text[end : end + 4]):
            role = ""  # 地块被甲公司竞得
        if not role and (behind := _BEHIND.match(text[end : end + 32])) and not _RAISES.search(behind[0]):
            role = behind[0][-2:]
        if not role and _PARTNER.search(text[max(0, start - 24) : start]) and _TOGETHER.match(text[end : end + 40]):
            role = "与"
        if not role and named and named[-1].other_side and text[named[-1].end : start] == "、":
            role = named[-1].other_side  # 由甲公司、乙公司共同投资: sides in a row are on one side
        if not role and named and text[named[-1].end : start] in ("与", "同") and _TOGETHER.match(text[end : end + 40]):
            role = "与"
        if role in ("由", "从") and named and "名称" in text[max(0, start - 8) : start]:
            role = "更名"  # the old name of whom the passage is about
        if not role and named and name.endswith("合伙企业"):
            role = "与"  # a fund, named behind whom the passage is about
        ids = {firm_id for one, firm_id in known.by_start.get(name[:2], ()) if one == name}
        if not role and named and named[-1].unit and text[named[-1].end : start] in ("、", "和", "及"):
            unit = True
        if unit and not role:
            named = _in_a_row(named, start, text)
        named.append(FirmNamed(start, end, name, next(iter(ids)) if len(ids) == 1 else None, role, unit))
    return named


def heading(text: str) -> FirmNamed | None:
    """The firm whose name alone is a heading behind a bullet, as digests set it over what they tell of each.

    Examples
    --------
    >>> heading("▼甲環製作所").name, heading("▼甲環製作所は新工場を建設") is None
    ('甲環製作所', True)
    """
    found = _HEADING.fullmatch(text)
    return None if found is None else FirmNamed(found.start(1), found.end(1), found[1].strip(), None, "")


def named_under(head: str | None, firms: list[FirmNamed]) -> list[FirmNamed]:
    """The firms of a passage: of a firm over whose works a digest sets its name, a longer name is the same."""
    return [replace(firm, name=head) if head and head in firm.name else firm for firm in firms]


def _in_a_row(named: list[FirmNamed], start: int, text: str) -> list[FirmNamed]:
    """Subsidiaries named in a row before one that acts act too: 全资子公司甲、孙公司乙停产."""
    for place in range(len(named) - 1, -1, -1):
        firm = named[place]
        if firm.other_side not in _HELD_UNITS or not IN_A_ROW.fullmatch(text[firm.end : start]):
            break
        named[place], start = replace(firm, other_side="", unit=True), firm.start
    return named


def _short(text: str, aliases: Mapping[str, str]) -> Iterable[tuple[int, int]]:
    for alias in aliases:
        if len(alias) < _SHORTEST_KNOWN:
            continue  # 海越 stands for its firm at the head of a project's name only
        at = text.find(alias)
        while at >= 0:
            inside = alias.isascii() and text[at + len(alias) :][:1].isalpha()  # Akzo in AkzoNobel
            if not inside and not _DEFINED.search(text[max(0, at - 8) : at]):
                yield at, at + len(alias)
            at = text.find(alias, at + len(alias))


def _acts(text: str, start: int, end: int) -> bool:
    """Whether a subsidiary does something itself: 公司全资子公司甲环光伏拟…; what is set up, sold or ended does not."""
    return _DOES.match(text[end : end + 8]) is not None and not _DONE_TO.search(text[max(0, start - 8) : start])


def _apart(more: Iterable[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the further names that lie in none found so far."""
    held = list(taken)
    for start, end in more:
        if all(end <= first or last <= start for first, last in held):
            held.append((start, end))
    return held[len(taken) :]


def _full_names(text: str) -> Iterable[tuple[int, int]]:
    last = 0
    for legal in _LEGAL.finditer(text):
        start = legal.start()
        while start > max(last, legal.start() - _LONGEST) and _NAME.match(text[start - 1]):
            start -= 1
        run = text[start : legal.start()]
        opened = run.rfind("(")
        if opened >= 0 and ")" not in run[opened:]:
            start += opened + 1
        elif (closed := run.find(")")) >= 0 and "(" not in run[:closed]:
            start += closed + 1
        start = _begin(text, start, legal.start())
        name = text[start : legal.start()]
        if _NO_NAME.search(name):
            continue
        if legal[0] == "公司" and not _a_company(name):
            continue
        if legal[0] == "集团" and re.search("[该本各]$", name):
            continue
        if len(name) >= 2 and not (legal[0] == "厂" and not _works(name)):
            yield start, legal.end()
            last = legal.end()


def _a_company(name: str) -> bool:
    """Whether what stands before 公司 alone is a name: with its place, its trade, or long; 使得公司 is none."""
    if not 2 <= len(name) <= _LONGEST_BARE or _PHRASE.search(name):
        return False
    places = [place for place in joined(places_in(name), name) if place.start == 0]
    return (
        (bool(places) and len(name) - places[-1].end >= 2)
        or len(name) >= _SHORTEST_BARE
        or re.search(rf"..(?:{lead_words().trades.pattern}|投资|设备|技术)$", name) is not None
    )


def _works(name: str) -> bool:
    """Whether what stands before 厂 is a name: behind its place more than a trade; 越南制造厂 is none."""
    found = places_in(name)
    return (
        bool(found) and found[0].start == 0 and not re.search("又|方面|回应|大型|[多两几]家|(?:制造|加工|代工)$", name)
    )


def _begin(text: str, start: int, end: int) -> int:
    """Where in a run of letters the name begins: at the last place named there, else after the last word before."""
    run = text[start:end]
    outside = [
        place
        for place in joined(places_in(run), run)
        if run.rfind("(", 0, place.start) <= run.rfind(")", 0, place.start)
    ]
    outside = [
        place
        for place in outside
        if len(run) - place.end >= 2 and not run.startswith(("的", "签约", "企业"), place.end)
    ]
    words = lead_words().before_names
    if unit := _CUT.match(run):
        return _begin(text, start + unit.end(), end)
    if outside:
        chain = outside[-1].start
        for place in reversed(outside[:-1]):
            # 无锡华东光…: a county's name may lie in a firm's, one letter behind the place where the name begins.
            inside_name = chain - place.end == 1 and run[place.end : chain] not in tuple("的与和及在了由、")
            if place.end == chain or run[place.end : chain] in ("市", "省", "县", "区") or inside_name:
                chain = place.start
        inside = max(
            (run.rfind(word, chain) + len(word) for word in _WITHIN if run.rfind(word, chain) > chain), default=0
        )
        return start + (inside if 0 < inside <= len(run) - 2 else chain)
    cut = 0
    for word in (*words, *_WITHIN):
        if len(word) > 1 or word in "的由与是了将被据暨在":
            last = run.rfind(word)
            if last >= 0 and len(run) - last - len(word) >= 2:
                cut = max(cut, last + len(word))
    if run[cut : cut + 1] in tuple("对向为给让使经") and len(run) - cut > 3:
        cut += 1
    return start + cut


def _latin(text: str) -> Iterable[re.Match[str]]:
    for found in _LATIN.finditer(text):
        first = found[0].split()[0]
        if first in _NOT_NAMES:
            again = _LATIN.match(text, found.start() + len(first) + 1)
            if again:
                yield again
            continue
        yield found


def _known(text: str, known: KnownNames, taken: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Names of the case that stand in a text outside the full names found."""
    if not known.by_start:
        return
    held, position = sorted(taken), 0
    while position < len(text) - 1:
        inside = next((end for start, end in held if start <= position < end), None)
        if inside is not None:
            position = inside
            continue
        for name, _ in known.by_start.get(text[position : position + 2], ()):
            if text.startswith(name, position):
                yield position, position + len(name)
                position += len(name)
                break
        else:
            position += 1
