// zh: 一种产品的上游材料及其企业:一步与两步分别写出
// en: Inputs of a product at one and two steps, and who makes them
// One row per input and maker; the two depths are written out, which is many times faster than a variable-length path.
:param dataset => "ckg";
:param product => "汽车";

MATCH (p:Product {cg_name: left($product, 200), cg_dataset: $dataset})
CALL (p) {
  MATCH (a:Product)-[x:INPUT_OF]->(p) WHERE x.cg_retired IS NULL
  RETURN a AS input, 1 AS steps
  UNION
  MATCH (a:Product)-[x:INPUT_OF]->(:Product)-[y:INPUT_OF]->(p) WHERE x.cg_retired IS NULL AND y.cg_retired IS NULL
  RETURN a AS input, 2 AS steps
}
WITH p, input, min(steps) AS steps
WHERE input <> p
MATCH (f:Firm)-[m:MAKES]->(input)
WHERE m.cg_retired IS NULL
RETURN input.product AS input, steps, f.firm_id AS firm_id, f.firm AS firm, f.city AS city, m.share AS share
ORDER BY steps, input, firm_id
