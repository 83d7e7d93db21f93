// zh: 从一家目标企业到本地链主的最短路线,至多四步:企业关系、同环节、上下游环节
// en: Shortest routes from a target firm to leaders in the region, four steps at most: firm links, segments, what feeds what
// One row per leader: the firms and segments on the way, and the kind of every step. Only bounded paths are searched.
:param dataset => "jiaxing";
:param firm => "300750";
:param region => "嘉兴";

MATCH (f:Firm {cg_dataset: $dataset})
WHERE f.cg_name = left($firm, 200) AND f.firm = $firm OR f.cg_uid = $dataset + '|' + $firm
MATCH (c:Chain)
WHERE c.cg_uid STARTS WITH $dataset + '|'
MATCH (leader:Firm)-[d:LEADS]->(c)
WHERE d.cg_retired IS NULL AND leader <> f AND EXISTS {
  MATCH (leader)-[l:LOCATED_IN {kind: 'seat'}]->(:Region)-[:LOCATED_IN*0..3]->(r:Region)
  WHERE l.cg_derived AND l.cg_retired IS NULL AND (r.cg_name = $region OR r.path = $region)
}
WITH DISTINCT f, leader
MATCH p = shortestPath((f)-[:SUPPLIES|OWNS|INVESTS|PARTNERS|IN_SEGMENT|FEEDS|SAME_AS*..4]-(leader))
WHERE all(x IN relationships(p) WHERE x.cg_retired IS NULL)
RETURN leader.firm_id AS leader_id, leader.firm AS leader, length(p) AS steps,
  [n IN nodes(p) | coalesce(n.firm_id, n.segment_id)] AS nodes, [n IN nodes(p) | n.cg_name] AS names,
  [x IN relationships(p) | type(x)] AS kinds
ORDER BY steps, leader_id
