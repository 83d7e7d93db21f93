// zh: 一个地区的缺口:最近一次分析的结果,最要紧的在前
// en: The gaps of a region as the latest run found them, most severe first
// One row per segment; chain "" = all chains. States computed by chaingraph, not here.
:param dataset => "jiaxing";
:param region => "嘉兴";
:param chain => "";

MATCH (s:Segment)-[g:GAP_IN]->(r:Region)
WHERE g.cg_uid STARTS WITH $dataset + '|run:' AND g.cg_retired IS NULL AND (r.cg_name = $region OR r.path = $region)
MATCH (s)-[i:IN_CHAIN]->(c:Chain)
WHERE i.cg_retired IS NULL AND ($chain = '' OR c.chain = $chain OR c.chain_id = $chain)
RETURN c.chain_id AS chain_id, c.chain AS chain, s.segment_id AS segment_id, s.segment AS segment, g.state AS state,
  g.severity AS severity, g.fill_mode AS fill_mode, g.found AS found, g.expected AS expected, g.reasons AS reasons,
  g.run_id AS run_id
ORDER BY coalesce(severity, 0.0) DESC, segment_id
