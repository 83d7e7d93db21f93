// zh: 一家链主的一跳关系:谁向它供货、它向谁供货、控股投资合作,以及它采购的环节
// en: The one-hop neighbourhood of a leader: who supplies it, whom it supplies, owns, invests in or works with
// One row per relationship; direction is the flow of goods or control (source -> target).
:param dataset => "jiaxing";
:param firm => "浙江华友钴业股份有限公司";

MATCH (f:Firm {cg_dataset: $dataset})
WHERE f.cg_name = left($firm, 200) AND f.firm = $firm OR f.cg_uid = $dataset + '|' + $firm
MATCH (f)-[r:SUPPLIES|OWNS|INVESTS|PARTNERS]-(other:Firm)
WHERE r.cg_retired IS NULL
RETURN type(r) AS relation, CASE WHEN startNode(r) = f THEN 'to' ELSE 'from' END AS direction,
  other.firm_id AS firm_id, other.firm AS firm, other.city AS city, other.tiers AS tiers, r.product AS product,
  r.source AS source
ORDER BY relation, direction, firm_id, product
