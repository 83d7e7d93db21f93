-- Which firms are worth reading whole: the first of every node, in the region and outside it?
-- One row per node, side and firm: position 1 … as many of each as are kept. In the region leaders and makers come
-- first, outside only firms against which nothing known speaks. Way, step, places and segment_nodes as in counts.sql.
-- limits: node, last (no outside firm of a later step is among the first). open_ways: way (those asked for outside).
-- Parameters: the largest of these steps; the first and the last name among the cities of the region ('' = not known);
-- the largest step again; how many are kept.
WITH seats AS (
    SELECT s.firm_id, s.revenue_cny_m, p.inside, s.held, s.step + p.band AS step
    FROM firm_steps AS s
    JOIN places AS p
      ON p.country IS NOT DISTINCT FROM s.country AND p.province IS NOT DISTINCT FROM s.province
     AND p.city IS NOT DISTINCT FROM s.city AND p.district IS NOT DISTINCT FROM s.district
    -- What cannot be among the first anywhere is left out before its place is looked up: a mere comparison.
    WHERE (s.step <= ? OR coalesce(s.city, '') BETWEEN ? AND ?)
      AND (p.inside = 1 OR (NOT s.held AND s.step + p.band <= ?))
),
told AS (
    SELECT m.node_id AS node, s.firm_id, s.inside, s.step, s.revenue_cny_m,
           min(CASE WHEN m.role = 'leader' THEN 1 ELSE 2 END) AS role_order, min(m.way) AS way
    FROM firm_roles AS m
    JOIN seats AS s ON s.firm_id = m.firm_id
    JOIN limits AS l ON l.node = m.node_id
    WHERE s.inside = 1 OR s.step <= l.last
    GROUP BY m.node_id, s.firm_id, s.inside, s.step, s.revenue_cny_m
),
ranked AS (
    SELECT t.*, row_number() OVER (
        PARTITION BY node, inside
        ORDER BY CASE WHEN inside = 1 THEN role_order ELSE 0 END, CASE WHEN inside = 1 THEN way ELSE 0 END, step,
                 revenue_cny_m DESC NULLS LAST, firm_id
    ) AS position
    FROM told AS t
    WHERE inside = 1 OR way IN (SELECT o.way FROM open_ways AS o)
)
SELECT node, inside, firm_id, way, step, position FROM ranked WHERE position <= ? ORDER BY node, inside, position
