"""What is known of a lead in work, what is said of a contact and in feedback, and the words of each choice."""

from __future__ import annotations

from chaingraph.ledger.fields import FIELD
from chaingraph.model.columns import Column

# How far a lead is; the last two end it.
LEAD_STAGES: dict[str, tuple[str, ...]] = {
    "taken": ("已认领",),
    "assigned": ("已分办",),
    "contacted": ("已对接",),
    "fed_back": ("已反馈",),
    "handed_over": ("已转项目",),
    "closed": ("已办结",),
}
COUNTED_BY = ("owner", "unit", "chain_id")  # by what leads are counted
LIVE_STAGES = ("taken", "assigned", "contacted", "fed_back")
FORMS: dict[str, tuple[str, ...]] = {
    "visit": ("上门拜访", "拜访"),
    "host": ("来访接待", "来访", "hosted"),
    "meeting": ("座谈会", "会议"),
    "call": ("电话", "视频"),
    "event": ("招商活动", "活动"),
    "letter": ("函件", "邮件"),
}
RESULTS: dict[str, tuple[str, ...]] = {
    "interested": ("有投资意向", "有意向"),
    "visiting": ("拟来考察", "will visit"),
    "following": ("持续跟踪", "跟踪", "to be followed up"),
    "no_interest": ("暂无意向", "无意向", "not interested"),
    "unreachable": ("未能联系上", "联系不上", "could not be reached"),
}
CLOSINGS: dict[str, tuple[str, ...]] = {
    "lost": ("落户外地", "落户其他地区"),
    "no_project": ("无投资项目", "无项目"),
    "delayed": ("项目推迟", "推迟"),
    "abandoned": ("项目取消", "取消"),
    "unfit": ("不符合导向", "不符合准入"),
    "repeated": ("重复线索", "重复"),
}
QUESTIONS: dict[str, tuple[str, ...]] = {"question": ("待核问题", "问题"), "proposition": ("企业诉求", "合作方案")}

# Of the lead itself. Those that projects have too are the same columns, and go with it when it is handed over.
SHARED = (
    "credit_code", "group", "capital", "origin", "chain_id", "segment_id", "investment_m", "currency", "site_mu",
    "floor_m2", "carrier", "zone", "route", "tiers", "existing", "drivers", "cluster", "site_status", "competing",
    "likelihood", "expected_on", "lead_post", "run_id", "constructed",
)  # fmt: skip
LEAD_FIELDS: tuple[Column, ...] = (
    Column("firm", "text", ("企业名称", "企业"), required=True),
    Column("firm_id", "id", ("企业编号",)),
    Column("signals", "set", ("动态编号",)),
    Column("said", "text", ("线索内容", "投资动态", "线索")),
    Column("product", "text", ("产品", "拟投产品")),
    Column("on", "date", ("线索日期",)),
    Column("address", "text", ("来源链接",)),
    Column("source", "text", ("线索来源", "来源")),
    Column("note", "text", ("备注",)),
    Column("chain", "text", ("产业链名称",)),
    Column("result", "choice", ("反馈结论", "对接结果"), choices=RESULTS),
    *(FIELD[name] for name in SHARED),
)
LEAD_FIELD: dict[str, Column] = {column.name: column for column in LEAD_FIELDS}

CONTACT_FIELDS: tuple[Column, ...] = (
    Column("on", "date", ("对接日期", "对接时间"), required=True),
    Column("form", "choice", ("对接形式", "对接方式"), choices=FORMS),
    Column("unit", "text", ("对接部门", "对方单位", "对方部门"), note="of the firm", note_zh="对方的单位或部门"),
    Column("post", "text", ("对方职务",), note="a post, never a name", note_zh="填职务,不填人名"),
    Column("said", "text", ("对接情况", "对接内容"), required=True),
    Column("next", "text", ("下一步", "下一步安排", "下一步工作")),
    Column("next_on", "date", ("下一步时间", "下次对接时间")),
)
# What feedback says of the lead: where two units say different things, both are shown and a person decides.
JUDGED = ("result", "site_status", "competing", "likelihood", "expected_on", "investment_m")
FEEDBACK_FIELDS: tuple[Column, ...] = (
    *(LEAD_FIELD[name] for name in JUDGED),
    Column("problem", "text", ("存在问题", "需协调事项", "困难问题")),
)
