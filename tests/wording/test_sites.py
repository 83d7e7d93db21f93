"""Where a firm is recorded: seat, units and places of production, none of them twice and none made up."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.graph import ChainGraph
from chaingraph.wording.phrases import say
from chaingraph.wording.sites import recorded_sites
from tests.toy import toy_tables


def _graph() -> ChainGraph:
    tables = toy_tables()
    seats = {"O01": ("中国", "广东", "深圳", "南山区"), "O02": ("德国", None, "慕尼黑", None), "O03": ("中国",)}
    firms = tables["firms"].copy()
    for firm, seat in seats.items():
        for column, value in zip(("country", "province", "city", "district"), (*seat, None, None, None), strict=False):
            firms.loc[firms["firm_id"] == firm, column] = value
    firms.loc[firms["firm_id"] == "O04", ["country", "province", "city", "district"]] = None
    columns = list(tables["firm_sites"].columns)
    rows = [("O01", "海盐县", "plant", "2019", "嘉兴单位:甲"), ("O01", "平湖市", "lab", None, None)]
    sites = pd.DataFrame([dict(zip(("firm_id", "region", "kind", "since", "note"), row, strict=True)) for row in rows])
    makes = (
        tables["firm_segments"]
        .iloc[[0, 0, 0]]
        .assign(
            firm_id=["O01", "O01", "O02"],
            segment_id=["PV01", "PV02", "PV01"],
            product=["硅料", None, "电池片"],
            site_region=["海盐县", "桐乡市", "桐乡市"],
        )
    )
    segments = pd.concat([tables["firm_segments"].query("firm_id not in ['O01', 'O02']"), makes], ignore_index=True)
    return ChainGraph(
        "toy", {**tables, "firms": firms, "firm_sites": sites.reindex(columns=columns), "firm_segments": segments}
    )


def test_seat_units_and_places_of_production_stand_once_each() -> None:
    told = recorded_sites(_graph(), ["O01", "O02", "O03", "O04"])
    zh = {firm: say(sites, "zh") for firm, sites in told.items()}
    assert [say(site, "zh") for site in told["O01"]] == [
        "总部或注册地：广东深圳南山区",
        "平湖市：研发中心",
        "海盐县：生产基地（2019起）（嘉兴单位:甲）",
        "桐乡市：产品落点",
    ]
    assert zh["O02"] == "总部或注册地：德国慕尼黑；桐乡市：电池片"
    assert zh["O03"] == "总部或注册地：中国；其他地点未记录"
    assert zh["O04"] == "总部或注册地未记录；其他地点未记录"


def test_english_names_the_city_first() -> None:
    en = {firm: say(sites, "en") for firm, sites in recorded_sites(_graph(), ["O01", "O02"]).items()}
    assert en["O01"].startswith("Seat (headquarters or registered office): Nanshan District, Shenzhen, Guangdong; ")
    assert "Haiyan: Plant (since 2019) (嘉兴单位:甲)" in en["O01"]
    assert en["O02"] == "Seat (headquarters or registered office): Munich, Germany; Tongxiang: 电池片"
