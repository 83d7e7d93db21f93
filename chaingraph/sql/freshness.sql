-- How old are the rows of each table, by chain? One row per chain (NULL = the whole case) and table that has rows: row_count,
-- newest (date), recent, middle, old (rows by age), undated (no date stated).
-- Parameters: the first month that is recent (2025-01), the first that is middle (2023-01). A bare year is its January.
-- A row of a firm counts in every chain that the firm has a segment of; in the whole case it counts once.
WITH dated AS (
    SELECT 'firms' AS held, firm_id, CAST(NULL AS STRING) AS segment_id, as_of AS day FROM firms
    UNION ALL
    SELECT 'firm_segments', firm_id, segment_id, as_of FROM firm_segments
    UNION ALL
    SELECT 'firm_links', source_id, CAST(NULL AS STRING), as_of FROM firm_links
    UNION ALL
    SELECT 'firm_sites', firm_id, CAST(NULL AS STRING), as_of FROM firm_sites
    UNION ALL
    SELECT 'firm_signals', firm_id, segment_id, coalesce(date, as_of) FROM firm_signals
    WHERE review IS NULL OR review IN ('accepted', 'corrected')
),
aged AS (
    SELECT d.*,
           CASE WHEN day IS NULL THEN 'undated'
                WHEN substr(concat(day, CASE WHEN length(day) < 7 THEN '-01' ELSE '' END), 1, 7) >= ? THEN 'recent'
                WHEN substr(concat(day, CASE WHEN length(day) < 7 THEN '-01' ELSE '' END), 1, 7) >= ? THEN 'middle'
                ELSE 'old' END AS age
    FROM dated AS d
),
of_firm AS (
    SELECT DISTINCT f.firm_id, s.chain_id
    FROM firm_segments AS f
    JOIN segments AS s ON s.segment_id = f.segment_id
),
placed AS (
    SELECT CAST(NULL AS STRING) AS chain_id, held, day, age FROM aged
    UNION ALL
    SELECT s.chain_id, a.held, a.day, a.age
    FROM aged AS a
    JOIN segments AS s ON s.segment_id = a.segment_id
    UNION ALL
    SELECT o.chain_id, a.held, a.day, a.age
    FROM aged AS a
    JOIN of_firm AS o ON o.firm_id = a.firm_id
    WHERE a.segment_id IS NULL
)
SELECT chain_id, held, count(*) AS row_count, max(day) AS newest,
       CAST(sum(CASE WHEN age = 'recent' THEN 1 ELSE 0 END) AS BIGINT) AS recent,
       CAST(sum(CASE WHEN age = 'middle' THEN 1 ELSE 0 END) AS BIGINT) AS middle,
       CAST(sum(CASE WHEN age = 'old' THEN 1 ELSE 0 END) AS BIGINT) AS old,
       CAST(sum(CASE WHEN age = 'undated' THEN 1 ELSE 0 END) AS BIGINT) AS undated
FROM placed
GROUP BY chain_id, held
ORDER BY chain_id NULLS FIRST, held
