// zh: 跨链企业:在两条以上产业链中有环节的企业
// en: Firms that stand in two chains or more
// One row per firm, most chains first.
:param dataset => "jiaxing";
:param least => 2;

MATCH (c:Chain)
WHERE c.cg_uid STARTS WITH $dataset + '|'
MATCH (f:Firm)-[m:IN_SEGMENT]->(s:Segment)-[i:IN_CHAIN]->(c)
WHERE m.cg_retired IS NULL AND i.cg_retired IS NULL
WITH f, c ORDER BY c.chain_id
WITH f, collect(DISTINCT c.chain_id) AS chain_ids
WHERE size(chain_ids) >= $least
RETURN f.firm_id AS firm_id, f.firm AS firm, f.city AS city, size(chain_ids) AS chains, chain_ids
ORDER BY chains DESC, firm_id
