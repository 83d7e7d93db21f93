"""The seat of listed firms: from a table made for the purpose, or, failing that, from how the firm's name begins."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd

from chaingraph.importers.published import read_columns
from chaingraph.places import regions

_COLUMNS = ("ckg_code", "ckg_fullname", "code6", "province", "city", "method")
# How the city was found -> how far it may be trusted: read in a list of companies, or inferred.
_SEEN = {"stock_company"}
# Places whose names are also brands, words or places elsewhere: wrong more often than right at the head of a name.
_TREACHEROUS = {"松原", "朝阳", "东方", "永安", "中山", "太原"}


def apply_cities(firms: pd.DataFrame, path: Path, lang: str) -> pd.DataFrame:
    """Corrected codes and seats joined to the company rows by code and full name.

    Adds province, city, confidence, alias (the short name; none where the row carries another firm's) and corrected.

    Raises
    ------
    CaseError
        When the table cannot be read, or lacks a column.
    """
    table = read_columns(path, {column: (column,) for column in _COLUMNS}, _COLUMNS, lang)
    table = table[list(_COLUMNS)].drop_duplicates(["ckg_code", "ckg_fullname"])
    joined = firms.assign(bare=firms["firm_id"], order=range(len(firms)))
    table = table.assign(bare=table["ckg_code"].str[:6]).rename(columns={"ckg_fullname": "fullname"})
    table = table.drop_duplicates(["bare", "fullname"]).drop(columns="ckg_code")
    joined = joined.merge(table, on=["bare", "fullname"], how="left").sort_values("order")
    joined["corrected"] = joined["code6"].notna() & (joined["code6"] != joined["bare"])
    joined["firm_id"] = joined["code6"].fillna(joined["bare"])
    places = {
        (province, city): _canonical(province, city)
        for province, city in joined[["province", "city"]].drop_duplicates().itertuples(index=False)
    }
    found = [places[pair] for pair in zip(joined["province"], joined["city"], strict=True)]
    joined["province"] = pd.Series([pair[0] for pair in found], index=joined.index, dtype="str")
    joined["city"] = pd.Series([pair[1] for pair in found], index=joined.index, dtype="str")
    sure = joined["method"].isin(_SEEN)
    joined["confidence"] = sure.map({True: "seen", False: "known"}).where(joined["city"].notna() & ~sure | sure, "seen")
    # The short name of a row under a wrong code is the name of the code's owner.
    joined["alias"] = joined["name"].where(~joined["corrected"])
    return joined.drop(columns=["bare", "order", "code6", "method"]).reset_index(drop=True)


def cities_from_names(firms: pd.DataFrame) -> pd.DataFrame:
    """Seats read from the beginning of the full name; right in about 96 of 100, found for about 40 of 100."""
    places = {name: _place_at_start(name) for name in firms["fullname"].unique()}
    found = [places[name] for name in firms["fullname"]]
    return firms.assign(
        province=pd.Series([pair[0] for pair in found], index=firms.index, dtype="str"),
        city=pd.Series([pair[1] for pair in found], index=firms.index, dtype="str"),
        confidence=["unsure" if isinstance(pair[1], str) else "seen" for pair in found],
        alias=firms["name"],
        corrected=False,
    )


def _canonical(province: object, city: object) -> tuple[str | None, str | None]:
    """Province and prefecture as the region tables write them; what they do not know stays as written."""
    if not isinstance(city, str):
        return (province if isinstance(province, str) else None), None
    place = ("中国", province if isinstance(province, str) else None, city, None)
    return regions.province_of(place) or (province if isinstance(province, str) else None), (
        regions.prefecture_of(place) or city.removesuffix("市")
    )


@cache
def _beginnings() -> re.Pattern[str]:
    names = [name for name in regions.place_names() if name not in _TREACHEROUS]
    return re.compile("|".join(map(re.escape, names)))


def _place_at_start(name: str) -> tuple[str | None, str | None]:
    """Province and prefecture that a firm's full name begins with; None for what it does not say."""
    province: str | None = None
    rest = name
    for _ in range(2):  # "浙江嘉兴…": the province, then the city
        match = _beginnings().match(rest)
        if match is None:
            break
        place = ("中国", province, match.group(), None)
        city = regions.prefecture_of(place)
        if city is not None:
            return regions.province_of(place), city
        province = regions.province_of(("中国", match.group(), None, None))
        if province is None:
            break
        rest = rest[match.end() :].removeprefix("省")
    return province, None
