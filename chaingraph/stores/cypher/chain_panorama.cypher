// zh: 一条产业链的全景:各环节的上下游、本地与外地企业数、最近一次分析判定的缺口状态
// en: A chain as a whole: its segments, what feeds them, firms in the region and outside, state found by the latest run
// One row per segment, upstream first. Local: a firm whose seat lies in the region; firms whose place is not known count
// in neither column. A firm stopped at its site is not counted.
:param dataset => "jiaxing";
:param chain => "光伏新能源";
:param region => "嘉兴";

MATCH (c:Chain {cg_dataset: $dataset})
WHERE c.cg_name = left($chain, 200) AND c.chain = $chain OR c.cg_uid = $dataset + '|' + $chain
MATCH (s:Segment)-[i:IN_CHAIN]->(c)
WHERE i.cg_retired IS NULL
OPTIONAL MATCH (f:Firm)-[m:IN_SEGMENT]->(s)
WHERE m.cg_retired IS NULL AND coalesce(m.status, '') <> 'stopped'
WITH s, f, EXISTS {
  MATCH (f)-[l:LOCATED_IN {kind: 'seat'}]->(:Region)-[:LOCATED_IN*0..3]->(r:Region)
  WHERE l.cg_derived AND l.cg_retired IS NULL AND (r.cg_name = $region OR r.path = $region)
} AS local, EXISTS {
  MATCH (f)-[l:LOCATED_IN {kind: 'seat'}]->(:Region) WHERE l.cg_derived AND l.cg_retired IS NULL
} AS placed
WITH s, count(CASE WHEN local THEN 1 END) AS local_firms, count(CASE WHEN placed AND NOT local THEN 1 END) AS outside_firms
RETURN s.segment_id AS segment_id, s.segment AS segment, s.stage AS stage, local_firms, outside_firms,
  [(a:Segment)-[x:FEEDS]->(s) WHERE x.cg_retired IS NULL | a.segment_id] AS fed_by,
  [(s)-[x:FEEDS]->(b:Segment) WHERE x.cg_retired IS NULL | b.segment_id] AS feeds,
  head([(s)-[g:GAP_IN]->(r:Region) WHERE g.cg_retired IS NULL AND r.cg_name = $region | g.state]) AS state
ORDER BY CASE s.stage WHEN 'upstream' THEN 1 WHEN 'midstream' THEN 2 ELSE 3 END, segment_id
