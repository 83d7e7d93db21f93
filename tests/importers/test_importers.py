"""Importers on small folders with one example of every defect, and on the real public files."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.errors import CaseError, StoreError, UnknownNameError
from chaingraph.importers.cities import cities_from_names
from chaingraph.importers.ckg import COLUMNS, import_ckg
from chaingraph.importers.classes import read_classes
from chaingraph.importers.lists import join_list, read_list
from chaingraph.importers.published import read_columns
from chaingraph.importers.register import joined_parts, read_register_in_parts
from chaingraph.model.case import Case, empty_table
from chaingraph.reading.read import read_case
from chaingraph.writers.case import write_case
from tests.made_exports import credit_code
from tests.shared_data import shared

ROWS: dict[str, list[dict[str, object]]] = {
    "company.json": [
        dict(zip(("name", "fullname", "code", "location", "time"), row, strict=True))
        for row in (
            ("中粮科技", "中粮生物科技股份有限公司", "000930.SZ", "深", "1999-07-12"),
            ("映翰通", "北京映翰通网络技术股份有限公司", "688080", "沪", "2020-02-12"),
            ("映翰通", "安徽海螺水泥股份有限公司", "688080.SH", "沪", "2002-02-07"),
            ("中粮生化", "中粮生物化学股份有限公司", "000930.SZ", "深", "1999-07-12"),
            ("鼎龙", "湖北鼎龙股份有限公司", "300054.SZ", "2010-02-11", "-"),
        )
    ],
    "company_industry.json": [
        {"company_code": "688080.SH", "industry_code": "270101", "industry_name": "", "company_name": "", "rel": ""},
        {"company_code": "600585.SH", "industry_code": "610101", "industry_name": "", "company_name": "", "rel": ""},
        {"company_code": "300054.sz", "industry_code": "270601", "industry_name": "", "company_name": "", "rel": ""},
    ],
    "company_product.json": [
        {"company_name": "", "company_code": "300054.SZ", "product_name": "抛光\n垫", "rel": "", "rel_weight": "0.6"},
        {"company_name": "", "company_code": "300054.SZ", "product_name": "抛光垫", "rel": "", "rel_weight": "0.2"},
        {"company_name": "", "company_code": "300054.SZ", "product_name": "碳粉", "rel": "", "rel_weight": "-5.0"},
        {"company_name": "", "company_code": "300054.SZ", "product_name": "平衡项目", "rel": "", "rel_weight": "0.2"},
    ],
    "industry.json": [{"code": "270000", "name": "电子"}],
    "industry_industry.json": [
        {"from_code": "270101", "from_industry": "", "rel": "", "to_industry": "", "to_code": "270100"},
        {"from_code": "270102", "from_industry": "", "rel": "", "to_industry": "", "to_code": "280000"},
    ],
    "industry_up.json": [{"industry": "电子", "ups": {"食品": 3}}],
    "product.json": [{"name": "抛光垫"}, {"name": "硅片"}],
    "product_product.json": [
        {"from_entity": "抛光垫", "to_entity": "聚氨酯", "rel": "上游材料"},
        {"from_entity": "聚氨酯", "to_entity": "抛光垫", "rel": "下游产品"},
        {"from_entity": "硅片", "to_entity": "硅片", "rel": "产品小类"},
        {"from_entity": "硅片", "to_entity": "大硅片", "rel": "产品小类"},
    ],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "ckg"
    place.mkdir()
    for name, rows in ROWS.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (place / name).write_text("\n".join(lines), encoding="utf-8")
    return place


def test_every_defect_is_dealt_with(folder):
    case = import_ckg(folder, lang="en")
    firms = case["firms"].set_index("firm_id")
    assert list(firms.index) == ["000930", "300054", "688080"]
    assert firms.loc["000930", "former_names"] == "中粮生物化学股份有限公司"
    assert firms.loc["000930", "aliases"] == "中粮科技;中粮生化"
    assert firms.loc["300054", "listed"] == "2010-02-11"
    assert firms.loc["688080", "city"] == "北京"
    assert firms.loc["688080", "confidence"] == "unsure"
    assert firms.loc["300054", ["province", "industry", "industry_scheme"]].tolist() == ["湖北", "270601", "shenwan"]
    products = case["firm_products"]
    assert products[["product", "share"]].round(4).to_numpy().tolist() == [["抛光垫", 0.9836], ["碳粉", 0.0164]]
    links = case["product_links"].merge(case["products"], left_on="from_product_id", right_on="product_id")
    assert sorted(zip(links["product"], links["kind"], strict=True)) == [("硅片", "subclass"), ("聚氨酯", "input")]
    assert len(case["products"]) == 4
    reasons = case.rejects.groupby("table")["reason"].agg(list).to_dict()
    assert reasons["company.json"] == ["the code belongs to another firm (its listing date differs)"]
    assert case.rejects.loc[case.rejects["table"] == "company.json", "row"].tolist() == [3]
    assert reasons["company_product.json"] == ["a line of the accounts, not a product"]
    assert reasons["product_product.json"] == ["the product points to itself"]
    assert reasons["industry_industry.json"] == ["the parent industry is not the beginning of the code"]
    account = case.files.set_index("file")
    assert (account["rows"] == account["kept"] + account["merged"] + account["rejected"]).all()
    assert account.loc["product_product.json", ["kept", "merged", "rejected"]].tolist() == [2, 1, 1]


def test_a_city_table_corrects_codes(folder, tmp_path):
    cities = tmp_path / "cities.csv"
    cities.write_text(
        "ckg_code,ckg_name,ckg_fullname,code6,code_corrected,province,city,method\n"
        "688080.SH,映翰通,安徽海螺水泥股份有限公司,600585,1,安徽,芜湖市,stock_company\n"
        "300054.SZ,鼎龙,湖北鼎龙股份有限公司,300054,0,湖北,武汉市,name_prefix\n",
        encoding="utf-8",
    )
    firms = import_ckg(folder, cities)["firms"].set_index("firm_id")
    conch = firms.loc["600585"]
    assert conch[["firm", "city", "industry", "confidence"]].tolist() == [
        "安徽海螺水泥股份有限公司",
        "芜湖",
        "610101",
        "seen",
    ]
    assert pd.isna(conch["aliases"])
    assert firms.loc["300054", ["city", "confidence"]].tolist() == ["武汉", "known"]
    assert pd.isna(firms.loc["000930", "city"])
    cities.write_text("code,city\n1,2\n", encoding="utf-8")
    with pytest.raises(CaseError, match="ckg_fullname"):
        import_ckg(folder, cities)


def test_a_second_table_fills_in_listing_dates_but_replaces_none(folder, tmp_path):
    rows = (folder / "company.json").read_text(encoding="utf-8").replace("2010-02-11", "深圳证券交易所")
    (folder / "company.json").write_text(rows, encoding="utf-8")
    dates = tmp_path / "dates.csv"
    dates.write_text("ts_code,list_date\n300054.SZ,20100211\n000930.SZ,20200101\n688080.SH,0\n", encoding="utf-8")
    without = import_ckg(folder)
    case = import_ckg(folder, dates=dates)
    listed, known = (held["firms"].set_index("firm_id")["listed"] for held in (case, without))
    assert pd.isna(known["300054"])
    assert listed["300054"] == "2010-02-11"
    assert listed["000930"] == known["000930"] != "2020-01-01"
    assert case.files["changed"].sum() == without.files["changed"].sum() + 1
    dates.write_text("code,date\n1,2\n", encoding="utf-8")
    with pytest.raises(CaseError, match="ts_code, list_date"):
        import_ckg(folder, dates=dates)


def test_a_later_list_tells_which_firms_are_listed_no_more(folder, tmp_path):
    """Ten firms of one kind of code; the later list has eight by code, one by name, and of other kinds nothing."""
    numbers = range(600001, 600011)
    rows = [
        {
            "name": f"沪{code}",
            "fullname": f"上海{code}股份有限公司",
            "code": f"{code}.SH",
            "location": "沪",
            "time": "1999-01-01",
        }
        for code in numbers
    ]
    rows.append(
        {"name": "深B", "fullname": "深圳乙股份有限公司", "code": "200001.SZ", "location": "深", "time": "1995-01-01"}
    )
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "company.json").write_text(text, encoding="utf-8")
    later = tmp_path / "later.csv"
    held = [f"{code}.SH,沪{code},19990101" for code in list(numbers)[:8]] + ["605999.SH,沪600010,20230501"]
    later.write_text("\n".join(["ts_code,name,list_date", *held]), encoding="utf-8")
    firms = import_ckg(folder, dates=later, lang="en")["firms"].set_index("firm_id")
    assert firms.index[firms["status"].notna()].tolist() == ["600009"]
    assert firms.loc["600009", "status"] == "delisted"
    assert "later.csv (whose newest listing is of 2023-05-01)" in firms.loc["600009", "note"]
    # A list with less than four in five of a kind is part of it: what it lacks is not known to be gone.
    later.write_text("\n".join(["ts_code,name,list_date", *held[:6]]), encoding="utf-8")
    assert import_ckg(folder, dates=later)["firms"]["status"].isna().all()


def test_a_line_that_is_no_text_or_nested_beyond_reason_is_a_rejected_line(folder):
    lines = [b'{"name": "\xe7\x94\xb2"}', b'{"name": "\xff\xfe"}', b"[" * 100_000]
    (folder / "product.json").write_bytes(b"\n".join(lines))
    case = import_ckg(folder, lang="en")
    assert case.rejects.loc[case.rejects["table"] == "product.json", "row"].tolist() == [2, 3]


def test_bad_folders_are_refused_with_the_reason(folder):
    (folder / "product.json").write_text('{"name": "甲"}\nnot json\n{"other": 1}\n', encoding="utf-8")
    case = import_ckg(folder, lang="en")
    assert case.rejects.loc[case.rejects["table"] == "product.json", "row"].tolist() == [2, 3]
    (folder / "product.json").write_text("<html>", encoding="utf-8")
    with pytest.raises(CaseError, match="one JSON object with name"):
        import_ckg(folder, lang="en")
    (folder / "product.json").unlink()
    with pytest.raises(CaseError, match=r"lacks product\.json"):
        import_ckg(folder, lang="en")


def test_written_twice_the_same_and_never_into_another_case(folder, tmp_path):
    first = write_case(import_ckg(folder), tmp_path / "one")
    second = write_case(import_ckg(folder), tmp_path / "two")
    assert [path.name for path in first][-2:] == ["product_links.parquet", "rejects.csv"]
    for left, right in zip(first, second, strict=True):
        assert left.read_bytes() == right.read_bytes()
    with pytest.raises(StoreError, match="another case"):
        write_case(import_ckg(folder), tmp_path / "one", form="csv")
    assert (tmp_path / "one" / "firms.parquet").exists()
    assert not (tmp_path / "one" / "firms.csv").exists()


def test_a_ranking_gives_one_firm_with_its_editions(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        'year,rank,company,country,hq_location,revenue_mcny\n2020,3,甲公司 (Alpha),China,"Beijing, China",10\n'
        '2021,2,甲公司 (Alpha),China,,12\n2021,,乙,U.S.,,\n2019,9,Beta,U.S.,"Bentonville, Ark.",\n',
        encoding="utf-8",
    )
    case = read_list(path, "china500", lang="en").case
    firms = case["firms"].set_index("firm")
    alpha = firms.loc["甲公司"]
    assert alpha[["firm_en", "tiers", "note", "as_of", "revenue_cny_m"]].tolist() == [
        "Alpha",
        "china500(2020);china500(2021)",
        "2021: 2",
        "2021",
        12.0,
    ]
    assert firms.loc["Beta", ["country", "city"]].tolist() == ["美国", "Bentonville"]
    assert case.rejects["reason"].tolist() == ["company, year or rank is missing"]
    only = read_list(path, "china500", editions=[2021]).case
    assert only["firms"]["tiers"].tolist() == ["china500(2021)"]
    assert only.files[["rows", "kept", "merged", "rejected"]].to_numpy().tolist() == [[4, 1, 0, 3]]
    with pytest.raises(UnknownNameError, match="no list called 'best100'"):
        read_list(path, "best100")
    with pytest.raises(CaseError, match="the header should hold 公司"):
        read_list(_file(tmp_path, "year,rank\n2020,1\n"), "global500", lang="en")


def test_a_ranking_is_joined_to_the_firms_of_a_case_by_name_or_code_alone(tmp_path):
    names = ["甲新材料股份有限公司", "乙汽车集团股份有限公司", "丙重工股份有限公司"]
    firms = pd.DataFrame({"firm_id": ["1", "2", "3"], "firm": names}).reindex(columns=empty_table("firms").columns)
    firms["former_names"] = [None, "乙汽车制造股份有限公司", None]
    firms["tiers"], firms["note"], firms["source"] = ["listed(2021)", "listed(2021)", None], [None, "旧注", None], "ckg"
    case = Case("n", {"firms": firms.astype(empty_table("firms").dtypes.to_dict())})
    path = tmp_path / "top.csv"
    path.write_text(
        "year,rank,company\n2020,9,甲新材料股份有限公司\n2021,7,甲新材料股份有限公司\n2021,8,乙汽车制造股份有限公司\n"
        "2021,1,丙重工机械股份有限公司\n2021,2,丁银行股份有限公司\n",  # alike, and not in the case
        encoding="utf-8",
    )
    joined, firms_found = join_list(case, read_list(path, "china500"))
    assert firms_found == 2
    told = joined["firms"].set_index("firm_id")
    assert told["tiers"].fillna("").tolist() == [
        "listed(2021);china500(2020);china500(2021)",
        "listed(2021);china500(2021)",
        "",
    ]
    assert told["note"].fillna("").tolist() == ["top 2021: 7", "旧注;top 2021: 8", ""]
    assert told["source"].tolist() == ["ckg;top", "ckg;top", "ckg"]
    pd.testing.assert_frame_equal(join_list(joined, read_list(path, "china500"))[0]["firms"], joined["firms"])
    out = tmp_path / "out"
    write_case(case, tmp_path / "case")
    words = ["import", "list", str(path), "--tier", "china500", "--case", str(tmp_path / "case"), "--out", str(out)]
    assert main([*words, "--lang", "en"]) == 0
    pd.testing.assert_frame_equal(read_case(out, required=("firms",))["firms"], joined["firms"])


def _file(folder, content):
    path = folder / "other.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_register_keeps_scope_as_text_and_rejects_bad_codes(tmp_path):
    path = tmp_path / "register.csv.gz"
    code = credit_code(1)
    lines = (
        "企业名称,统一社会信用代码,注册日期,注册资本,经营范围,城市,区县\n"
        f"平湖光学有限公司,{code},2015/3/7,100万,光学镜头\uff1b镜片的制造,嘉兴,平湖市\n"
        f"平湖光学有限公司,{code},2015/3/7,,,嘉兴,平湖市\n"
        f"无码公司,330482,2001-01-01,,纱线,嘉兴市,\n,{credit_code(2)},,,,,\n"
    )
    path.write_bytes(gzip.compress(lines.encode("gb18030")))
    case = joined_parts(list(read_register_in_parts(path, as_of="2019-04", lang="en"))).case
    firms = case["firms"].set_index("firm")
    assert firms.loc["平湖光学有限公司", ["firm_id", "founded", "province", "city", "district"]].tolist() == [
        code,
        "2015-03-07",
        "浙江",
        "嘉兴",
        "平湖",
    ]
    assert firms.loc["无码公司", "firm_id"].startswith("name-")
    assert pd.isna(firms.loc["无码公司", "credit_code"])
    assert sorted(case["firm_products"]["product"]) == ["光学镜头", "纱线", "镜片的制造"]
    assert case.files[["rows", "kept", "merged", "rejected"]].to_numpy().tolist() == [[4, 2, 1, 1]]
    assert sorted(case.rejects["column"]) == ["企业名称", "统一社会信用代码"]
    whole = path.read_bytes()
    for broken in (b"\x1f\x8b broken", whole[:-20]):  # one that breaks off would else be half a register
        path.write_bytes(broken)
        with pytest.raises(CaseError, match="cannot be read"):
            list(read_register_in_parts(path, as_of="2019-04", lang="en"))


def test_a_packed_file_of_several_parts_is_read_whole(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes("code,name\n1,台灣積體電路製造".encode("big5"))
    with pytest.raises(CaseError, match="Big5"):
        read_columns(path, {"code": ("code",)}, ("code",), "en")
    path.write_bytes(gzip.compress(b"code,name\n1,a\n") + gzip.compress(b"2,b\n"))
    rows = read_columns(path, {"code": ("code",), "name": ("name",)}, ("code",), "en")
    assert rows["name"].tolist() == ["a", "b"]


def test_classes_of_a_classification_are_read_or_refused_in_words(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_bytes("代码,级别,名称\n01,2,农业\n0111,4, 稻谷种植\n,4,无码\n".encode("gb18030"))
    assert read_classes(path, "en").to_numpy().tolist() == [["0111", "4", "稻谷种植"]]
    for content, said in (
        (bytes(range(128, 256)), r"classes\.csv cannot be read: not a text file"),
        ("code,level,name\n1,4,半導體製造業".encode("big5"), "is in Big5 .traditional Chinese. '1,4,半導體製造業'"),
        (b"", r"cannot be read: the file is empty"),
        (b"code,level\n1,4\n", r"classes\.csv lacks the columns name"),
        (b"code,level,name\n01,2,a\n", r"has no class \(no row of level 4\): its levels are 2; give"),
    ):
        path.write_bytes(content)
        with pytest.raises(CaseError, match=said):
            read_classes(path, "en")
    path.unlink()
    with pytest.raises(CaseError, match=r"classes\.csv cannot be opened: No such file or directory; check"):
        read_classes(path, "en")


def test_a_register_read_in_parts_is_the_register_read_whole(tmp_path):
    rows = [f"第{number}公司,{credit_code(number)},2015-03-07,纱线{number}\uff1b面料,嘉兴" for number in range(7)]
    rows.insert(5, rows[1].replace("纱线1", "又一行"))  # the same firm in a later part
    lines = "企业名称,统一社会信用代码,成立日期,经营范围,城市\n" + "\n".join([*rows, ",,,,嘉兴"])
    path = tmp_path / "register.csv.gz"
    for encoding in ("gb18030", "utf-8-sig"):
        path.write_bytes(gzip.compress(lines.encode(encoding)))
        whole = joined_parts(list(read_register_in_parts(path, as_of="2019-04"))).case
        parts = list(read_register_in_parts(path, as_of="2019-04", size=3))
        assert [len(part.tables["firms"]) for part in parts] == [3, 2, 2]
        for table in ("firms", "firm_products"):
            joined = pd.concat([part.tables[table] for part in parts]).sort_values("firm_id", ignore_index=True)
            pd.testing.assert_frame_equal(joined, whole[table])
        assert [int(row) for part in parts for row in part.rejects["row"]] == whole.rejects["row"].tolist() == [10]
    path.write_text("城市\n嘉兴\n", encoding="utf-8")
    with pytest.raises(CaseError, match="the header should hold 企业名称"):
        next(read_register_in_parts(path, as_of="2019-04", lang="en"))


def test_a_city_is_read_from_a_name_only_where_the_name_begins_with_one():
    names = [
        "浙江嘉欣丝绸股份有限公司",
        "嘉兴中润光学科技股份有限公司",
        "浙江省杭州钢铁股份有限公司",
        "中国银行股份有限公司",
        "江阴银行股份有限公司",
    ]
    found = cities_from_names(pd.DataFrame({"fullname": names, "name": names}))
    assert found["province"].fillna("").tolist() == ["浙江", "浙江", "浙江", "", "江苏"]
    assert found["city"].fillna("").tolist() == ["", "嘉兴", "杭州", "", "无锡"]
    assert found["confidence"].tolist() == ["seen", "unsure", "unsure", "seen", "unsure"]


def test_headers_are_found_in_any_case_and_lines_are_counted(tmp_path):
    rows = read_columns(
        _file(tmp_path, "NAME, City\n甲,\n,乙\n"), {"firm": ("name",), "city": ("city",), "x": ("x",)}, ("firm",), "en"
    )
    assert rows["row"].tolist() == [2, 3]
    assert rows["firm"].fillna("").tolist() == ["甲", ""]
    assert rows["city"].fillna("").tolist() == ["", "乙"]
    assert rows["x"].isna().all()


@pytest.mark.shared
def test_the_public_graph_counts_as_measured():
    case = import_ckg(shared("data/ckg"), shared("data/ashare-hq/ckg_row_city.csv"))
    account = case.files.set_index("file")
    assert set(account.index) == set(COLUMNS)
    assert account["rows"].to_dict() == {
        "company.json": 4654,
        "company_industry.json": 4430,
        "company_product.json": 53785,
        "industry.json": 511,
        "industry_industry.json": 480,
        "industry_up.json": 335,
        "product.json": 95559,
        "product_product.json": 110153,
    }
    assert (account["rows"] == account["kept"] + account["merged"] + account["rejected"]).all()
    assert account.loc["company.json", ["kept", "merged", "changed"]].tolist() == [4605, 49, 23]
    # Of 811 impossible shares most stand in lines of the accounts, which go anyway; 6 names had a line break.
    assert account.loc["company_product.json", "changed"] == 81 + 6
    firms = case["firms"]
    assert firms["firm_id"].is_unique
    assert (firms["city"] == "嘉兴").sum() == 44
    assert case["firm_products"].groupby("firm_id")["share"].sum().round(9).eq(1).all()
