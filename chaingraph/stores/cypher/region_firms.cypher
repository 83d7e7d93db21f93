// zh: 一个地区各环节的本地企业
// en: The firms of a region, by segment
// One row per firm and segment; the seat lies in the region. Firms without a segment have an empty one.
:param dataset => "jiaxing";
:param region => "嘉兴";

MATCH (r:Region {cg_dataset: $dataset})
WHERE r.cg_name = $region OR r.cg_uid = $dataset + '|' + $region
MATCH (f:Firm)-[l:LOCATED_IN {kind: 'seat'}]->(:Region)-[:LOCATED_IN*0..3]->(r)
WHERE l.cg_derived AND l.cg_retired IS NULL
WITH DISTINCT f
OPTIONAL MATCH (f)-[m:IN_SEGMENT]->(s:Segment)
WHERE m.cg_retired IS NULL
RETURN f.firm_id AS firm_id, f.firm AS firm, f.district AS district, s.segment_id AS segment_id, s.segment AS segment,
  m.kind AS kind, m.status AS status, m.basis AS basis, m.role AS role
ORDER BY firm_id, segment_id
