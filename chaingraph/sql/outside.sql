-- Who makes it outside the region, how near, and in how many hands? One row per segment that has such a maker, in both
-- chains of a same_as node. Parameter: how many km count as near. families: firm_id, group_id.
-- suppliers: effective number of groups, 1 / sum of squared shares of maker firms.
WITH outside AS (
    SELECT DISTINCT here.segment_id, p.firm_id, coalesce(g.group_id, p.firm_id) AS group_id, p.prefecture, p.distance_km
    FROM segment_nodes AS here
    JOIN firm_roles AS m ON m.node_id = here.node_id
    JOIN firm_places AS p ON p.firm_id = m.firm_id
    LEFT JOIN families AS g ON g.firm_id = p.firm_id
    WHERE coalesce(p.inside, FALSE) = FALSE AND m.maker
),
by_distance AS (
    SELECT o.*, row_number() OVER (PARTITION BY segment_id ORDER BY distance_km NULLS LAST, firm_id) AS place
    FROM outside AS o
),
by_group AS (
    SELECT segment_id, group_id, count(*) AS makers FROM outside GROUP BY segment_id, group_id
),
hands AS (
    SELECT segment_id, CAST(sum(makers) AS DOUBLE) * sum(makers) / sum(makers * makers) AS suppliers
    FROM by_group GROUP BY segment_id
)
SELECT
    d.segment_id,
    count(CASE WHEN d.distance_km <= ? THEN 1 END) AS nearby_found,
    max(CASE WHEN d.place = 1 AND d.distance_km IS NOT NULL THEN d.prefecture END) AS nearest_supplier_city,
    max(CASE WHEN d.place = 1 THEN d.distance_km END) AS nearest_supplier_km,
    max(h.suppliers) AS suppliers
FROM by_distance AS d
JOIN hands AS h ON h.segment_id = d.segment_id
GROUP BY d.segment_id
ORDER BY d.segment_id
