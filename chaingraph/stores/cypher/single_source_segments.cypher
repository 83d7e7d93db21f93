// zh: 只有一家企业在做的环节:供给一断就断
// en: Segments that a single firm makes: when it stops, the chain stops
// One row per segment with exactly one maker or operator in the data (stopped sites not counted). "In the data": the case
// may not know the others.
:param dataset => "jiaxing";
:param chain => "";

MATCH (c:Chain)
WHERE c.cg_uid STARTS WITH $dataset + '|' AND ($chain = '' OR c.chain = $chain OR c.chain_id = $chain)
MATCH (s:Segment)-[i:IN_CHAIN]->(c)
WHERE i.cg_retired IS NULL
MATCH (f:Firm)-[m:IN_SEGMENT]->(s)
WHERE m.cg_retired IS NULL AND coalesce(m.kind, 'maker') IN ['maker', 'operator'] AND coalesce(m.status, '') <> 'stopped'
WITH c, s, collect(f) AS firms
WHERE size(firms) = 1
RETURN c.chain_id AS chain_id, s.segment_id AS segment_id, s.segment AS segment, firms[0].firm_id AS firm_id,
  firms[0].firm AS firm, firms[0].city AS city
ORDER BY chain_id, segment_id
