-- Which industry codes has each firm? One row per firm and code that it states.
-- places: place (1 … as many codes as one firm states).
SELECT f.firm_id, f.industry_scheme AS scheme, split_part(f.industry, ';', n.place) AS code
FROM firms AS f
JOIN places AS n ON n.place <= length(f.industry) - length(replace(f.industry, ';', '')) + 1
WHERE f.industry_scheme IS NOT NULL AND split_part(f.industry, ';', n.place) <> ''
ORDER BY f.firm_id, n.place
