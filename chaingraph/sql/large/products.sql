-- What does each firm make, and in which province is its seat? One row per product, the products of a firm together.
SELECT p.firm_id, p.product, p.share, p.source, p.as_of, p.confidence, f.province
FROM firm_products AS p
JOIN firms AS f ON f.firm_id = p.firm_id
ORDER BY p.firm_id, p.product, p.share NULLS LAST, p.source NULLS LAST, p.as_of NULLS LAST, p.confidence NULLS LAST
