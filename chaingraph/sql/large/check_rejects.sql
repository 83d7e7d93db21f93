-- What could an import not use, and how often? One row per table, column and reason, with up to five values.
-- For DuckDB alone: "table" and "column" are words of the language.
SELECT "table", "column", reason, remedy, count(*) AS problems,
       string_agg(left(value, 40), ', ' ORDER BY "row") FILTER (place <= 5) AS samples
FROM (
    SELECT r.*, row_number() OVER (PARTITION BY "table", "column", reason ORDER BY "row", value) AS place
    FROM rejects AS r
)
GROUP BY "table", "column", reason, remedy
ORDER BY problems DESC, "table", "column", reason
