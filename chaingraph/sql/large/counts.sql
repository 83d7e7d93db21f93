-- How many firms of each node stand where, in which way, and how far down a list would they come?
-- One row per node, way and cell. way: 1 makes it (at a site, producing or building), 2 maker of unknown state, 3 maker
-- otherwise beside, 4 stopped, 5 kind not known, 6 buyer, brand, licensor. cell = (inside * 2 + near) * 4 + gate, times
-- 100000, plus step. gate: 0 none, 1 dissolved, 2 sanctioned, 3 insolvent or delisted. step: firms on a list first, then by revenue
-- (a power of ten each, unknown last), then by band of distance.
-- places: country, province, city, district (as written: every way in which firms do), inside (0, 1), band (0-99), cell
-- (of a firm there with nothing against it, on a list, of the largest revenue: the rest is added to it).
-- nodes: segment_id, node, service, shared (1 where several segments are one node: twice.sql tells what to take off).
WITH seats AS (
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
),
told AS (
    SELECT m.firm_id, n.node,
           CASE WHEN m.kind = 'maker' OR (m.kind = 'operator' AND n.service) THEN
                    CASE WHEN m.basis = 'site' AND m.status IN ('producing', 'building') THEN 1
                         WHEN m.status = 'stopped' THEN 4
                         WHEN m.status IS NULL OR m.status = 'unknown' THEN 2 ELSE 3 END
                WHEN m.kind IS NULL THEN 5 ELSE 6 END AS way
    FROM firm_segments AS m
    JOIN nodes AS n ON n.segment_id = m.segment_id
)
SELECT t.node, t.way, s.cell, count(*) AS firms
FROM told AS t
JOIN seats AS s ON s.firm_id = t.firm_id
GROUP BY t.node, t.way, s.cell
ORDER BY t.node, t.way, s.cell
