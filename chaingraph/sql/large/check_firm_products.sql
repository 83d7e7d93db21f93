-- What is wrong with the rows of firm_products? One row per problem: table_name, row_key, column_name, value, reason.
-- choices: table_name, column_name, value. For DuckDB alone: it streams the answer.
WITH problems AS (
    SELECT firm_id AS row_key, 'firm_id' AS column_name, firm_id AS value, 'required' AS reason
    FROM firm_products WHERE coalesce(trim(firm_id), '') = ''
    UNION ALL
    SELECT firm_id, 'product', product, 'required' FROM firm_products WHERE coalesce(trim(product), '') = ''
    UNION ALL
    SELECT m.firm_id, 'firm_id', m.firm_id, 'points_nowhere' FROM firm_products AS m
    WHERE m.firm_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM firms AS f WHERE f.firm_id = m.firm_id)
    UNION ALL
    SELECT firm_id, 'product', product, 'repeated' FROM firm_products
    WHERE firm_id IS NOT NULL AND product IS NOT NULL GROUP BY firm_id, product HAVING count(*) > 1
    UNION ALL
    SELECT firm_id, 'confidence', confidence, 'not_a_choice' FROM firm_products
    WHERE confidence NOT IN (SELECT c.value FROM choices AS c
                             WHERE c.table_name = 'firm_products' AND c.column_name = 'confidence')
    UNION ALL
    SELECT firm_id, 'share', CAST(share AS VARCHAR), 'out_of_range' FROM firm_products WHERE NOT share BETWEEN 0 AND 1
    UNION ALL
    SELECT firm_id, 'as_of', as_of, 'not_a_date' FROM firm_products
    WHERE NOT regexp_full_match(as_of, '\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?')
)
SELECT 'firm_products' AS table_name, row_key, column_name, value, reason FROM problems
