"""A constructed case, small enough to count by hand: two chains, nine segments, 22 firms, none of them real.

Region 嘉兴. What the tables are meant to show:

========  ==========================================================================================
PV01      one local maker (L02, building): thin
PV02      no local firm: none_known; outside makers O02, O03, O08; its product goes to PV03, made by L01, L04, L05
PV03      three local makers at a site (L01, L04, L05): present
PV04      local only by group and by a stopped site (L03, L06): none_known, they stand beside
PV05      same node as HY01; no local maker; a local buyer (L01)
HY02      one local maker, signed only (L07): none_known; L08 buys from O06 and O10; restricted in 平湖市
HY03      no local firm listed, a local cluster designated: present, firms not listed
HY04      service: two local operators (L08, L09): thin
========  ==========================================================================================

O01 owns L02 (a group with a local unit); O08 is insolvent; O09 has a dated expansion; O10 and O11 are foreign; O12 has
no place, no tier and no share.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pandas as pd

from chaingraph.model.case import Case, with_ids
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES

SOURCE = "构造数据,仅供测试"
_CSV = {
    "chains": """
chain_id,chain,chain_en,chain_class,strategy
hy,乙氢能,Toy hydrogen,future,build
pv,甲光伏,Toy photovoltaics,emerging,extend
""",
    "segments": """
segment_id,chain_id,segment,segment_en,stage,keywords,gbt4754,high_value,chokepoint,reason
HY01,hy,制氢电源,Electrolyser power supplies,upstream,制氢电源;整流,3824,,,
HY02,hy,电解槽,Electrolysers,midstream,PEM电解槽;碱性电解槽,3463,1,1,质子膜依赖进口
HY03,hy,双极板,Bipolar plates,upstream,石墨双极板;金属双极板,3091,0,0,
HY04,hy,加氢站运营,Hydrogen stations,downstream,加氢站,5266,0,0,
PV01,pv,硅片,Wafers,upstream,单晶硅片;硅棒,3825,0,0,
PV02,pv,电池片,Solar cells,midstream,TOPCon电池;异质结电池,3825,1,0,效率决定组件价格
PV03,pv,组件,Modules,midstream,光伏组件;双玻组件,3825,0,0,
PV04,pv,逆变器,Inverters,midstream,组串式逆变器,3824,1,1,功率器件依赖进口
PV05,pv,光伏制氢电源,PV power for electrolysis,downstream,制氢电源,3824,,,
""",
    "segment_links": """
from_segment_id,to_segment_id,kind
HY01,HY02,feeds
HY02,HY04,feeds
HY03,HY02,feeds
PV01,PV02,feeds
PV02,PV03,feeds
PV03,PV05,feeds
PV04,PV05,feeds
PV05,HY01,same_as
""",
    "firms": """
firm_id,firm,firm_en,aliases,country,province,city,district,tiers,stock_code,parent_id,founded,employees,revenue_cny_m,status,decision_city
L01,甲一新能源有限公司,Jiayi,甲一,中国,浙江,嘉兴,秀洲区,listed;little_giant(2022),600001,,2006-05-18,3200,5600,,
L02,甲二硅材料有限公司,,,中国,浙江,嘉兴,海宁市,,,O01,2021,,,,
L03,甲三电气有限公司,,,中国,浙江,嘉兴,嘉善县,little_giant(2021),,,,,,,
L04,甲四光伏科技有限公司,,,中国,浙江,嘉兴,海宁市,,,,,,,,
L05,甲五太阳能有限公司,,,中国,浙江,嘉兴,平湖市,,,,,,,,
L06,甲六电源有限公司,,,中国,浙江,嘉兴,桐乡市,,,,,,,,
L07,甲七氢能装备有限公司,,,中国,浙江,嘉兴,港区,,,,,,,,
L08,甲八能源服务有限公司,,,中国,浙江,嘉兴,平湖市,soe,,,,,,,
L09,甲九加氢有限公司,,,中国,浙江,嘉兴,海盐县,,,,,,,,
O01,乙一硅业集团股份有限公司,Yiyi Silicon,乙一硅业,中国,陕西,西安,,china500(2024);listed,600002,,,,88000,,
O02,乙二电池科技股份有限公司,,,中国,江苏,苏州,,listed;little_giant(2023),300003,,,,,,
O03,乙三能源股份有限公司,,,中国,安徽,合肥,,unicorn(2023),,,,,,,
O04,乙四逆变股份有限公司,,,中国,广东,深圳,,listed,002004,,,,,operating,
O05,乙五电源有限公司,,,中国,浙江,杭州,,little_giant,,,,,,,
O06,乙六制氢设备有限公司,,,中国,上海,上海,,soe,,O13,,,,,
O07,乙七双极板有限公司,,,中国,上海,上海,,hidden_champion,,,,,,,
O08,乙八光伏股份有限公司,,,中国,江苏,无锡,,listed,300008,,,,,insolvent,
O09,乙九硅片有限公司,,,中国,江苏,常州,,,,,,,,,上海
O10,丙一电解技术公司,Bingyi Electrolyse GmbH,,德国,,慕尼黑,,mnc;hidden_champion,,,,,,,
O11,丙二燃料电池公司,Binger Fuel Cell KK,,日本,,大阪,,global500(2022);mnc,,,,,,,
O12,乙十材料有限公司,,,,,,,,,,,,,,
O13,乙三十能源集团有限公司,Yisanshi Energy,,中国,北京,北京,,global500(2022);soe,,,,,,,
""",
    "firm_segments": """
firm_id,segment_id,kind,product,share,site_region,status,capacity,unit,basis,role
L01,PV03,maker,双玻光伏组件,0.82,秀洲区,producing,12,GW,site,leader
L01,PV05,buyer,制氢电源,,秀洲区,producing,,,site,leader
L02,PV01,maker,单晶硅片,1,海宁市,building,10,GW,site,supporting
L03,PV04,maker,组串式逆变器,,,unknown,,,group,supporting
L04,PV03,maker,光伏组件,0.6,海宁市,producing,5,GW,site,supporting
L05,PV03,maker,双玻组件;边框,,平湖市,producing,,,site,supporting
L06,PV04,maker,微型逆变器,,桐乡市,stopped,,,site,supporting
L07,HY02,maker,碱性电解槽,,港区,signed,,,site,supporting
L08,HY04,operator,加氢站,0.1,平湖市,producing,,,site,leader
L09,HY04,operator,加氢站,1,海盐县,producing,,,site,supporting
O01,PV01,maker,单晶硅片;硅棒,0.5,,,,,group,
O01,PV03,maker,光伏组件,0.4,,,,,group,
O02,PV02,maker,TOPCon电池,0.9,,,,,group,
O03,PV02,maker,异质结电池;光伏组件,0.7,,,,,group,
O04,HY01,maker,制氢电源,0.05,,,,,group,
O04,PV04,maker,组串式逆变器;储能逆变器,0.75,,,,,group,
O05,PV04,maker,逆变器;整流,,,,,,group,
O05,PV05,maker,制氢电源,,,,,,group,
O06,HY02,maker,PEM电解槽,1,,,,,group,
O07,HY03,maker,石墨双极板;金属双极板,1,,,,,group,
O08,PV02,maker,PERC电池,0.95,,,,,group,
O09,PV01,maker,硅片,,,,,,group,
O10,HY02,maker,PEM电解槽,,,,,,group,
O10,HY03,licensor,双极板涂层工艺,,,,,,group,
O11,HY04,brand,加氢站,,,,,,group,
O12,PV02,,电池浆料,,,,,,group,
""",
    "firm_products": """
firm_id,product,share
L01,双玻光伏组件,0.82
L01,电站运维,0.1
O04,组串式逆变器,
""",
    "firm_links": """
source_id,target_id,kind,product
L01,O03,invests,
L02,L01,supplies,硅片
O01,L02,owns,
O02,L01,supplies,电池片
O04,L04,supplies,逆变器
O09,O02,supplies,硅片
O10,L07,partners,电解槽
O13,O06,owns,
""",
    "firm_sites": """
firm_id,region,kind,since,note
O01,海宁市,subsidiary,2021,
O01,西安,hq,,
O02,嘉善县,contact,,2023年来访
O09,上海,decision,,
O10,上海,office,2019-06,
""",
    "firm_signals": """
firm_id,kind,date,amount_cny_m,capacity,place,text
O03,fundraising,2023-11,800,,,完成C轮融资
O05,new_unit,2019,,,浙江,设立子公司
O08,insolvency,2024-01-15,,,,法院受理破产重整
O09,expansion,2024-03-05,2500,10GW,江苏,公告新建硅片项目
""",
    "leader_purchases": """
firm_id,segment_id,product,annual_cny_m,supplier_id,supplier_city
L01,PV01,硅片,300,L02,嘉兴
L01,PV02,电池片,1200,O02,苏州
L08,HY02,电解槽,60,O06,上海
L08,HY02,电解槽,40,O10,慕尼黑
""",
    "segment_rules": """
segment_id,region,admission,land_mu_min,invest_per_mu,basis
HY02,平湖市,限制,,,园区目录(构造)
HY03,嘉兴,待核,,,
PV02,嘉兴,鼓励,100,500,
""",
    "parcels": """
parcel,zone,district,area_mu,use,ready
秀洲一号地,秀洲光伏园,秀洲区,120,工业,2024-09
""",
    "tech_needs": """
firm_id,segment_id,need
L01,PV02,钙钛矿叠层电池中试
""",
    "chain_offices": """
chain_id,lead_post,department,leader_firms
pv,副市长,市经信局,甲一新能源有限公司
,,市商务局,
""",
    "zones": """
zone,type,level,district,focus_chains
港区氢能园,产业园,其他,港区,乙氢能
秀洲光伏园,产业园,省级,秀洲区,甲光伏
""",
    "carriers": """
carrier,type,district,focus_chains
甲氢能研究院,新型研发机构,南湖区,乙氢能;甲光伏
""",
    "designations": """
kind,name,district,chain_id,firm_id,segments,year
chain_leader,甲一新能源有限公司,秀洲区,pv,L01,,2023
cluster,港区双极板产业集群,港区,hy,,HY03,2022
policy_sector,甲光伏,,pv,,,2024
""",
    "outreach": """
kind,place,region
overseas_office_planned,德国,欧洲
stationed_city,上海,长三角
stationed_city,深圳,粤港澳
""",
    "policies": """
policy,level,summary,chains,valid_from,valid_to
总部企业奖励(构造),市级,最高500万元,甲光伏,2024-04-01,2025-12-31
""",
    "targets": """
indicator,unit,period,target
世界500强投资项目,个,2021-2025,15
""",
}
_UNSURE = {("firm_segments", "O12"), ("firm_segments", "L06"), ("firms", "O12")}
_KNOWN = {"segment_links", "segments"}


def toy_tables() -> dict[str, pd.DataFrame]:
    """The toy case as clean tables: schema columns and types, sorted by key, tables without rows left out."""
    return {name: frame.copy(deep=False) for name, frame in _tables().items()}  # pandas copies on write


@cache
def _tables() -> dict[str, pd.DataFrame]:
    tables = {}
    for name, block in _CSV.items():
        table = TABLES[name]
        frame = pd.read_csv(io.StringIO(block), dtype="str", skip_blank_lines=True)
        frame["source"], frame["as_of"] = SOURCE, "2024-05"
        frame["confidence"] = "known" if name in _KNOWN else "seen"
        if "firm_id" in frame:
            frame.loc[[(name, firm) in _UNSURE for firm in frame["firm_id"]], "confidence"] = "unsure"
        frame = frame.reindex(columns=table.names)
        for column in table.columns:
            values = frame[column.name].map({"1": True, "0": False}) if column.kind == "flag" else frame[column.name]
            frame[column.name] = values.astype(DTYPES[column.kind])
        frame = with_ids(name, frame)
        tables[name] = frame.sort_values(list(table.order), kind="stable").reset_index(drop=True)
    return tables


def toy_case() -> Case:
    """The toy case without reading a file."""
    return Case("toy", toy_tables())


def write_toy(folder: Path) -> Path:
    """Write the toy case as UTF-8 CSV with English headers; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in toy_tables().items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8")
    return folder
