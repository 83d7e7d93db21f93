"""The tables of chains, their segments and the links between these."""

from __future__ import annotations

from chaingraph.model.columns import (
    CHAIN_CLASSES,
    FLOWS,
    NOTE,
    STAGES,
    STRATEGIES,
    Column,
    Table,
    table,
)

CHAINS: tuple[Table, ...] = (
    table(
        "chains", "产业链", "one row per industry chain", "每条产业链一行", ("chain_id",),
        Column("chain_id", "id", ("产业链编号", "产业链代码"), required=True, note="letters, digits, - and _, at most 64",
               note_zh="字母、数字、-、_,最多64位"),
        Column("chain", "text", ("产业链", "产业链名称"), required=True, note="name", note_zh="名称"),
        Column("chain_en", "text", ("产业链英文名", "英文名"), note="English name", note_zh="英文名称"),
        Column("chain_class", "choice", ("产业类别", "类别"), choices=CHAIN_CLASSES, note="class in the plan",
               note_zh="规划中的类别"),
        Column("strategy", "choice", ("招商策略", "策略"), choices=STRATEGIES, note="default way to recruit",
               note_zh="默认招商方式"),
        NOTE, required=True,
    ),
    table(
        "segments", "环节", "one row per segment (node) of a chain", "每个产业链环节一行", ("segment_id",),
        Column("segment_id", "id", ("环节编号", "环节代码"), required=True, note="letters, digits, - and _, at most 64",
               note_zh="字母、数字、-、_,最多64位"),
        Column("chain_id", "id", ("产业链编号", "产业链代码", "所属产业链", "产业链"), required=True,
               refers_to="chains.chain_id", note="its chain (id or name)", note_zh="所属产业链(编号或名称)"),
        Column("segment", "text", ("环节名称", "环节", "产业环节"), required=True, note="name", note_zh="名称"),
        Column("segment_en", "text", ("环节英文名", "英文名"), note="English name", note_zh="英文名称"),
        Column("stage", "choice", ("链上位置", "上中下游", "阶段", "位置"), required=True, choices=STAGES,
               note="position in the chain", note_zh="上游/中游/下游"),
        Column("keywords", "set", ("关键词", "典型产品"), note="typical products, search words", note_zh="典型产品、检索词"),
        Column("gbt4754", "set", ("国民经济行业代码", "行业代码"), note="GB/T 4754-2017 classes, 4 digits",
               note_zh="GB/T 4754-2017 小类代码(4位)"),
        Column("high_value", "flag", ("高附加值", "高附加值环节"), note="high value added", note_zh="是否高附加值环节"),
        Column("chokepoint", "flag", ("卡脖子", "卡脖子环节"), note="import-dependent or controlled abroad",
               note_zh="是否卡脖子环节"),
        Column("reason", "text", ("标注理由", "理由"), note="why the two flags were set", note_zh="两项标注的理由"),
        Column("service", "flag", ("服务环节",), note="filled by firms that operate, not make; empty: told by the codes",
               note_zh="由运营企业而非制造企业填补;留空则按行业代码判断"),
        required=True,
    ),
    table(
        "segment_terms", "环节词表", "optional: product words and the segments they mean, for tagging product texts",
        "产品用语所指的环节(可选),供企业产品归入环节时使用", ("term",),
        Column("term", "text", ("产品用语", "词"), required=True, note="product word", note_zh="产品用语"),
        Column("segments", "set", ("环节编号", "所指环节"), note="segment ids; empty = none of the chains",
               note_zh="所指环节编号(可多个);留空表示不属于任何一条链"),
    ),
    table(
        "segment_links", "环节关系", "one row per link between two segments", "每条环节关系一行",
        ("from_segment_id", "to_segment_id", "kind"),
        Column("from_segment_id", "id", ("上游环节", "起始环节", "来源环节"), required=True,
               refers_to="segments.segment_id", note="supplying segment", note_zh="供给方环节"),
        Column("to_segment_id", "id", ("下游环节", "目标环节", "去向环节"), required=True,
               refers_to="segments.segment_id", note="receiving segment", note_zh="接收方环节"),
        Column("kind", "choice", ("关系类型", "关系"), required=True,
               choices={"feeds": ("供给", "供应"), "same_as": ("同一环节", "等同"), "is_a": ("属于", "子类")},
               note="feeds: goods flow from -> to, no cycles; same_as: one node listed in two chains; is_a: from is a "
                    "kind of to, no cycles",
               note_zh="feeds 供给(无环);same_as 同一环节出现在两条链;is_a 前者是后者的一种(无环)"),
        Column("flow", "choice", ("供给内容", "流向类型"), choices=FLOWS, note="what flows; empty = not known",
               note_zh="供给的是什么;不知则留空"),
    ),
)
