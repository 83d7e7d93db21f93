"""Names: what is one firm, what is not, what a person has to decide; measured on the public list of listed firms."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaingraph.matching.name_forms import core, credit_key, stock_key, unlike
from chaingraph.matching.names import MATCH_COLUMNS, REVIEW_COLUMNS, match_firms, normalise_name

COLUMNS = (
    "firm_id", "firm", "firm_en", "aliases", "former_names", "stock_code", "credit_code",
    "country", "province", "city", "district",
)  # fmt: skip


def firms(*rows: dict[str, str]) -> pd.DataFrame:
    """A firms table; firm_id is a running number where it is not given."""
    given_ids = [{"firm_id": f"{number}", **row} for number, row in enumerate(rows)]
    return pd.DataFrame(given_ids, columns=list(COLUMNS)).astype("str")


def here(name: str, city: str = "嘉兴", **more: str) -> dict[str, str]:
    return {"firm": name, "country": "中国", "city": city, **more}


def only(left: dict[str, str], *right: dict[str, str]) -> tuple[str | None, str | None]:
    """The rule that matched a firm to the first of others, and the reason of the first review row."""
    matches, review = match_firms(firms(left), firms(*right))
    assert tuple(matches.columns) == MATCH_COLUMNS
    assert tuple(review.columns) == REVIEW_COLUMNS
    if len(matches):
        assert matches["right_id"].tolist() == ["0"]
    return (
        matches["rule"].iloc[0] if len(matches) else None,
        review["reason"].iloc[0] if len(review) else None,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("巴斯夫（中国）有限公司", "巴斯夫(中国)有限公司"),
        ("上海〔集团〕有限公司", "上海(集团)有限公司"),
        ("万　科Ａ", "万科A"),
        ("万 科A", "万科"),
        ("*ST海马", "海马"),
        ("S*ST云大", "云大"),
        ("XD贵州茅", "贵州茅"),
        ("DR中国神", "中国神"),
        ("N科创", "科创"),
        ("寒武纪-U", "寒武纪"),
        ("京东集团-W", "京东集团"),
        ("阳晨B股", "阳晨"),
        ("Nestlé", "NESTLE"),
        ("A. O. Smith", "ao smith"),
        ("立讯精密工业股份有限公司 ", "立讯精密工业股份有限公司"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("立讯智造(浙江)有限公司", "立讯智造有限公司"),  # the place in brackets tells units apart
        ("TCL集团", "集团"),
        ("ABB", "AB"),
        ("ST新材料有限公司", "新材料有限公司"),  # a full name carries no trading mark
        ("三一重工", "三一"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


def test_codes_as_compared() -> None:
    assert stock_key(" 600373.sh ") == stock_key("SH600373") == stock_key("６００３７３") == "600373"
    assert stock_key("09988.HK") == stock_key("9988.hk") != stock_key("AAPL.US")
    assert stock_key(math.nan) == credit_key(None) == credit_key("9133") == ""
    assert credit_key("91330400ma29h4555e") == "91330400MA29H4555E"


def test_what_of_a_name_is_form() -> None:
    assert core("浙江省嘉兴市南湖区正业科技有限公司").endswith("正业科技有限公司")
    assert unlike("浙江荣泰电工器材有限公司", "浙江省荣泰电工器材股份有限公司") == ""
    assert unlike("嘉兴荣泰电工有限公司", "平湖荣泰电工有限公司") == "wording_differs"  # one place for another
    assert unlike("荣泰电工集团有限公司", "荣泰电工有限公司") == "group_or_arm"


def test_rule_1_a_code_decides_and_an_unlike_name_is_shown_to_a_person() -> None:
    assert only(here("甲公司", stock_code="600373.SH"), here("甲公司股份有限公司", stock_code="600373")) == (
        "code",
        None,
    )
    code = "91330400MA29H4555E"
    assert only(here("旧名纺织有限公司", credit_code=code), here("新称新能源有限公司", credit_code=code.lower())) == (
        "code",
        "names_differ",
    )
    renamed = here("新称新能源有限公司", credit_code=code, former_names="旧名纺织有限公司")
    assert only(here("旧名纺织有限公司", credit_code=code), renamed) == ("code", None)
    assert only(here("甲公司", stock_code="0700.HK"), here("乙公司", stock_code="00700.HK"))[0] == "code"
    # A code that is no code matches nothing.
    assert only(here("甲甲公司", credit_code="不详"), here("乙乙公司", credit_code="不详")) == (None, None)


def test_rule_1_two_codes_that_point_to_two_firms_settle_nothing() -> None:
    code = "91330400MA29H4555E"
    both = here("丙公司", stock_code="600001", credit_code=code)
    assert only(both, here("甲公司", stock_code="600001"), here("乙公司", credit_code=code)) == (None, "several")


def test_rule_2_the_same_name() -> None:
    assert only(here("浙江长盛(滑动轴承)股份有限公司"), here("浙江长盛（滑动轴承）股份有限公司", "嘉善")) == (
        "exact",
        None,
    )
    # A registered full name is borne once in the country; the seat may be stated differently.
    assert only(here("火星人厨具股份有限公司"), here("火星人厨具股份有限公司", "杭州")) == ("exact", None)
    # A short name in another city may be another firm.
    assert only(here("星源科技"), here("星源科技", "深圳")) == (None, "place_differs")
    assert only(here("星源科技"), here("星源科技")) == ("exact", None)
    # Two own codes that differ.
    one, other = "91330400MA29H4555E", "91330400MA29H4556E"
    assert only(here("甲有限公司", credit_code=one), here("甲有限公司", credit_code=other)) == (None, "codes_differ")
    assert only(here("甲有限公司", stock_code="600001"), here("甲有限公司", stock_code="01234.HK")) == ("exact", None)


def test_rule_2_of_several_namesakes_the_one_of_the_same_place() -> None:
    assert only(here("星源科技"), here("星源科技"), here("星源科技", "深圳")) == ("exact", None)
    assert only({"firm": "星源科技"}, here("星源科技"), here("星源科技", "深圳")) == (None, "several")


def test_rule_3_former_names_and_aliases() -> None:
    assert only(
        here("隆基绿能科技股份有限公司", former_names="西安隆基硅材料股份有限公司"), here("西安隆基硅材料股份有限公司")
    ) == (
        "alias",
        None,
    )
    basf = {"firm": "巴斯夫", "firm_en": "BASF", "aliases": "BASF SE", "country": "德国"}
    assert only(basf, {"firm": "BASF SE", "country": "Germany"}) == ("alias", None)
    assert only(basf, {"firm": "basf", "country": "德国"}) == ("alias", None)
    # An alias that two firms bear.
    twice = (here("甲一股份有限公司", "西安", aliases="甲一"), here("甲一集团有限公司", "北京", aliases="甲一"))
    assert only({"firm": "甲一"}, *twice) == (None, "several")
    # A brand that the parent and a unit elsewhere share.
    assert only(here("嘉兴甲一有限公司", aliases="甲一硅业"), here("甲一硅业", "西安")) == (None, "place_differs")


def test_rule_3_two_characters_under_trading_marks_need_the_place() -> None:
    assert only(here("*ST新城", "大连"), here("江苏新城地产股份有限公司", "常州", aliases="新城B股"))[0] is None
    assert only({"firm": "*ST新城"}, here("江苏新城地产股份有限公司", "常州", aliases="新城B股")) == (None, "too_short")
    assert only(here("万科A", "深圳"), here("万科企业股份有限公司", "深圳", aliases="万科")) == ("alias", None)


def test_rule_4_a_short_name_inside_exactly_one_full_name() -> None:
    assert only(here("长盛轴承"), here("浙江长盛滑动轴承股份有限公司")) == ("subsequence", None)
    assert only({"firm": "长盛轴承"}, {"firm": "浙江长盛滑动轴承股份有限公司"}) == ("subsequence", None)
    matches, _ = match_firms(firms(here("浙江长盛滑动轴承股份有限公司")), firms(here("长盛轴承")))
    assert matches["rule"].tolist() == ["subsequence"]  # asked from the other side too
    # Two full names hold it, even if one stands in the same list as the short name.
    two = (here("浙江长盛滑动轴承股份有限公司"), here("长盛华中轴承股份有限公司"))
    assert only(here("长盛轴承"), *two) == (None, "several")
    matches, review = match_firms(firms(here("长盛轴承"), two[1]), firms(two[0]))
    assert len(matches) == 0
    assert review["reason"].tolist() == ["several"]


@pytest.mark.parametrize(
    ("short", "full", "reason"),
    [
        (here("福斯特", "杭州"), here("嘉兴市福斯特气模股份有限公司"), "place_differs"),
        (here("海利得"), here("海宁市佳利得新材料有限公司"), "wording_differs"),  # 佳利得, not 海利得
        ({"firm": "宏力达"}, {"firm": "嘉兴市宏力达仪器仪表有限公司"}, "wording_differs"),
        (here("云大"), here("大云云大股份有限公司"), "too_short"),
        (
            here("福斯特", "杭州", stock_code="603806"),
            here("嘉兴市福斯特气模制品有限公司"),
            None,
        ),  # a listed firm is 股份
        (here("平安银行", "深圳"), here("平安银行股份有限公司桐乡支行"), None),
        (here("南都物业", "杭州"), here("南都物业服务股份有限公司海宁分公司"), None),
        ({"firm": "佳能", "country": "日本"}, here("佳禾智能科技股份有限公司"), None),
        (here("甲乙丙"), here("丙乙甲股份有限公司"), None),
    ],
)
def test_rule_4_chance_hits_are_not_matches(short: dict[str, str], full: dict[str, str], reason: str | None) -> None:
    assert only(short, full) == (None, reason)


def test_rule_4_a_firm_without_stock_whose_name_begins_so_in_the_same_place() -> None:
    assert only(here("正业"), here("嘉兴市正业科技有限公司")) == (None, "too_short")
    assert only(here("正业科"), here("嘉兴市正业科技有限公司")) == ("subsequence", None)
    assert only(here("兄弟科技"), here("浙江摩根兄弟科技有限公司")) == (None, "wording_differs")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (here("浙江荣泰电工器材股份有限公司"), here("浙江荣泰电工器材有限公司")),
        (here("嘉兴市荣泰电工器材制造有限公司"), here("嘉兴荣泰电工器材制造有限责任公司")),
        (here("浙江嘉兴荣泰电工器材有限公司"), here("嘉兴荣泰电工器材有限公司")),
        (here("正业科技"), here("嘉兴市正业科技有限公司")),  # form and place left out
        (here("嘉善荣泰"), here("嘉善荣泰有限公司")),
        ({"firm": "嘉善荣泰"}, {"firm": "嘉善县荣泰有限公司"}),  # both begin with the place
        ({"firm": "荣泰电工"}, {"firm": "嘉善荣泰电工有限公司"}),  # no place: four characters or more
        ({"firm": "玉环县江天机械有限公司"}, here("江天机械有限公司", "台州")),  # the level is no part of the name
        (here("东方电气工程有限公司", "德阳"), here("德阳东方电气工程有限公司", "德阳")),  # 东方 is a city elsewhere
        ({"firm": "义乌庆琳饰品有限公司第三经营部"}, {"firm": "义乌市庆琳饰品有限公司第三经营部"}),
    ],
)
def test_rule_form_place_and_legal_form_may_differ_and_nothing_else(
    left: dict[str, str], right: dict[str, str]
) -> None:
    assert only(left, right) == ("form", None)
    matches, _ = match_firms(firms(right), firms(left))
    assert matches["rule"].tolist() == ["form"]


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ({"firm": "荣泰厂"}, {"firm": "嘉善荣泰厂有限公司"}, "place_unknown"),  # three characters: too many namesakes
        ({"firm": "平湖荣泰电工器材"}, {"firm": "嘉善荣泰电工器材有限公司"}, None),  # another place is written
        ({"firm": "上海荣泰电工器材有限公司"}, here("荣泰电工器材有限公司"), None),  # written here, known there
        (here("嘉兴荣泰便利店"), here("荣泰便利店"), None),  # shops are called alike in every town
        (here("荣泰电工器材", stock_code="603000"), here("荣泰电工器材有限公司"), None),  # a listed firm is 股份
        (here("荣泰电工器材有限公司"), here("荣泰电工器材有限公司嘉善分公司"), None),
    ],
)
def test_rule_form_is_stopped_by_what_speaks_against_it(
    left: dict[str, str], right: dict[str, str], reason: str | None
) -> None:
    matches, review = match_firms(firms(left), firms(right))
    assert len(matches) == 0
    assert reason is None or review["reason"].tolist() == [reason]


def test_rule_form_asks_a_person_where_two_bear_the_name() -> None:
    two = (here("嘉善荣泰电工器材有限公司"), here("平湖荣泰电工器材有限公司"))
    assert only(here("荣泰电工器材"), *two) == (None, "several")
    assert only(here("嘉善荣泰电工器材"), *two) == ("form", None)
    matches, review = match_firms(firms(here("荣泰电工器材"), here("嘉善荣泰电工器材")), firms(two[0]))
    assert len(matches) == 0
    assert review["reason"].tolist() == ["several", "several"]


def test_rule_5_words_of_form_may_differ_and_nothing_else() -> None:
    one, other = here("荣泰电工器材嘉善县第一制造有限公司"), here("荣泰电工器材嘉善第一制造有限公司")
    assert only(one, other) == ("similar", None)


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        (here("嘉善华伟装饰工程有限公司"), here("嘉善华丽装饰工程有限公司"), "wording_differs"),
        (here("中元建设第一工程股份有限公司"), here("中元建设第二工程股份有限公司"), "wording_differs"),
        (here("浙江荣泰电工器材股份有限公司"), here("浙江荣泰电工器材集团股份有限公司"), "group_or_arm"),
        (here("浙江荣泰电工器材股份有限公司"), here("浙江荣泰电工器材有限公司", "杭州"), "place_differs"),
        (here("浙江荣泰电工器材股份有限公司"), {"firm": "浙江荣泰电工器材有限公司"}, "place_unknown"),
        (here("浙江荣泰电工器材股份有限公司"), here("浙江荣泰电工器材有限公司", city=""), "place_unknown"),
        (here("中国恒力石油化工有限公司"), here("恒力石油化工有限公司"), "wording_differs"),
        (here("平湖市万寿堂医药连锁股份有限公司"), here("海宁市万寿堂医药连锁股份有限公司"), None),  # under 90
    ],
)
def test_rule_5_likeness_alone_goes_to_a_person(
    left: dict[str, str], right: dict[str, str], reason: str | None
) -> None:
    assert only(left, right) == (None, reason)


def test_rule_5_needs_a_margin_over_the_second() -> None:
    first, second = here("荣泰电工器材嘉善第一制造有限公司"), here("荣泰电工器材嘉善第二制造有限公司")
    assert only(here("荣泰电工器材嘉善县第一制造有限公司"), first, second)[0] == "similar"
    long = here("荣泰电工器材嘉善县第一进出口销售安装制造有限公司")
    right = (
        here("荣泰电工器材嘉善第一进出口销售安装制造有限公司"),
        here("荣泰电工器材嘉善第二进出口销售安装制造有限公司"),
    )
    assert only(long, *right) == (None, "near_second")
    # What the legal form alone tells apart needs none.
    other = here("浙江荣泰电子器材有限公司")
    assert only(here("浙江荣泰电工器材股份有限公司"), here("浙江荣泰电工器材有限公司"), other)[0] == "form"


def test_group_and_listed_arm_are_two_firms() -> None:
    group = here("正泰集团股份有限公司", "温州")
    arm = here("浙江正泰电器股份有限公司", "温州", aliases="正泰电器", stock_code="601877")
    matches, review = match_firms(firms(group), firms(arm))
    assert len(matches) == 0
    assert len(review) == 0
    group, arm = here("浙江荣泰电工器材集团有限公司"), here("浙江荣泰电工器材集团股份有限公司")
    assert only(group, arm) == (None, "group_or_arm")


def test_a_better_rule_takes_the_firm_and_ends_the_doubt() -> None:
    """The parent is found by its code; its short name inside a local unit's full name is then no question."""
    left = firms(
        here("隆基绿能", "西安", stock_code="601012", firm_id="p"), here("嘉兴隆基绿能光伏股份有限公司", firm_id="u")
    )
    right = firms(here("隆基绿能科技股份有限公司", "西安", stock_code="601012", firm_id="n"))
    matches, review = match_firms(left, right)
    assert matches[["left_id", "right_id", "rule"]].values.tolist() == [["p", "n", "code"]]
    assert len(review) == 0


def test_one_firm_is_not_matched_twice_by_name() -> None:
    left = firms(here("长盛轴承"), here("长盛滑动"))
    matches, review = match_firms(left, firms(here("浙江长盛滑动轴承股份有限公司")))
    assert len(matches) == 0
    assert review["reason"].tolist() == ["several", "several"]


def test_empty_tables_and_missing_columns() -> None:
    matches, review = match_firms(firms(), firms(here("甲公司")))
    assert (len(matches), len(review)) == (0, 0)
    bare = pd.DataFrame({"firm_id": ["1"], "firm": ["甲有限公司"]})
    assert match_firms(bare, bare)[0]["rule"].tolist() == ["exact"]


_NAMES = st.sampled_from(
    [
        "甲一",
        "甲一硅业",
        "甲一硅业股份有限公司",
        "浙江甲一硅业有限公司",
        "甲一硅业集团有限公司",
        "*ST甲一",
        "乙公司",
        "BASF",
        "嘉兴甲一硅业有限公司",
        "",
    ]
)
_FIRM = st.fixed_dictionaries(
    {
        "firm": _NAMES,
        "aliases": _NAMES,
        "city": st.sampled_from(["嘉兴", "西安", ""]),
        "stock_code": st.sampled_from(["", "600001", "600002"]),
    }
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_FIRM, max_size=5), st.lists(_FIRM, max_size=5))
def test_row_order_does_not_matter_and_nobody_is_matched_twice(
    left: list[dict[str, str]], right: list[dict[str, str]]
) -> None:
    def table(rows: list[dict[str, str]]) -> pd.DataFrame:
        frame = firms(*rows)
        return frame.mask(frame == "").astype("str").assign(firm=frame["firm"])

    one, two = table(left), table(right)
    matches, review = match_firms(one, two)
    shuffled = match_firms(one.sample(frac=1, random_state=1), two.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shuffled[0], matches)
    pd.testing.assert_frame_equal(shuffled[1], review)
    assert not matches["left_id"].duplicated().any()
    by_name = matches[matches["rule"] != "code"]
    assert not by_name["right_id"].duplicated().any()
    assert matches["score"].between(0, 100).all()
    settled = set(zip(matches["left_id"], matches["right_id"], strict=True))
    open_pairs = review[review["reason"] != "names_differ"]
    assert not settled & set(zip(open_pairs["left_id"], open_pairs["right_id"], strict=True))


@given(st.text(max_size=40))
def test_any_text_is_a_name(name: str) -> None:
    once = normalise_name(name)
    assert " " not in once
    assert normalise_name(name.upper() if name.isascii() else name) == once
