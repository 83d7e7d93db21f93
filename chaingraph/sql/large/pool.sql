-- Which firms are worth reading whole: the first of every node, in the region and outside it?
-- One row per node, side and firm: position 1 … as many of each as are kept. In the region leaders and makers come
-- first, outside only firms against which nothing known speaks. Way, step, places and nodes as in counts.sql.
-- limits: node, last (no outside firm of a later step is among the first). Parameters: the largest of these steps; the
-- first and the last name among the cities of the region ('' = not known); the largest step again; how many are kept.
WITH stepped AS (
    SELECT f.firm_id, f.revenue_cny_m, f.country, f.province, f.city, f.district,
           CASE f.status WHEN 'dissolved' THEN 1 WHEN 'sanctioned' THEN 2 WHEN 'insolvent' THEN 3 WHEN 'delisted' THEN 3
                         ELSE 0 END AS gate,
           CASE WHEN f.tiers IS NULL THEN 10000 ELSE 0 END
           + CASE WHEN f.revenue_cny_m IS NULL THEN 500 WHEN f.revenue_cny_m >= 10000 THEN 0
                  WHEN f.revenue_cny_m >= 1000 THEN 100 WHEN f.revenue_cny_m >= 100 THEN 200
                  WHEN f.revenue_cny_m >= 10 THEN 300 ELSE 400 END AS step
    FROM firms AS f
),
seats AS (
    SELECT s.firm_id, s.revenue_cny_m, p.inside, s.gate, s.step + p.band AS step
    FROM stepped AS s
    JOIN places AS p
      ON p.country IS NOT DISTINCT FROM s.country AND p.province IS NOT DISTINCT FROM s.province
     AND p.city IS NOT DISTINCT FROM s.city AND p.district IS NOT DISTINCT FROM s.district
    -- What cannot be among the first anywhere is left out before its place is looked up: a mere comparison.
    WHERE (s.step <= ? OR coalesce(s.city, '') BETWEEN ? AND ?)
      AND (p.inside = 1 OR (s.gate = 0 AND s.step + p.band <= ?))
),
told AS (
    SELECT n.node, s.firm_id, s.inside, s.gate, s.step, s.revenue_cny_m,
           min(CASE WHEN m.role = 'leader' THEN 1 ELSE 2 END) AS role_order,
           min(CASE WHEN m.kind = 'maker' OR (m.kind = 'operator' AND n.service) THEN
                        CASE WHEN m.basis = 'site' AND m.status IN ('producing', 'building') THEN 1
                             WHEN m.status = 'stopped' THEN 4
                             WHEN m.status IS NULL OR m.status = 'unknown' THEN 2 ELSE 3 END
                    WHEN m.kind IS NULL THEN 5 ELSE 6 END) AS way
    FROM firm_segments AS m
    JOIN seats AS s ON s.firm_id = m.firm_id
    JOIN nodes AS n ON n.segment_id = m.segment_id
    JOIN limits AS l ON l.node = n.node
    WHERE s.inside = 1 OR s.step <= l.last
    GROUP BY n.node, s.firm_id, s.inside, s.gate, s.step, s.revenue_cny_m
),
ranked AS (
    SELECT t.*, row_number() OVER (
        PARTITION BY node, inside
        ORDER BY CASE WHEN inside = 1 THEN role_order ELSE 0 END, CASE WHEN inside = 1 THEN way ELSE 0 END, step,
                 revenue_cny_m DESC NULLS LAST, firm_id
    ) AS position
    FROM told AS t
    WHERE inside = 1 OR way IN (1, 2, 3, 5)
)
SELECT node, inside, firm_id, way, step, position FROM ranked WHERE position <= ? ORDER BY node, inside, position
