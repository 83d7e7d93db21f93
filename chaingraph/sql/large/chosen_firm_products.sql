-- What do the chosen firms make? All columns of the dataset. chosen: firm_id.
SELECT t.*
FROM firm_products AS t
WHERE t.firm_id IN (SELECT firm_id FROM chosen)
ORDER BY t.firm_id, t.product, t.share NULLS LAST, t.source NULLS LAST, t.as_of NULLS LAST, t.confidence NULLS LAST
