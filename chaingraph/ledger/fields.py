"""The fields of a project and the headers they bear in bureaus' sheets; the stages it passes.

The set is that of a city bureau's own pipeline form. Where such forms name people (责任领导, 联络人), a post or an
office is kept here.
"""

from __future__ import annotations

from chaingraph.model.columns import SITE_STATUSES, Column

STAGES: dict[str, tuple[str, ...]] = {
    "negotiating": ("在谈", "洽谈", "在谈项目", "洽谈中", "跟踪"),
    "signed": ("签约", "已签约", "签约项目"),
    "registered": ("注册(备案)", "注册", "备案", "已注册", "已备案", "纳统"),
    "started": ("开工", "已开工", "在建"),
    "producing": ("投产", "已投产", "竣工投产"),
    "ended": ("终止", "已终止", "退库"),
}
LADDER: tuple[str, ...] = ("negotiating", "signed", "registered", "started", "producing")
LISTS: tuple[str, ...] = LADDER[:4]  # the plan's four lists
# By what projects are counted, over which spans they are looked at, and what is due.
DIMENSIONS: tuple[str, ...] = ("landing", "team", "chain_id", "lead_post", "owner", "zone")
PERIODS: tuple[str, ...] = ("week", "month", "quarter", "year")
DUE: tuple[str, ...] = ("expiring", "doubtful", "meeting")
VERDICTS: tuple[str, ...] = ("same", "different")  # on two projects that may be one
JOURNALS: tuple[str, ...] = ("wal", "delete")  # how the file can be kept; see `ledger.opening`

CURRENCIES: dict[str, tuple[str, ...]] = {
    "CNY": ("人民币", "元", "rmb", "¥", "￥"),
    "USD": ("美元", "美金", "us$", "$"),
    "EUR": ("欧元", "€"),
    "JPY": ("日元", "日圆"),
    "HKD": ("港元", "港币", "hk$"),
    "KRW": ("韩元",),
    "GBP": ("英镑", "£"),
    "SGD": ("新加坡元", "新元"),
    "TWD": ("新台币", "台币"),
}
TIERS: dict[str, tuple[str, ...]] = {
    "global500": ("世界500强", "财富世界500强", "世界五百强"),
    "china500": ("中国500强", "中国企业500强"),
    "private500": ("民营500强", "民企500强", "中国民营企业500强"),
    "listed": ("上市", "上市公司", "上市企业"),
    "high_tech": ("国高新", "高新技术企业", "国家高新技术企业"),
    "specialised": ("专精特新",),
}
LIKELIHOODS: dict[str, tuple[str, ...]] = {"high": ("高", "较大"), "medium": ("中", "一般"), "low": ("低", "较小")}
CARRIERS: dict[str, tuple[str, ...]] = {
    "land": ("用地", "供地", "土地"),
    "premises": ("厂房", "标准厂房", "租赁厂房"),
    "office": ("楼宇", "办公楼"),
}
DRIVERS: dict[str, tuple[str, ...]] = {
    "customers": ("贴近客户", "靠近客户"),
    "market": ("开拓市场", "市场"),
    "capacity": ("产能不足", "扩大产能"),
    "supply": ("供应链配套", "供应链"),
    "cost": ("降低成本", "成本"),
    "talent": ("人才",),
    "technology": ("技术研发", "技术"),
    "policy": ("政策支持", "政策"),
    "relocation": ("搬迁腾退", "搬迁"),
    "substitution": ("国产替代",),
}
ENDINGS: dict[str, tuple[str, ...]] = {
    "lost": ("落户外地", "落户其他地区", "流失"),
    "delayed": ("推迟", "延期"),
    "abandoned": ("取消", "放弃投资"),
    "other": ("其他",),
}
RECORDS = ("argument", "risk", "decision", "visit", "note")  # what a project's own record may hold

FIELDS: tuple[Column, ...] = (
    Column("project_id", "id", ("项目编号", "编号")),
    Column("project", "text", ("项目名称", "项目"), required=True),
    Column("investor", "text", ("投资主体", "投资方", "投资单位", "承建/投资单位", "企业名称"), required=True),
    Column("firm_id", "id", ("企业编号",)),
    Column("credit_code", "id", ("统一社会信用代码", "信用代码")),
    Column("group", "text", ("所属集团", "母公司")),
    Column("kind", "choice", ("项目分类",), choices={
        "policy": ("政策",), "investment": ("投资",), "land": ("供地",), "other": ("其他",)}),
    Column("capital", "choice", ("内外资", "内资/外资"), choices={
        "foreign": ("外资", "外商投资", "中外合资", "港澳台资"), "domestic": ("内资",)}),
    Column("origin", "text", ("来源地", "投资来源地")),
    Column("industry", "text", ("产业类别", "行业")),
    Column("chain_id", "text", ("对应产业链", "产业链")),
    Column("segment_id", "text", ("产业链环节", "环节")),
    Column("investment_m", "number", ("计划投资总额", "总投资", "投资总额", "投资额", "总投资额"), unit="百万",
           minimum=0),
    Column("currency", "choice", ("币种",), choices=CURRENCIES),
    Column("contracted_usd_m", "number", ("合同外资",), unit="百万美元", minimum=0),
    Column("site_mu", "number", ("用地需求", "用地面积", "用地"), unit="亩", minimum=0),
    Column("energy_tce", "number", ("能耗需求", "年综合能耗", "能耗指标需求"), unit="吨标准煤", minimum=0),
    Column("emission_t", "number", ("排放指标需求", "排污权需求", "污染物排放量"), unit="吨", minimum=0),
    Column("secured", "set", ("已落实要素", "要素保障"), choices={
        "site": ("用地", "土地", "用地指标"), "energy": ("能耗", "用能", "能耗指标"),
        "emission": ("排放", "排污权", "环境容量", "排放指标")}),
    Column("site", "text", ("地块", "拟选址", "选址")),
    Column("zone", "text", ("落地园区", "开发区", "所在园区", "平台")),
    Column("place", "text", ("首报地", "申报地", "报送地", "所属区域", "县(市、区)", "属地",
                            "落户地", "落户区域"),
           required=True),
    Column("contact_on", "date", ("对接时间", "首次对接时间")),
    Column("route", "choice", ("招商类型", "招商方式"), choices={
        "stationed": ("驻点", "驻点招商"), "through_firms": ("以商", "以商招商"), "event": ("活动", "活动招商"),
        "alumni": ("校友", "校友招商", "乡贤校友", "乡贤"), "platform": ("平台", "平台招商"),
        "chamber": ("商会", "商会招商"), "fund": ("基金", "基金招商"), "agency": ("中介", "中介招商"),
        "institute": ("院所", "院所招商")}),
    Column("ownership", "text", ("企业性质",)),
    Column("tiers", "set", ("企业类别",), choices=TIERS),
    Column("existing", "flag", ("是否存量企业", "存量企业")),
    Column("site_status", "choice", ("选址状态",), choices=SITE_STATUSES),
    Column("competing", "set", ("竞争地", "比选地区", "竞争地区")),
    Column("drivers", "set", ("战略动因", "投资动因"), choices=DRIVERS),
    Column("carrier", "choice", ("承载方式", "载体", "载体类型"), choices=CARRIERS),
    Column("floor_m2", "number", ("厂房需求", "厂房面积"), unit="平方米", minimum=0),
    Column("cluster", "text", ("集群归属", "135N", "产业集群"),
           note="135N, or the case's own scheme", note_zh="135N,或本地自定的集群名称"),
    Column("likelihood", "choice", ("落地可能性", "落地把握"), choices=LIKELIHOODS,
           note="a person's judgement, beside the computed one", note_zh="人工判断,与测算结果并列"),
    Column("expected_on", "date", ("预计落地月", "预计落地时间")),
    Column("landed_on", "date", ("实际落地月", "实际落地时间")),
    Column("construction", "choice", ("建设性质",), choices={
        "new": ("新建",), "expansion": ("扩建",), "alteration": ("改建",), "renewal": ("技改", "技术改造")}),
    Column("assigned_level", "text", ("交办层级",)),
    Column("lead_post", "text", ("责任领导职务", "区级责任领导", "责任领导", "链长"),
           note="a post, never a name", note_zh="填职务,不填人名"),
    Column("owner", "text", ("责任单位", "责任部门", "牵头部门")),
    Column("office", "text", ("联络单位", "市/区联络人", "联络人"),
           note="an office, never a name", note_zh="填单位,不填人名"),
    Column("team", "text", ("招商专班", "招商团队", "驻点团队")),
    Column("assessed", "flag", ("是否研判", "研判")),
    Column("enclave", "flag", ("是否飞地", "飞地")),
    Column("research", "flag", ("是否研发中心", "研发中心")),
    Column("progress", "text", ("进展", "项目进展", "进展情况")),
    Column("assigned", "text", ("分派",)),
    Column("feedback", "text", ("反馈", "反馈情况")),
    Column("source", "text", ("线索来源", "来源", "名单行")),
    Column("run_id", "text", ("名单批次",)),
    Column("note", "text", ("备注",)),
    Column("constructed", "flag", ("构造示例", "虚构示例"), note="an example, no real project",
           note_zh="示例,并非真实项目"),
)  # fmt: skip
FIELD: dict[str, Column] = {column.name: column for column in FIELDS}

# What a sheet says beside the fields: where the project stands and since when.
STANDING: tuple[Column, ...] = (
    Column("stage", "choice", ("阶段", "项目阶段", "项目状态", "状态"), choices=STAGES),
    Column("reported_on", "date", ("首报时间", "首报日期", "报送时间", "报送日期")),
    Column("signed_on", "date", ("签约时间", "签约日期")),
    Column("registered_on", "date", ("注册时间", "注册日期", "备案时间", "备案日期", "注册(备案)时间")),
    Column("started_on", "date", ("开工时间", "开工日期")),
    Column("producing_on", "date", ("投产时间", "投产日期")),
    Column("ended_on", "date", ("终止时间", "终止日期", "退库时间")),
    Column("end_reason", "text", ("终止原因", "退库原因")),
    Column("end_kind", "choice", ("终止类型",), choices=ENDINGS),
    Column("lost_to", "text", ("流向地区", "落户地区")),
    Column("paid_usd_m", "number", ("实到外资", "到位外资", "实际到资"), unit="百万美元", minimum=0),
    Column("paid_on", "date", ("到资时间", "到账日期", "到资日期")),
)  # fmt: skip

# What a project needs, and the word under which it is secured.
FACTORS = {"site_mu": "site", "energy_tce": "energy", "emission_t": "emission"}

# Fields whose change may show that two projects are one.
IDENTIFYING = ("investor", "credit_code", "group", "site", "zone")
