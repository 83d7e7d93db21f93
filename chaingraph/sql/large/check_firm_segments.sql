-- What is wrong with the rows of firm_segments? One row per problem: table_name, row_key, column_name, value, reason.
-- choices: table_name, column_name, value. segment_ids: segment_id. For DuckDB alone: it streams the answer.
WITH problems AS (
    SELECT firm_id AS row_key, 'firm_id' AS column_name, firm_id AS value, 'required' AS reason
    FROM firm_segments WHERE coalesce(trim(firm_id), '') = ''
    UNION ALL
    SELECT firm_id, 'segment_id', segment_id, 'required' FROM firm_segments WHERE coalesce(trim(segment_id), '') = ''
    UNION ALL
    SELECT firm_id, 'segment_id', segment_id, 'points_nowhere' FROM firm_segments
    WHERE segment_id NOT IN (SELECT s.segment_id FROM segment_ids AS s)
    UNION ALL
    SELECT m.firm_id, 'firm_id', m.firm_id, 'points_nowhere' FROM firm_segments AS m
    WHERE m.firm_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM firms AS f WHERE f.firm_id = m.firm_id)
    UNION ALL
    SELECT firm_id, 'segment_id', segment_id, 'repeated' FROM firm_segments
    WHERE firm_id IS NOT NULL AND segment_id IS NOT NULL GROUP BY firm_id, segment_id HAVING count(*) > 1
    UNION ALL
    SELECT firm_id, 'kind', kind, 'not_a_choice' FROM firm_segments
    WHERE kind NOT IN (SELECT c.value FROM choices AS c WHERE c.table_name = 'firm_segments' AND c.column_name = 'kind')
    UNION ALL
    SELECT firm_id, 'status', status, 'not_a_choice' FROM firm_segments
    WHERE status NOT IN (SELECT c.value FROM choices AS c WHERE c.table_name = 'firm_segments' AND c.column_name = 'status')
    UNION ALL
    SELECT firm_id, 'basis', basis, 'not_a_choice' FROM firm_segments
    WHERE basis NOT IN (SELECT c.value FROM choices AS c WHERE c.table_name = 'firm_segments' AND c.column_name = 'basis')
    UNION ALL
    SELECT firm_id, 'role', role, 'not_a_choice' FROM firm_segments
    WHERE role NOT IN (SELECT c.value FROM choices AS c WHERE c.table_name = 'firm_segments' AND c.column_name = 'role')
    UNION ALL
    SELECT firm_id, 'confidence', confidence, 'not_a_choice' FROM firm_segments
    WHERE confidence NOT IN (SELECT c.value FROM choices AS c
                             WHERE c.table_name = 'firm_segments' AND c.column_name = 'confidence')
    UNION ALL
    SELECT firm_id, 'share', CAST(share AS VARCHAR), 'out_of_range' FROM firm_segments WHERE NOT share BETWEEN 0 AND 1
    UNION ALL
    SELECT firm_id, 'capacity', CAST(capacity AS VARCHAR), 'out_of_range' FROM firm_segments WHERE capacity < 0
    UNION ALL
    SELECT firm_id, 'market_share', CAST(market_share AS VARCHAR), 'out_of_range' FROM firm_segments
    WHERE NOT market_share BETWEEN 0 AND 1
    UNION ALL
    SELECT firm_id, 'market_year', CAST(market_year AS VARCHAR), 'out_of_range' FROM firm_segments
    WHERE NOT market_year BETWEEN 1949 AND 2100
    UNION ALL
    SELECT firm_id, 'as_of', as_of, 'not_a_date' FROM firm_segments
    WHERE NOT regexp_full_match(as_of, '\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?')
)
SELECT 'firm_segments' AS table_name, row_key, column_name, value, reason FROM problems
