-- What is wrong with the rows of firms? One row per problem: table_name, row_key, column_name, value, reason.
-- choices: table_name, column_name, value (the words that a column may hold). For DuckDB alone: it streams the answer.
WITH problems AS (
    SELECT firm_id AS row_key, 'firm_id' AS column_name, firm_id AS value, 'required' AS reason
    FROM firms WHERE coalesce(trim(firm_id), '') = ''
    UNION ALL
    SELECT firm_id, 'firm', firm, 'required' FROM firms WHERE coalesce(trim(firm), '') = ''
    UNION ALL
    SELECT firm_id, 'firm_id', firm_id, 'not_an_id' FROM firms WHERE NOT regexp_full_match(firm_id, '[A-Za-z0-9_-]{1,64}')
    UNION ALL
    SELECT firm_id, 'firm_id', firm_id, 'repeated' FROM firms WHERE firm_id IS NOT NULL GROUP BY firm_id HAVING count(*) > 1
    UNION ALL
    SELECT firm_id, 'status', status, 'not_a_choice' FROM firms
    WHERE status NOT IN (SELECT c.value FROM choices AS c WHERE c.table_name = 'firms' AND c.column_name = 'status')
    UNION ALL
    SELECT firm_id, 'industry_scheme', industry_scheme, 'not_a_choice' FROM firms
    WHERE industry_scheme NOT IN (SELECT c.value FROM choices AS c
                                  WHERE c.table_name = 'firms' AND c.column_name = 'industry_scheme')
    UNION ALL
    SELECT firm_id, 'confidence', confidence, 'not_a_choice' FROM firms
    WHERE confidence NOT IN (SELECT c.value FROM choices AS c WHERE c.table_name = 'firms' AND c.column_name = 'confidence')
    UNION ALL
    SELECT firm_id, 'tiers', tiers, 'not_a_choice'
    FROM (SELECT firm_id, tiers, unnest(string_split(tiers, ';')) AS tier FROM firms WHERE tiers IS NOT NULL) AS t
    WHERE split_part(tier, '(', 1) NOT IN (SELECT c.value FROM choices AS c
                                           WHERE c.table_name = 'firms' AND c.column_name = 'tiers')
    UNION ALL
    SELECT firm_id, 'employees', CAST(employees AS VARCHAR), 'out_of_range' FROM firms WHERE employees < 0
    UNION ALL
    SELECT firm_id, 'insured', CAST(insured AS VARCHAR), 'out_of_range' FROM firms WHERE insured < 0
    UNION ALL
    SELECT firm_id, 'founded', founded, 'not_a_date' FROM firms
    WHERE NOT regexp_full_match(founded, '\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?')
    UNION ALL
    SELECT firm_id, 'listed', listed, 'not_a_date' FROM firms
    WHERE NOT regexp_full_match(listed, '\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?')
    UNION ALL
    SELECT firm_id, 'as_of', as_of, 'not_a_date' FROM firms
    WHERE NOT regexp_full_match(as_of, '\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?')
    UNION ALL
    SELECT c.firm_id, 'parent_id', c.parent_id, 'points_nowhere' FROM firms AS c
    WHERE c.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM firms AS p WHERE p.firm_id = c.parent_id)
    UNION ALL
    SELECT firm_id, 'parent_id', parent_id, 'own_parent' FROM firms WHERE parent_id = firm_id
)
SELECT 'firms' AS table_name, row_key, column_name, value, reason FROM problems
