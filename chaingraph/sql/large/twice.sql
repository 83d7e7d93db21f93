-- Which rows of counts.sql count a firm again, because it stands in several segments that are one node?
-- One row per node, way and cell with the number to take off: of a firm only the row of its first way is to stay.
WITH told AS (
    SELECT m.firm_id, n.node, n.segment_id,
           CASE WHEN m.kind = 'maker' OR (m.kind = 'operator' AND n.service) THEN
                    CASE WHEN m.basis = 'site' AND m.status IN ('producing', 'building') THEN 1
                         WHEN m.status = 'stopped' THEN 4
                         WHEN m.status IS NULL OR m.status = 'unknown' THEN 2 ELSE 3 END
                WHEN m.kind IS NULL THEN 5 ELSE 6 END AS way
    FROM firm_segments AS m
    JOIN nodes AS n ON n.segment_id = m.segment_id
    WHERE n.shared = 1
),
again AS (
    SELECT firm_id, node, way
    FROM (SELECT t.*, row_number() OVER (PARTITION BY firm_id, node ORDER BY way, segment_id) AS time FROM told AS t) AS r
    WHERE time > 1
),
seats AS (
    SELECT f.firm_id,
           p.cell
           + CASE f.status WHEN 'dissolved' THEN 100000 WHEN 'sanctioned' THEN 200000 WHEN 'insolvent' THEN 300000
                           WHEN 'delisted' THEN 300000 ELSE 0 END
           + CASE WHEN f.tiers IS NULL THEN 10000 ELSE 0 END
           + CASE WHEN f.revenue_cny_m IS NULL THEN 500 WHEN f.revenue_cny_m >= 10000 THEN 0
                  WHEN f.revenue_cny_m >= 1000 THEN 100 WHEN f.revenue_cny_m >= 100 THEN 200
                  WHEN f.revenue_cny_m >= 10 THEN 300 ELSE 400 END AS cell
    FROM firms AS f
    JOIN places AS p
      ON p.country IS NOT DISTINCT FROM f.country AND p.province IS NOT DISTINCT FROM f.province
     AND p.city IS NOT DISTINCT FROM f.city AND p.district IS NOT DISTINCT FROM f.district
    WHERE f.firm_id IN (SELECT firm_id FROM again)
)
SELECT a.node, a.way, s.cell, count(*) AS firms
FROM again AS a
JOIN seats AS s ON s.firm_id = a.firm_id
GROUP BY a.node, a.way, s.cell
ORDER BY a.node, a.way, s.cell
