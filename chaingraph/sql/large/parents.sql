-- Who stands above the chosen firms? chosen: firm_id.
SELECT DISTINCT parent_id
FROM firms
WHERE parent_id IS NOT NULL AND firm_id IN (SELECT firm_id FROM chosen)
ORDER BY parent_id
