-- Where are the seats of the firms, as written? One row per distinct place and how many firms say so.
SELECT country, province, city, district, count(*) AS firms
FROM firms
GROUP BY country, province, city, district
ORDER BY country NULLS LAST, province NULLS LAST, city NULLS LAST, district NULLS LAST
