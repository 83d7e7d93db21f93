// zh: 一次分析的招商目标:分数、各项贡献、把握区间与理由;不指明分析编号则取最近一次
// en: The targets of a run: lift, terms, band and reasons; without a run id, those of the latest run
// One row per target. fit_lift = exp(sum of the terms), times the region's own share; term_… in nats. list: main, or leader
// (found from the chain leaders); candidates: new, or reinvest (a group that has a unit here). Computed by chaingraph.
:param dataset => "jiaxing";
:param region => "嘉兴";
:param run => "";
:param list => "main";
:param candidates => "new";
:param chain => "";
:param top => 30;

MATCH (f:Firm)-[t:TARGETS]->(s)
WHERE t.cg_uid STARTS WITH $dataset + '|run:' AND ($run <> '' AND t.run_id = $run OR $run = '' AND t.cg_retired IS NULL AND t.region = $region)
  AND t.list = $list AND t.candidate_list = $candidates AND t.rank <= $top
MATCH (c:Chain {cg_uid: $dataset + '|' + t.chain_id})
WHERE $chain = '' OR c.chain = $chain OR c.chain_id = $chain
RETURN c.chain_id AS chain_id, c.chain AS chain, t.rank AS rank, f.firm_id AS firm_id, f.firm AS firm, f.city AS city,
  s.segment_id AS segment_id, s.segment AS segment, t.strategy AS strategy, t.fit_lift AS fit_lift, t.fit_low AS fit_low,
  t.fit_high AS fit_high, t.term_mix AS term_mix, t.term_ppr AS term_ppr, t.term_near AS term_near,
  t.term_relatedness AS term_relatedness, t.term_constant AS term_constant, t.evidence_grade AS evidence_grade,
  t.reasons AS reasons, t.run_id AS run_id
ORDER BY chain_id, rank, firm_id
