// zh: 某次装载之后改了什么:新增或改动的、以及不再出现的节点与关系,各有多少
// en: What changed since a load: nodes and relationships created or changed, and those no longer found, by kind
// One row per label or type. load 0 = since the beginning; load_history lists the numbers.
:param dataset => "jiaxing";
:param load => 0;

CALL {
  MATCH (n) WHERE n.cg_dataset = $dataset
  RETURN CASE WHEN n:Firm THEN 'Firm' ELSE head(labels(n)) END AS kind, n.cg_load AS changed, n.cg_retired AS retired
  UNION ALL
  MATCH (n)-[x]->() WHERE n.cg_dataset = $dataset AND x.cg_uid IS NOT NULL
  RETURN type(x) AS kind, x.cg_load AS changed, x.cg_retired AS retired
}
WITH kind, count(CASE WHEN retired IS NULL AND changed > $load THEN 1 END) AS written,
  count(CASE WHEN retired > $load THEN 1 END) AS gone
WHERE written > 0 OR gone > 0
RETURN kind, written, gone
ORDER BY kind
