-- To which family does each firm belong? One row per firm.
-- above: as grandparents.sql leaves it when nothing is further up. What then still has a parent runs in a circle, which
-- is named by its smallest id.
SELECT f.firm_id, g.firm_id AS group_id, g.firm AS group_name
FROM firms AS f
LEFT JOIN above AS a ON a.firm_id = f.firm_id
LEFT JOIN above AS c ON c.firm_id = a.above_id
JOIN firms AS g ON g.firm_id = coalesce(c.least_id, a.above_id, f.firm_id)
ORDER BY f.firm_id
