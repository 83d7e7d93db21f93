// zh: 谁能补这个环节:地区以外在该环节的企业,连同资质、与本地企业的直接关系数
// en: Who could fill a segment: firms of the segment with a seat outside the region, their tiers, direct links to firms in it
// One row per firm. Insolvent, dissolved, delisted and sanctioned firms and buyers are left out; a firm without a known place is kept.
// Links: SUPPLIES, OWNS, INVESTS, PARTNERS with a firm seated in the region.
:param dataset => "jiaxing";
:param segment => "PV02";
:param region => "嘉兴";

MATCH (s:Segment {cg_dataset: $dataset})
WHERE s.cg_name = left($segment, 200) AND s.segment = $segment OR s.cg_uid = $dataset + '|' + $segment
MATCH (f:Firm)-[m:IN_SEGMENT]->(s)
WHERE m.cg_retired IS NULL
  AND coalesce(m.kind, 'maker') <> 'buyer'
  AND NOT coalesce(f.status, '') IN ['insolvent', 'dissolved', 'delisted', 'sanctioned']
  AND NOT EXISTS {
    MATCH (f)-[l:LOCATED_IN {kind: 'seat'}]->(:Region)-[:LOCATED_IN*0..3]->(r:Region)
    WHERE l.cg_derived AND l.cg_retired IS NULL AND (r.cg_name = $region OR r.path = $region)
  }
OPTIONAL MATCH (f)-[k:SUPPLIES|OWNS|INVESTS|PARTNERS]-(local:Firm)
WHERE k.cg_retired IS NULL AND EXISTS {
  MATCH (local)-[l:LOCATED_IN {kind: 'seat'}]->(:Region)-[:LOCATED_IN*0..3]->(r:Region)
  WHERE l.cg_derived AND l.cg_retired IS NULL AND (r.cg_name = $region OR r.path = $region)
}
RETURN s.segment_id AS segment_id, f.firm_id AS firm_id, f.firm AS firm, f.country AS country, f.city AS city,
  f.tiers AS tiers, m.product AS product, m.share AS share, count(DISTINCT local) AS local_links, m.source AS source
ORDER BY local_links DESC, size(coalesce(tiers, [])) DESC, segment_id, firm_id
