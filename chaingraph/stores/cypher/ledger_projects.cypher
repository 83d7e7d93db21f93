// zh: 台账项目及其企业、环节、园区、专班,按产业链
// en: The ledger's projects with their firm, segment, zone and team, by chain
// One row per project of a pushed ledger that was not decided to be another; chain "" = all, also those without one.
:param dataset => "jiaxing";
:param chain => "";

MATCH (p:Project)
WHERE p.ledger_uid STARTS WITH $dataset + '|ledger|' AND p.same_as IS NULL
OPTIONAL MATCH (p)-[:FOR_CHAIN]->(c:Chain)
WITH p, c
WHERE $chain = '' OR c.chain = $chain OR c.chain_id = $chain
OPTIONAL MATCH (f:Firm)-[:INVESTS_IN]->(p)
OPTIONAL MATCH (p)-[:FOR_SEGMENT]->(s:Segment)
OPTIONAL MATCH (p)-[:SITED_IN]->(z:Zone)
OPTIONAL MATCH (p)-[:RUN_BY]->(t:Team)
RETURN c.chain AS chain, p.project_id AS project_id, p.project AS project, p.investor AS investor, f.firm_id AS firm_id,
  s.segment_id AS segment_id, z.zone AS zone, t.name AS team, p.stage AS stage, p.since AS since, p.usd_m AS usd_m,
  p.landing AS place
ORDER BY chain, project_id
