-- Which firms can a back-test hide and look for? One row per firm with a city and something to compare it by.
-- products: how many it names. texts: firm_id (its products say what it makes). codes: firm_id (it has an industry).
WITH comparable AS (
    SELECT firm_id FROM texts
    UNION
    SELECT firm_id FROM codes
),
named AS (
    SELECT firm_id, count(DISTINCT product) AS products FROM firm_products GROUP BY firm_id
)
SELECT f.firm_id, f.city, coalesce(n.products, 0) AS products
FROM firms AS f
JOIN comparable AS c ON c.firm_id = f.firm_id
LEFT JOIN named AS n ON n.firm_id = f.firm_id
WHERE f.city IS NOT NULL
ORDER BY f.firm_id
