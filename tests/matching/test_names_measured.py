"""How many of the listed firms are found by name, and how many wrongly, on the public data."""

from __future__ import annotations

import json
import time

import pandas as pd
import pytest

from chaingraph.matching.names import match_firms, normalise_name
from tests.made_names import TYPOS, changed_names, share_found, without_place
from tests.shared_data import shared

REGISTERS = ("jiaxing", "zhejiang_other")


def _listed() -> pd.DataFrame:
    """The public list of listed firms, one row per code: code, name, fullname, province, city."""
    with shared("data/ckg/company.json").open(encoding="utf-8") as file:
        rows = pd.DataFrame([json.loads(line) for line in file])
    places = pd.read_csv(shared("data/ashare-hq/ckg_row_city.csv"), dtype="str")
    rows = rows.assign(code=rows["code"].str[:6], province=places["province"], city=places["city"])
    return rows.drop_duplicates("code").reset_index(drop=True)


def _measure(matches: pd.DataFrame, asked: int) -> tuple[float, float]:
    right = matches["left_id"].str[1:] == matches["right_id"].str[1:]
    return len(matches) / asked, float(right.mean())


@pytest.mark.shared
def test_short_names_of_listed_firms_find_their_full_names() -> None:
    """Published for raw names: covers 74.0 %, precision .999. Measured here: see below."""
    listed = _listed()
    assert len(listed) == 4586
    short = pd.DataFrame({"firm_id": "s" + listed["code"], "firm": listed["name"]})
    full = pd.DataFrame({"firm_id": "f" + listed["code"], "firm": listed["fullname"]})
    start = time.perf_counter()
    matches, review = match_firms(short, full)
    assert time.perf_counter() - start < 5
    assert set(matches["rule"]) == {"form", "subsequence"}
    coverage, precision = _measure(matches, len(listed))
    assert coverage >= 0.82
    assert precision >= 0.999
    assert len(set(review["left_id"]) | set(matches["left_id"])) >= 0.87 * len(listed)
    # With the places known on both sides no match is wrong, and asked the other way the same pairs are found.
    places = {"country": "中国", "province": listed["province"], "city": listed["city"]}
    placed, _ = match_firms(short.assign(**places), full.assign(**places))
    assert _measure(placed, len(listed))[1] >= 0.9995
    back, _ = match_firms(full.assign(**places), short.assign(**places))
    assert set(zip(back["right_id"], back["left_id"], strict=True)) == set(
        zip(placed["left_id"], placed["right_id"], strict=True)
    )


@pytest.mark.shared
def test_names_of_2024_find_the_list_of_2021_by_alias() -> None:
    """Current short names against full and short names of 2021, codes hidden: what renaming leaves."""
    listed = _listed()
    now = pd.read_csv(shared("data/ashare-hq/stock_basic.csv"), dtype="str").dropna(subset="name")
    now = now[now["symbol"].isin(set(listed["code"]))]
    left = pd.DataFrame(
        {"firm_id": "n" + now["symbol"], "firm": now["name"], "country": "中国", "province": now["area"]}
    )
    right = pd.DataFrame(
        {
            "firm_id": "f" + listed["code"],
            "firm": listed["fullname"],
            "aliases": listed["name"],
            "country": "中国",
            "province": listed["province"],
            "city": listed["city"],
        }
    )
    matches, _ = match_firms(left, right)
    coverage, precision = _measure(matches, len(left))
    assert coverage >= 0.87
    assert precision >= 0.999


@pytest.mark.shared
def test_listed_firms_are_not_found_in_a_register_they_are_not_in() -> None:
    """Where the truth is absent, a unique subsequence alone claims 167 firms of one city's register; 6 are right."""
    listed = _listed()
    register = pd.read_csv(shared("data/enterprise-registry/jiaxing.csv.gz"), dtype="str").drop_duplicates("name")
    right = pd.DataFrame(
        {
            "firm_id": register["credit_code"],
            "firm": register["name"],
            "country": "中国",
            "province": "浙江",
            "city": "嘉兴",
            "district": register["county"],
        }
    )
    left = pd.DataFrame(
        {
            "firm_id": listed["code"],
            "firm": listed["name"],
            "stock_code": listed["code"],
            "country": "中国",
            "province": listed["province"],
            "city": listed["city"],
        }
    )
    matches, review = match_firms(left, right)
    truth = listed.set_index("code")["fullname"]
    wrong = [
        row
        for row in matches.to_dict("records")
        if normalise_name(truth[row["left_id"]]) != normalise_name(row["right"])
    ]
    assert wrong == []
    assert len(matches) >= 5
    assert len(review) <= 60  # a person can read it
    # Full names: nothing but the very same names, and no likeness taken for one.
    matches, _ = match_firms(left.assign(firm=listed["fullname"]), right)
    assert set(matches["rule"]) == {"exact"}


@pytest.mark.shared
def test_firms_of_one_register_are_not_taken_for_each_other() -> None:
    """Every second firm against the others: none is in both halves, so every match by likeness is wrong."""
    register = pd.read_csv(shared("data/enterprise-registry/jiaxing.csv.gz"), dtype="str").drop_duplicates("name")
    table = pd.DataFrame(
        {
            "firm_id": register["credit_code"],
            "firm": register["name"],
            "country": "中国",
            "province": "浙江",
            "city": "嘉兴",
            "district": register["county"],
        }
    ).reset_index(drop=True)
    odd, even = table[table.index % 2 == 1], table[table.index % 2 == 0]
    matches, _ = match_firms(odd, even)
    assert len(matches) <= 0.002 * len(odd)


def _register() -> pd.DataFrame:
    """A register of one province, 174,892 rows, with ids and places."""
    parts = [pd.read_csv(shared(f"data/enterprise-registry/{name}.csv.gz"), dtype="str") for name in REGISTERS]
    rows = pd.concat(parts, ignore_index=True)
    ids = [f"R{number:06}" for number in range(len(rows))]
    columns = {"firm": rows["name"], "province": "浙江", "city": rows["city"], "district": rows["county"]}
    return pd.DataFrame({"firm_id": ids, "country": "中国", **columns})


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize(("placed", "found", "shown"), [(True, 0.72, 0.20), (False, 0.72, 0.20)])
def test_names_as_people_write_them_find_their_firm_in_a_provinces_register(
    *, placed: bool, found: float, shown: float
) -> None:
    """5,000 names against 174,000; a quarter of those in the register are mistyped, and go to a person."""
    register = _register()
    made = changed_names(register, 5000, placed=placed)
    absent = made.loc[made["kind"] == "absent", "truth"]
    right = register[~register["firm_id"].isin(absent)]
    started = time.process_time()
    matches, review = match_firms(made.drop(columns=["kind", "truth"]), right)
    assert time.process_time() - started < 40
    told = share_found(made, matches, review)
    assert 1 - told.loc["all", "wrong"] / len(matches) >= 0.995
    assert told.loc["all", "found"] >= found
    assert told.loc["all", "shown"] >= shown
    assert (told.loc[list(TYPOS), "found"] + told.loc[list(TYPOS), "shown"]).min() >= 0.88
    assert told.loc[list(TYPOS), "found"].max() <= 0.05
    assert told.loc[["form_dropped", "form_changed", "level_written", "brackets", "same"], "found"].min() >= 0.97


@pytest.mark.shared
@pytest.mark.slow
def test_firms_that_a_register_lacks_told_without_any_place_are_rarely_taken_for_a_namesake() -> None:
    """The hardest list there is: nobody of it is in the register, and neither names nor columns tell a place."""
    register = _register()
    once = register[~register["firm"].duplicated(keep=False) & register["firm"].str.contains("公司")]
    absent = once.sample(8000, random_state=0)
    asked = pd.DataFrame({"firm_id": absent["firm_id"], "firm": absent["firm"].map(without_place)}).dropna()
    matches, review = match_firms(asked, register[~register["firm_id"].isin(absent["firm_id"])])
    assert len(asked) > 6000
    assert len(matches) <= 0.02 * len(asked)
    assert len(review) >= len(matches)
