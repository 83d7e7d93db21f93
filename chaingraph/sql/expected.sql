-- How many firms of a segment would the region have, had its chain the reference's mix?
-- One row per segment: national and local firms of the reference in it, and the same for its whole chain. Who counts is
-- a maker, or may be one.
WITH made AS (
    SELECT DISTINCT m.chain_id, m.segment_id, m.firm_id, coalesce(p.inside, FALSE) AS inside
    FROM reference_roles AS m
    JOIN reference_places AS p ON p.firm_id = m.firm_id
    WHERE coalesce(m.maker, TRUE)
),
chain_totals AS (
    SELECT chain_id, count(DISTINCT firm_id) AS chain_national,
           count(DISTINCT CASE WHEN inside THEN firm_id END) AS chain_local
    FROM made GROUP BY chain_id
),
segment_totals AS (
    SELECT segment_id, count(DISTINCT firm_id) AS national,
           count(DISTINCT CASE WHEN inside THEN firm_id END) AS local
    FROM made GROUP BY segment_id
)
SELECT n.chain_id, n.segment_id,
       coalesce(s.national, 0) AS national, coalesce(s.local, 0) AS local,
       coalesce(c.chain_national, 0) AS chain_national, coalesce(c.chain_local, 0) AS chain_local
FROM segment_nodes AS n
LEFT JOIN segment_totals AS s ON s.segment_id = n.segment_id
LEFT JOIN chain_totals AS c ON c.chain_id = n.chain_id
ORDER BY n.chain_id, n.segment_id
