-- Which rows of counts.sql count a firm again, because it stands in several segments that are one node?
-- One row per node, way and cell with the number to take off: of a firm only the row of its first way is to stay.
WITH shared AS (
    SELECT segment_id FROM segment_nodes
    WHERE node_id IN (SELECT node_id FROM segment_nodes GROUP BY node_id HAVING count(*) > 1)
),
again AS (
    SELECT firm_id, node_id, way
    FROM (
        SELECT m.firm_id, m.node_id, m.way,
               row_number() OVER (PARTITION BY m.firm_id, m.node_id ORDER BY m.way, m.segment_id) AS time
        FROM firm_roles AS m
        JOIN shared AS s ON s.segment_id = m.segment_id
    ) AS r
    WHERE time > 1
),
seats AS (
    SELECT f.firm_id, p.cell + f.step + CASE WHEN f.held THEN 100000 ELSE 0 END AS cell
    FROM firm_steps AS f
    JOIN places AS p
      ON p.country IS NOT DISTINCT FROM f.country AND p.province IS NOT DISTINCT FROM f.province
     AND p.city IS NOT DISTINCT FROM f.city AND p.district IS NOT DISTINCT FROM f.district
     AND (f.lives OR p.inside = 0)
    WHERE f.firm_id IN (SELECT firm_id FROM again)
)
SELECT a.node_id AS node, a.way, s.cell, count(*) AS firms
FROM again AS a
JOIN seats AS s ON s.firm_id = a.firm_id
GROUP BY a.node_id, a.way, s.cell
ORDER BY a.node_id, a.way, s.cell
