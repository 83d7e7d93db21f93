-- How far down a list would each firm come before any score, and does its state speak against it? One row per firm.
-- Other texts read it as the view firm_steps. step: firms on a list first, then by revenue (a power of ten each, unknown
-- last); the band of distance is added to it. held: TRUE where the state is one of gates. gates: see choosing/gates.py. lives: FALSE where the
-- firm is no more, which is then nobody here (presence.sql).
SELECT f.firm_id, f.revenue_cny_m, f.country, f.province, f.city, f.district,
       CASE WHEN f.tiers IS NULL THEN 10000 ELSE 0 END
       + CASE WHEN f.revenue_cny_m IS NULL THEN 500 WHEN f.revenue_cny_m >= 10000 THEN 0
              WHEN f.revenue_cny_m >= 1000 THEN 100 WHEN f.revenue_cny_m >= 100 THEN 200
              WHEN f.revenue_cny_m >= 10 THEN 300 ELSE 400 END AS step,
       g.gate IS NOT NULL AS held, coalesce(f.status <> 'dissolved', TRUE) AS lives
FROM firms AS f
LEFT JOIN gates AS g ON g.status = f.status
