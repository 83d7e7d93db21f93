-- SQLite: what count_tally has to hold, worked out anew.
SELECT of, indicator, name, month, sum(CAST(round(amount * known * 1e6) AS INTEGER)),
       sum(CAST(round(amount * (1 - known) * 1e6) AS INTEGER)), count(*)
FROM (
    SELECT 'all' AS of, '' AS name, * FROM counted
    UNION ALL SELECT 'place', place, * FROM counted
    UNION ALL SELECT 'owner', owner, * FROM counted
)
GROUP BY of, indicator, name, month
