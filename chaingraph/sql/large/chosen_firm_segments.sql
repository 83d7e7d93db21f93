-- In which segments are the chosen firms? All columns of the dataset. chosen: firm_id.
SELECT t.*
FROM firm_segments AS t
WHERE t.firm_id IN (SELECT firm_id FROM chosen)
ORDER BY t.firm_id, t.segment_id, t.product NULLS LAST, t.kind NULLS LAST, t.role NULLS LAST, t.status NULLS LAST,
         t.basis NULLS LAST, t.source NULLS LAST, t.as_of NULLS LAST, t.confidence NULLS LAST
