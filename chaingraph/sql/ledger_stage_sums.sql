-- SQLite: what stage_tally has to hold, worked out anew.
SELECT landing, stage, count(*), sum(CAST(round(coalesce(usd_m, 0) * 1e6) AS INTEGER)), sum(usd_m IS NOT NULL),
       sum(major IS NULL)
FROM standing
WHERE NOT same
GROUP BY landing, stage
