-- Which rows of counts.sql count a firm again, because it stands in several segments that are one node?
-- One row per node, way and cell with the number to take off: of a firm only the row of its first way is to stay.
WITH told AS (
    SELECT m.firm_id, n.node, n.segment_id,
           CASE WHEN m.kind = 'maker' OR (m.kind = 'operator' AND n.service) THEN
                    CASE WHEN m.status = 'stopped' THEN 4
                         WHEN m.basis = 'site' AND m.status IN ('producing', 'building') THEN 1
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
           ((p.inside * 2 + p.near) * 4 + CASE f.status WHEN 'dissolved' THEN 1 WHEN 'sanctioned' THEN 2
                                                        WHEN 'insolvent' THEN 3 ELSE 0 END) * 100000
           + CASE WHEN f.tiers IS NULL THEN 10000 ELSE 0 END
           + CASE WHEN f.revenue_cny_m >= 10000 THEN 0 WHEN f.revenue_cny_m >= 1000 THEN 100
                  WHEN f.revenue_cny_m >= 100 THEN 200 WHEN f.revenue_cny_m >= 10 THEN 300
                  WHEN f.revenue_cny_m IS NOT NULL THEN 400 ELSE 500 END
           + p.band AS cell
    FROM firms AS f
    JOIN places AS p
      ON p.country = coalesce(f.country, '') AND p.province = coalesce(f.province, '')
     AND p.city = coalesce(f.city, '') AND p.district = coalesce(f.district, '')
    WHERE f.firm_id IN (SELECT firm_id FROM again)
)
SELECT a.node, a.way, s.cell, count(*) AS firms
FROM again AS a
JOIN seats AS s ON s.firm_id = a.firm_id
GROUP BY a.node, a.way, s.cell
ORDER BY a.node, a.way, s.cell
