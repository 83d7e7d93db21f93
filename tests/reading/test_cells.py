"""What one cell says: every usual way of writing a value, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaingraph.labels import text
from chaingraph.model.columns import Column
from chaingraph.model.schema import TABLES
from chaingraph.reading.cells import clean, fold, parser, slug, split_set, unit_scale
from chaingraph.reading.rejects import INVISIBLE

FIRMS, ROLES = TABLES["firms"], TABLES["firm_segments"]
REVENUE, EMPLOYEES, FOUNDED = FIRMS.column("revenue_cny_m"), FIRMS.column("employees"), FIRMS.column("founded")
SHARE, TIERS, KIND = ROLES.column("share"), FIRMS.column("tiers"), ROLES.column("kind")
HIGH_VALUE = TABLES["segments"].column("high_value")


def value(column: Column, raw: str, scale: tuple[float, float] = (1, 1)) -> object:
    found, problem = parser(column, scale)(raw)
    assert problem is None, problem
    return found


def reason(column: Column, raw: str, scale: tuple[float, float] = (1, 1)) -> str:
    found, problem = parser(column, scale)(raw)
    assert problem is not None, f"{raw!r} was read as {found!r}"
    return problem.reason


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  甲\u3000一 \n公司 ", "甲 一 公司"),
        ("\ufeffA\u200bB\u202eC\u2066", "ABC"),
        ("１２３ＡＢｃ", "123ABc"),
        ("合盛硅业（平湖）；有限公司", "合盛硅业（平湖）；有限公司"),  # Chinese punctuation stays
        ("'=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("'@x", "@x"),
        ("'\tx", "x"),
        ("''+1", "'+1"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("a\x00\x07b", "ab"),
    ],
)
def test_text_is_cleaned(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_nothing_invisible(raw: str) -> None:
    once = clean(raw)
    assert not INVISIBLE.search(once)
    assert once == " ".join(once.split())
    assert clean(once) == once or once.startswith("'")  # an apostrophe may protect what follows


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("5600", 5600.0),
        ("5,600.5", 5600.5),
        ("１，２００", 1200.0),
        ("1.2亿元", 120.0),
        ("1.2 亿", 120.0),
        ("3000万元", 30.0),
        ("500万", 5.0),
        ("2百万元", 2.0),
        ("1.5万亿", 1_500_000.0),
        ("88000000元", 88.0),
        ("¥1,200万", 12.0),
        ("人民币3亿元", 300.0),
        ("约2亿元", 200.0),
        ("-3.5", -3.5),
        ("−59", -59.0),
        ("1e3", 1000.0),
        ("-0", 0.0),
        ("0.1", 0.1),
    ],
)
def test_amounts_become_million_yuan(raw: str, expected: float) -> None:
    assert value(REVENUE, raw) == expected


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("很多", "not_a_number"),
        ("3-5亿", "unknown_unit"),
        ("1,23", "unknown_unit"),
        ("12%", "unknown_unit"),
        ("5吨", "unknown_unit"),
        ("1.2亿美元", "foreign_currency"),
        ("$12m", "not_a_number"),
        ("12 EUR", "foreign_currency"),
        ("1e400", "not_a_number"),
        ("1e999亿", "not_a_number"),
        ("9" * 100, "not_a_number"),
        ("#REF!", "excel_error"),
        ("#FORMULA?", "formula_without_value"),
    ],
)
def test_what_is_no_amount_is_refused(raw: str, why: str) -> None:
    assert reason(REVENUE, raw) == why


@pytest.mark.parametrize("raw", ["", "  ", "-", "—", "/", "N/A", "不详", "暂无", "未披露", "NaN", "null"])
@pytest.mark.parametrize("column", [REVENUE, FOUNDED, SHARE, EMPLOYEES], ids=lambda column: column.name)
def test_ways_to_say_not_known(column: Column, raw: str) -> None:
    assert value(column, raw) is None


@pytest.mark.parametrize(
    ("raw", "expected"), [("12%", 0.12), ("0.12", 0.12), ("１００％", 1.0), ("3‰", 0.003), ("1", 1.0)]
)
def test_shares(raw: str, expected: float) -> None:
    assert value(SHARE, raw) == expected


@pytest.mark.parametrize("raw", ["-59", "−59", "3.2", "-59%", "320%", "1.0001"])
def test_shares_outside_0_and_1_are_refused(raw: str) -> None:
    assert reason(SHARE, raw) == "share_out_of_range"


def test_the_unit_in_the_header_converts_plain_numbers_only() -> None:
    percent = unit_scale("%", SHARE)
    assert percent is not None
    assert value(SHARE, "12", percent) == 0.12
    assert value(SHARE, "12%", percent) == 0.12
    billions = unit_scale("亿元", REVENUE)
    assert billions is not None
    assert value(REVENUE, "1.2", billions) == 120.0
    assert value(REVENUE, "3000万", billions) == 30.0
    assert unit_scale("亿美元", REVENUE) is None
    assert unit_scale("人民币", REVENUE) is None  # says the currency, not the size
    assert value(TABLES["segment_rules"].column("invest_per_mu"), "0.05亿元/亩") == 500.0
    assert value(TABLES["parcels"].column("area_mu"), "2公顷") == 30.0
    assert value(TABLES["designations"].column("year"), "2022年") == 2022


@pytest.mark.parametrize(("raw", "expected"), [("3,200人", 3200), ("3200.0", 3200), ("1.2万人", 12_000)])
def test_integers(raw: str, expected: int) -> None:
    found = value(EMPLOYEES, raw)
    assert found == expected
    assert isinstance(found, int)


@pytest.mark.parametrize(
    ("raw", "why"), [("3.5", "not_an_integer"), ("-1", "number_out_of_range"), ("1e30", "not_an_integer")]
)
def test_integers_refused(raw: str, why: str) -> None:
    assert reason(EMPLOYEES, raw) == why


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("2024.3", "2024-03"),
        ("2024年3月5日", "2024-03-05"),
        ("2024 年 3 月", "2024-03"),
        ("2024年", "2024"),
        ("20240305", "2024-03-05"),
        ("202403", "2024-03"),
        ("2024", "2024"),
        ("２０２４－０３－０５", "2024-03-05"),
        ("2024—3—5", "2024-03-05"),
        ("2024-03-05 00:00:00", "2024-03-05"),
        ("2024-03-05T12:30:00", "2024-03-05"),
        ("45356", "2024-03-05"),  # Excel's count of days
        ("45356.5", "2024-03-05"),
        ("1800", "1800"),
        ("2050-12-31", "2050-12-31"),
    ],
)
def test_dates_keep_their_precision(raw: str, expected: str) -> None:
    assert value(FOUNDED, raw) == expected


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("2099", "year_out_of_range"),
        ("2099-01-01", "year_out_of_range"),
        ("1799", "year_out_of_range"),
        ("2024-02-30", "impossible_date"),
        ("2024-13", "impossible_date"),
        ("2023.2.29", "impossible_date"),
        ("去年", "not_a_date"),
        ("05/03/2024", "not_a_date"),
        ("2024年底", "not_a_date"),
        ("24-3-5", "not_a_date"),
        ("2024-03-05" * 20, "not_a_date"),
    ],
)
def test_dates_refused(raw: str, why: str) -> None:
    assert reason(FOUNDED, raw) == why


@pytest.mark.parametrize("raw", ["是", "1", "true", "YES", "√", "1.0", "有", "Ｙ"])
def test_flags_that_say_yes(raw: str) -> None:
    assert value(HIGH_VALUE, raw) is True


@pytest.mark.parametrize("raw", ["否", "0", "False", "no", "×", "无"])
def test_flags_that_say_no(raw: str) -> None:
    assert value(HIGH_VALUE, raw) is False


def test_flags_refused_and_not_known() -> None:
    assert reason(HIGH_VALUE, "也许") == "not_a_flag"
    assert value(HIGH_VALUE, "未知") is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a;b", ["a", "b"]),
        ("a；b、c，d|e\nf", ["a", "b", "c", "d", "e", "f"]),
        ("a, b ,c", ["a", "b", "c"]),
        ("Foo Co., Ltd.;Bar, Inc", ["Foo Co., Ltd.", "Bar, Inc"]),
        ("石化(烯烃、芳烃)，氯碱", ["石化(烯烃、芳烃)", "氯碱"]),
        (";;a;;", ["a"]),
        (")a,b(", [")a", "b("]),
        ("", []),
    ],
)
def test_sets_split_where_people_split_them(raw: str, expected: list[str]) -> None:
    assert split_set(raw) == expected


def test_sets_keep_the_first_of_each() -> None:
    assert value(FIRMS.column("aliases"), "甲；乙；甲；-") == "甲;乙"
    assert value(FIRMS.column("aliases"), "'=1+1;乙") == "=1+1;乙"
    assert value(FIRMS.column("aliases"), " ; ") is None


def test_tiers_keep_their_edition_and_lose_what_is_unknown() -> None:
    assert value(TIERS, "世界500强（2022）、专精特新小巨人;LISTED") == "global500(2022);little_giant;listed"
    found, problem = parser(TIERS)("listed;独角鲸(2023)")
    assert found == "listed"
    assert problem is not None
    assert (problem.reason, problem.values["member"]) == ("not_a_choice", "独角鲸(2023)")


def test_choices_by_their_aliases() -> None:
    assert value(KIND, "制造") == "maker"
    assert value(KIND, " Ｍaker") == "maker"
    assert value(TABLES["confirmations"].column("state"), "无") == "missing"  # a choice, not a missing value
    assert value(ROLES.column("status"), "不详") == "unknown"
    assert value(TABLES["segment_rules"].column("admission"), "restricted") == "限制"
    assert reason(KIND, "造物主") == "not_a_choice"


@pytest.mark.parametrize(
    ("table", "name", "raw", "why"),
    [
        ("chains", "chain_id", "光伏", "bad_identifier"),
        ("segments", "segment_id", "a/b", "bad_identifier"),
        ("segments", "segment_id", "x" * 65, "bad_identifier"),
        ("firms", "stock_code", "2004", "short_stock_code"),
        ("firms", "stock_code", "603260(母公司)", "code_of_parent"),
        ("firms", "credit_code", "9144030071526726XH", "bad_credit_code"),
        ("firms", "credit_code", "123456", "bad_credit_code"),
        ("firms", "firm", "名" * 501, "too_long"),
        ("firms", "aliases", "名" * 501, "too_long"),
        ("firms", "note", "字" * 5001, "too_long"),
    ],
)
def test_ids_codes_and_names_refused(table: str, name: str, raw: str, why: str) -> None:
    assert reason(TABLES[table].column(name), raw) == why


def test_ids_and_codes_kept() -> None:
    assert value(FIRMS.column("stock_code"), " ０２１９８.HK ") == "02198.HK"
    assert value(FIRMS.column("stock_code"), "002004") == "002004"
    assert value(FIRMS.column("credit_code"), "9144 0300 7152 6726 xg") == "9144030071526726XG"
    assert value(FIRMS.column("firm"), '=HYPERLINK("http://x")') == '=HYPERLINK("http://x")'
    assert value(FIRMS.column("firm"), "<script>alert(1)</script>") == "<script>alert(1)</script>"


def test_a_slug_is_stable_and_forgives_width_and_blanks() -> None:
    assert slug("甲一(平湖)有限公司") == slug("甲一（平湖） 有限公司")
    assert slug("甲一新能源有限公司") == "f-b395a3b7d2"  # ids in files must not change between versions
    assert fold("Ａ b") == "ab"


COLUMNS = {column.name + column.kind: column for table in TABLES.values() for column in table.columns}


@given(raw=st.text(max_size=40) | st.from_regex(r"\A[-+0-9.,eE/%年月日万亿元:; ]{1,20}\Z"))
def test_any_text_is_a_value_of_the_right_type_or_a_problem_that_can_be_said(raw: str) -> None:
    types = {"number": float, "integer": int, "flag": bool}
    for column in COLUMNS.values():
        found, problem = parser(column)(raw)
        assert found is None or type(found) is types.get(column.kind, str)
        if isinstance(found, str):
            assert found == found.strip() != ""
            assert not INVISIBLE.search(found)
        if problem is not None:
            for lang in ("zh", "en"):
                assert text(f"tables.{problem.reason}", lang, blank="", **problem.values)
                assert text(f"tables.{problem.reason}_remedy", lang, blank="", **problem.values)


@pytest.mark.parametrize(
    ("table", "column", "spelling", "meant"),
    [
        ("firms", "status", "存续（在营、开业、在册）", "operating"),
        ("firms", "status", "正常", "operating"),
        ("firms", "status", "吊销，未注销", "dissolved"),
        ("firms", "status", "吊销,已注销", "dissolved"),
        ("firms", "tiers", "专精特新“小巨人”", "little_giant"),
        ("firms", "tiers", "国家高新技术企业;制造业单项冠军", "high_tech;champion"),
        ("firms", "tiers", "专精特新中小企业(2024)", "advanced_sme(2024)"),
        ("firms", "confidence", "已核实", "seen"),
        ("firms", "confidence", "待核实", "unsure"),
        ("firm_signals", "kind", "增资扩产", "expansion"),
        ("firm_segments", "kind", "生产基地", "maker"),
        ("firm_segments", "basis", "生产基地", "site"),
        ("firm_segments", "status", "已投产", "producing"),
    ],
)
def test_official_and_everyday_words_are_understood(table: str, column: str, spelling: str, meant: str) -> None:
    assert parser(TABLES[table].column(column))(spelling) == (meant, None)
