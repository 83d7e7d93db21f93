-- In which cities is a segment of the chains made, and in which anything of a chain, over all firms of a large case?
-- One row per segment, city (prefecture; NULL = not known) and inside (0, 1: whether the seat lies in the region), and
-- the same per chain, whose segment is NULL. A firm has one seat, so that rows add up. Who counts is as in expected.sql.
-- places: country, province, city, district (as written: every way in which firms do), inside, prefecture.
WITH told AS (
    SELECT f.firm_id, p.prefecture, p.inside
    FROM firms AS f
    JOIN places AS p
      ON p.country IS NOT DISTINCT FROM f.country AND p.province IS NOT DISTINCT FROM f.province
     AND p.city IS NOT DISTINCT FROM f.city AND p.district IS NOT DISTINCT FROM f.district
),
made AS (
    SELECT DISTINCT m.chain_id, m.segment_id, m.firm_id FROM firm_roles AS m WHERE coalesce(m.maker, TRUE)
),
chains AS (
    SELECT DISTINCT chain_id, firm_id FROM made
)
SELECT m.chain_id, m.segment_id, t.prefecture AS city, t.inside, count(*) AS firms
FROM made AS m
JOIN told AS t ON t.firm_id = m.firm_id
GROUP BY m.chain_id, m.segment_id, t.prefecture, t.inside
UNION ALL
SELECT c.chain_id, NULL AS segment_id, t.prefecture AS city, t.inside, count(*) AS firms
FROM chains AS c
JOIN told AS t ON t.firm_id = c.firm_id
GROUP BY c.chain_id, t.prefecture, t.inside
ORDER BY 1, 2 NULLS LAST, 3 NULLS LAST, 4
