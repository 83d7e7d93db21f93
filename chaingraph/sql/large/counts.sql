-- How many firms of each node stand where, in which way, and how far down a list would they come?
-- One row per node, way and cell. way: as in roles.sql. cell = (inside * 2 + near) * 2, plus 1 where the state of the firm
-- speaks against it, times 100000, plus step (steps.sql, and the band of distance).
-- places: country, province, city, district (as written: every way in which firms do), inside (0, 1), band (0-99), cell
-- (of a firm there with nothing against it, on a list, of the largest revenue: the rest is added to it).
-- segment_nodes: segment_id, chain_id, node_id (twice.sql tells what to take off where several segments are one node),
-- service. gates: see choosing/gates.py.
WITH seats AS (
    SELECT f.firm_id, p.cell + f.step + CASE WHEN f.held THEN 100000 ELSE 0 END AS cell
    FROM firm_steps AS f
    JOIN places AS p
      ON p.country IS NOT DISTINCT FROM f.country AND p.province IS NOT DISTINCT FROM f.province
     AND p.city IS NOT DISTINCT FROM f.city AND p.district IS NOT DISTINCT FROM f.district
     AND (f.lives OR p.inside = 0)
)
SELECT m.node_id AS node, m.way, s.cell, count(*) AS firms
FROM firm_roles AS m
JOIN seats AS s ON s.firm_id = m.firm_id
GROUP BY m.node_id, m.way, s.cell
ORDER BY m.node_id, m.way, s.cell
