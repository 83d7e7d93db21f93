// zh: 一家企业的全部事实:环节、产品、驻点、企业关系、信号,逐条带出处
// en: Everything on record about a firm: segments, products, sites, links to firms, signals, each with its source
// One row per fact.
:param dataset => "jiaxing";
:param firm => "601865";

MATCH (f:Firm {cg_dataset: $dataset})
WHERE f.cg_name = left($firm, 200) AND f.firm = $firm OR f.cg_uid = $dataset + '|' + $firm
MATCH (f)-[x]-(other)
WHERE x.cg_uid IS NOT NULL AND x.cg_retired IS NULL
  AND NOT (type(x) = 'LOCATED_IN' AND coalesce(x.cg_derived, false) AND x.kind <> 'seat')
RETURN type(x) AS relation, CASE WHEN startNode(x) = f THEN 'to' ELSE 'from' END AS direction, 
  CASE WHEN other:Firm THEN 'Firm' ELSE head(labels(other)) END AS label,
  coalesce(other.cg_name, other.cg_uid) AS name, x.kind AS kind, x.product AS product, x.source AS source,
  x.as_of AS as_of, x.confidence AS confidence
ORDER BY relation, direction, name, kind, product
