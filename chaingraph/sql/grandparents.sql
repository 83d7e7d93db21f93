-- Who stands twice as far above each firm? Asked again and again, the steps double: 1, 2, 4, …
-- above: firm_id, above_id (so many steps above it, or the topmost), least_id (smallest id of the firms passed on the way,
-- the firm itself included and above_id not).
SELECT a.firm_id, coalesce(b.above_id, a.above_id) AS above_id,
       CASE WHEN b.least_id < a.least_id THEN b.least_id ELSE a.least_id END AS least_id
FROM above AS a
LEFT JOIN above AS b ON b.firm_id = a.above_id
ORDER BY a.firm_id
