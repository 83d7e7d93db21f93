-- In which cities is a segment of the chains made, and in which anything of a chain?
-- One row per segment and city (prefecture; NULL = not known) with makers of the reference, and one per chain and city,
-- whose segment is NULL. Who counts is as in expected.sql.
WITH made AS (
    SELECT DISTINCT m.chain_id, m.segment_id, m.firm_id, p.prefecture AS city
    FROM reference_roles AS m
    JOIN reference_places AS p ON p.firm_id = m.firm_id
    WHERE coalesce(m.maker, TRUE)
)
SELECT chain_id, segment_id, city, count(DISTINCT firm_id) AS firms
FROM made GROUP BY chain_id, segment_id, city
UNION ALL
SELECT chain_id, NULL AS segment_id, city, count(DISTINCT firm_id) AS firms
FROM made GROUP BY chain_id, city
ORDER BY chain_id, segment_id NULLS LAST, city NULLS LAST
