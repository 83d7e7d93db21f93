"""Firms named without their legal form: by a stock code behind the name, or as who announces, opens or closes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.where import joined, places_in
from chaingraph.model import registry

_CODED = re.compile(
    r"(\*?(?:ST|SST)?[A-Z]?[\u3400-\u4e27\u4e29-\u9fff]{2,8})\((?:\d{6}|0\d{4}|\d{4})(?:\.(?:SZ|SH|BJ|HK))?\)"
)
_SAYS = re.compile(
    r"(?:^|(?<=[,;:。丨|》」]))\s*([^,;:。\s]{0,16}(?:讯|\d日电|消息)\s?)?(\*?ST[\u3400-\u9fff]{2,6}?|[\u3400-\u9fff]{3,8}?)(?=(?:\d{1,2}月\d{1,2}日)?"
    r"(?:晚间|午间|早间|近日|日前|近期|方面)?"
    r"(?:发布公告|发布关于|发布《|发公告|公告|公布|披露|宣布|表示|回应|完成[^,]{0,12}融资|获得?[^,]{0,12}融资|拟(?:在|与|将|投资|终止)|(?:以[^,]{2,20})?竞得|决定终止|"
    r"在[^,;]{2,14}(?:宣布|表示|回复)))"
)
# A headline: 甲环科技:拟投资10亿元建设新基地.
_HEADLINE = re.compile(
    r"(?:^|\n)\s*(\*?(?:ST)?[\u3400-\u9fffA-Z]{3,8}):\s?(?=拟|终止|关于|签|中标|获|与[^,]{2,16}签|\d|全资|控股|子公司|取消|投资\d|募|竞得|定增)"
)
# 裁定受理对甲环的破产清算申请.
_BROKEN = re.compile(r"对([\u3400-\u9fff]{2,8})(?:的|进行|提起)?(?:破产|重整|预重整)")
# 甲环五金,一家老牌制造企业.
_ONE = re.compile(r"(?:^|(?<=[。;\n]))\s*([\u3400-\u9fff]{3,8}),(?:是|作为)?一家")
# 日本卫浴巨头甲环宣布关闭工厂.
_DESCRIBED = re.compile(
    r"(?:巨头|制造商|厂商|生产商|供应商|代工厂|品牌|龙头企业|知名企业|独角兽)(?:企业)?([\u3400-\u9fff]{2,8}?|[A-Za-z][A-Za-z0-9]{1,11})"
    r"(?=宣布|同样|也|决定|将|计划|表示|正式|此前|近日|日前|已|完成|拟)"
)
# A subsidiary called by its short name, that acts: 公司全资子公司甲环光伏拟在某地投资.
_SUBSIDIARY = re.compile(
    r"(?:子|孙|附属)公司([\u3400-\u9fff]{3,8}?)(?=拟|与|已|以|于\d|将|签|竞得|完成|近日|日前|收到|获得|成功|计划|通过|使用|参与)"
)
# Behind these, or at the beginning of a clause, a project may be called by its firm: 总投资3亿元的甲环电子扩产项目.
_BEFORE_PROJECT = (
    r"(?:^|(?<=[,;:、“《)—的和与及元日午行州市县区暨为])|(?<=包括)|"
    r"(?<=代工厂)|(?<=供应商)|(?<=制造商)|(?<=企业))"
)
_PROJECT_WORD = re.compile(
    r"^(?!信息|产业园|产业集群|产业|园|小镇)[^,;。]{0,26}?(?:项目|基地|工厂|产业园|生产线|产线|整车|开工|投产|奠基|竣工|下线|签约|落户|竞得|建设|扩能|生产|拟|融资|停产|倒闭|破产|轮|获得)"
)
_NO_CORE = re.compile(
    r"[的型级等个类年项投资市县区省和与及在为被将各该其多性站厂房车间]|^(?:第|一|二|三|两|四|五|全|大型|小型|中型|本|新型)|新型|高端|高档|大型|中型|国内|国外|国产|新能|产能|产业|产品|无人|智造|制造|建造|高新|高性|高精|整车|零部|部件|十[二三四]五|"
    r"智能|动力|绿色|现代|特种|精密|光电|电子|生物|先进|关键|核心|主要|重点|复合|有机|光伏|储能|锂|氢|汽车|材料|装备|数字|清洁|循环|环保|节能|信息|通信|功能|铝合金|金属|食品|医疗|医药|农业|工业|航空|海洋|机器|轨道|半导体|集成|电力|风电|太阳|纯电|混动|乘用|商用|碳化|电解|固态|三元|磷酸|石墨|精细|再生|废旧|应急|智慧|健康|文化|旅游|物流|"
    r"互补|前沿|互联|综合|总部|公司|企业|本地|当地|我们|双方|首批|签订|促进|推动|围绕|聚焦|主营|从事|专业|专注|领域|行业|产业|加快|打造|发展|重大|引进|支持|相关|上下|华东|华南|西南|长三角|半固"
)
# What stands before a short name in running text and is none of it.
_BEFORE = re.compile(
    r"^(?:日电|日|.*(?:讯|日电|消息|记者|近日|日前|获悉|了解到|据悉|称|和|与|及|的|上市公司|公司|股东|子公司|企业|汽车品牌|腕表品牌|巨头|制造商|厂商|龙头|旗下|有效期内|代工厂|供应商|暨))(?=[*A-Z\u3400-\u9fff]{2})"
)
_NO_FIRM = re.compile(
    r"公司$|^公司|^(?:仪式|明确|公示)|明确|先前|此前|终止|同意|参与|对|在|企业|已$|发布|[同次昨近当]日|撤销|备案|登记|审批|批复|通知|招标|变更|关于|局$|委员会|政府|管委会|人民|法院|中院|园区$|记者|方面|双方|有关|负责|项目|会议|董事|市场|行业|本次|此次|其中|目前|今年|去年|"
    r"该|本|这|我|他|会上|现场|当日|当天|协议|投资者|开发区|集团公司|一期|二期|总经理|董事长|来源|作者|编辑|日期|时间|标题|摘要|正文|地址|电话|事会|股东|仪式|活动|县委|市委|区委|书记|县长|市长|领导|部门|单位|工作|专班|小组|商会|协会|"
    r"建设$|生产$|地点|名称|原标题|快讯|公告|早报|晚报|日报|新闻|消息|网讯|财联社|格隆汇|智通|方案|计划$|内容|证券|预计|原|年$|月$|据|经|由|并|同意|首$|正式|顺利|工程|工厂$|基地$|厂$|生产线|产线|整个|两|共|全|预$|规划|双|各|因|若|如|待|是|就|再|又|也|还|将|已|曾|此前|随后|同时|"
    r"签约|集中|累计|后者|前者|落户|募集|资金|准备|尚未|转而|涉及|用途|类型|一周|融资|租赁|当地|发行|环评|受理|招商|不能|只|届时|接下来|下一步|未来|后续|期间|上半年|下半年|季度|年底|年初|省|国家|全市|全县|全区|中国$|园$|所$|院$|大学|高校|银行|基金|资本$|投资$|业务|设备|产品|客户|订单|产能"
)
_WORD = r"[A-ZÀ-Ý][A-Za-z0-9&À-ÿ.'-]*"
_ACTS = (
    r"announc(?:ed?|es)|unveil(?:ed|s)|open(?:ed|s)?|celebrat(?:ed|es)|br(?:oke|eaks) ground|start(?:ed|s)|"
    r"beg(?:an|ins)|"
    r"complet(?:ed|es)|rais(?:ed?|es)|secur(?:ed|es)|got|clos(?:e[ds]?)|cut(?:s|ting)?|invest(?:ed|s|ing)|"
    r"build(?:s|ing)?|"
    r"buil[td]|plan(?:s|ned)|paus(?:ed|es)|halt(?:ed|s)?|cancel(?:led|s)?|scrapp?(?:ed|s)|lay(?:s|ing)? off|laid off|"
    r"chos(?:e|en)|conclud(?:ed|es)|expand(?:ed|s|ing)?|set to|establish(?:ed|es)?|pour(?:ed|s|ing)|"
    r"construct(?:ed|ing)?|"
    r"confirm(?:ed|s)|set(?:s|ting)? up|join(?:s|ed)|"
    r"acquir(?:ed|es)|fil(?:ed|es)|select(?:ed|s)|commit(?:ted|s)?|abandon(?:ed|s)?|sa(?:id|ys)|"
    r"shut(?:s|ting)?|cancel(?:ed|ling)?|drop(?:s|ped)|pick(?:ed|s)|receiv(?:ed|es)|mov(?:ed|es|ing)|relocat(?:ed|es|ing)|"
    r"sell(?:s|ing)?|sold|to (?:build|invest|close|shut|open|lay|cut|move|expand|construct|spend)|spend(?:s|ing)?|"
    r"sign(?:ed|s)|launch(?:ed|es)|bought|buys|add(?:ed|s|ing)|close|open|build|invest|lay|cut|end(?:s|ed|ing)"
)
_LATIN = re.compile(
    r"(?:^\s*|(?<=[.;:!?\n]\s)|(?<=\n)|(?<=, )|(?<=[Aa]nd )|(?<=-based )|(?<=maker )|(?<=startup )|(?<=company )|"
    r"(?<=manufacturer )|(?<=[Aa]utomaker )|(?<=supplier )|"
    r"(?<=giant )|(?<=producer )|(?<=developer )|(?<=firm )|(?<=-[Bb]acked )|"
    r"(?<=China's )|(?<=leader )|(?<=-- )|(?<=— ))"
    rf"({_WORD}(?:\s(?:{_WORD}|of|de|&)){{0,4}})"
    r"(?=(?:\s\([A-Z]{2,8}\))?(?:,[^.;]{3,110},)?\s"
    r"(?:(?:has|have|had|is|are|was|were|will|would|also|officially|permanently|plans? to|"
    r"recently|plans|planning to|Will|Plans)\s){0,4}"
    r"(?:(?i:" + _ACTS + r"))\b)"
)
_NOT_LATIN = {
    "The", "This", "That", "These", "It", "He", "She", "They", "We", "In", "On", "At", "And", "Meanwhile", "While",
    "Both", "Investors", "Representing", "Governor", "President", "Construction", "Production", "Work",
    "Officials", "First", "Its", "A", "An", "When", "Layoffs", "Limited", "According", "Two", "Three", "Several",
    "Many", "Most", "Global", "Funding", "Investments", "You", "I", "However", "Manufacturing", "Sources", "Local",
    "Company", "Chief", "Vice", "State", "City", "County", "Mayor", "Gov", "Now", "There", "But", "After",
    "Since", "Once",
    "Workers", "Employees", "Analysts", "Existing", "New", "Other", "Some", "What", "For", "To",
    "With", "Subscribe", "Last", "Next", "Late", "Early", "Monday", "Tuesday",
    "Wednesday", "Thursday", "Friday", "Union",
}  # fmt: skip
# A short name that goes on is another firm's: 一汽 in 一汽富维, or its full name.
_INSIDE_NAME = re.compile(r"[\u3400-\u9fff]{0,14}?(?:有限|股份公司|集团|公司)")
_LEADING = re.compile(r"(?:And|Meanwhile|But|While|Also|Now|However)\s(?=\S)")
_BASED = re.compile(
    r"[A-Z]\w+'s\s|\S+-(?:[Bb]ased|[Bb]acked)\s|(?:U\.S\.|Japanese|German|Chinese|Korean|French|Swiss|Mexican|Swedish|Dutch|Indian)\s(?=[A-Z])"
)
_TAIL = re.compile(r"\s(?:of|de|&)$")


def established(body: str) -> set[str]:
    """The short names that a text surely means as firms: told with a stock code, as who announces, in its headline.

    Examples
    --------
    >>> sorted(established("甲环科技(300999)公告,甲环科技拟建新厂"))
    ['甲环科技']
    """
    return {body[start:end].strip() for start, end in _sure(body)}


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
    yield from _sure(text)
    yield from _of_projects(text)
    yield from _leading(text)
    for found in _LATIN.finditer(text):
        name = _TAIL.sub("", found[1]).removesuffix(" Will").removesuffix(" Plans").removesuffix(" To")
        end = found.start(1) + len(name)
        lead = _LEADING.match(name)
        start = found.start(1) + (lead.end() if lead else 0)
        start += len(based[0]) if (based := _BASED.match(text[start:end])) else 0
        if text[start:end].split()[0] not in _NOT_LATIN and (end - start > 2 or text[start:end].isupper()):
            yield start, end


def _sure(text: str) -> Iterator[tuple[int, int]]:
    for found in _CODED.finditer(text):
        start = found.start(1)
        before = _BEFORE.match(found[1])
        if before and len(found[1]) - before.end() >= 2:
            start += before.end()
        yield start, found.end(1)
    for found in _HEADLINE.finditer(text):
        if not _NO_FIRM.search(found[1].removesuffix("建设")):
            yield found.start(1), found.end(1)
    for found in (
        *_SUBSIDIARY.finditer(text),
        *_BROKEN.finditer(text),
        *_ONE.finditer(text),
        *_DESCRIBED.finditer(text),
    ):
        if not _NO_FIRM.search(found[1]):
            yield found.start(1), found.end(1)
    for found in _SAYS.finditer(text):
        start = found.start(2)
        before = _BEFORE.match(found[2])
        if before and len(found[2]) - before.end() >= 2:
            start += before.end()
        if not _NO_FIRM.search(text[start : found.end(2)]):
            yield start, found.end(2)


@cache
def _well_known() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, lead_words().well_known), key=len, reverse=True))
    before = r"(?:^|(?<=[^\u3400-\u9fff])|(?<=[的由与和及元在市县区对将是为日了暨州省]))"
    return re.compile(rf"{before}(?:{names})(?:股份|集团|科技|汽车|电动车|化学|电子|新能源|能源)?")


def ordinary(core: str) -> bool:
    """Whether two letters in a row of a would-be name are a word that products bear."""
    return any(core[at : at + 2] in _words() for at in range(len(core) - 1))


@cache
def _words() -> frozenset[str]:
    """Two letters in a row that stand in names of products: words, and no names of firms."""
    with (registry.LIBRARY / "listed" / "text.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["piece"] for row in csv.DictReader(file) if len(row["piece"]) == 2)


@cache
def _projects() -> re.Pattern[str]:
    trades = lead_words().trades.pattern
    return re.compile(rf"{_BEFORE_PROJECT}((?:(?![的和与及在将于为由])[\u3400-\u9fff]){{2,9}}?(?:{trades}))")


# 投资10亿元的泰瑞医疗器械项目: the firm leads the name of its project.
_PAID_FOR = re.compile(r"(?:(?<=亿元)|(?<=万元)|(?<=亿元的)|(?<=万元的)|(?<=暨))([\u3400-\u9fff]{4,26}?)(?:项目|工程)")


def _leading(text: str) -> Iterator[tuple[int, int]]:
    """Two to four letters that are no word, before a word that products bear, at the head of a project's name."""
    for found in _PAID_FOR.finditer(text):
        title = found[1]
        places = [place for place in joined(places_in(title), title) if place.start == 0]
        begin = places[-1].end if places else 0
        begin += title.startswith(("省", "市", "县", "区"), begin)
        for length in (2, 3, 4):
            name, after = title[begin : begin + length], title[begin + length : begin + length + 2]
            if after in _words() and not ordinary(name):
                if not (_NO_CORE.search(name) or _NO_FIRM.search(name) or places_in(name)):
                    yield found.start(1) + begin, found.start(1) + begin + length
                break


def _of_projects(text: str) -> Iterator[tuple[int, int]]:
    """Firms by which projects are called: a name that everybody knows, or letters that are no word before a trade."""
    for found in _well_known().finditer(text):
        if not _INSIDE_NAME.match(text, found.end()) and _PROJECT_WORD.match(text[found.end() : found.end() + 40]):
            yield found.start(), found.end()
    for found in _projects().finditer(text):
        name = found[1]
        trade = next(iter(re.findall(rf"(?:{lead_words().trades.pattern})$", name)), "")
        places = [place for place in joined(places_in(name), name) if place.start == 0]
        place = places[-1].end if places else 0
        begin = found.start(1)
        if place and (name.startswith(("市", "县", "区"), place) or name[place - 1] in "市县区"):
            place += name.startswith(("市", "县", "区"), place)
            begin += place  # 某县越洋电子: the county is where, and no part of the name
        core = name[place : len(name) - len(trade)]
        if not 2 <= len(core) <= (4 if place else 3) or _NO_CORE.search(core) or _NO_FIRM.search(name):
            continue
        if ordinary(core):
            continue
        if _PROJECT_WORD.match(text[found.end(1) : found.end(1) + 40]):
            yield begin, found.end(1)
