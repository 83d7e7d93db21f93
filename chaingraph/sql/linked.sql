-- Which firms are tied to a local one: their group has a recorded link to it, or shares a partner with it?
-- One row per firm, within one and two steps. here: firm_id (the local firms). families: firm_id, group_id.
WITH tied AS (
    SELECT source_id AS firm_id, target_id AS other_id FROM firm_links
    UNION ALL
    SELECT target_id AS firm_id, source_id AS other_id FROM firm_links
),
once AS (
    SELECT DISTINCT t.other_id AS firm_id FROM tied AS t JOIN here AS h ON h.firm_id = t.firm_id
),
twice AS (
    SELECT firm_id FROM once
    UNION
    SELECT t.other_id AS firm_id FROM tied AS t JOIN once AS o ON o.firm_id = t.firm_id
),
tied_groups AS (
    SELECT DISTINCT g.group_id
    FROM twice AS t
    JOIN families AS g ON g.firm_id = t.firm_id
    LEFT JOIN here AS h ON h.firm_id = t.firm_id
    WHERE h.firm_id IS NULL
)
SELECT f.firm_id
FROM families AS f
JOIN tied_groups AS g ON g.group_id = f.group_id
ORDER BY f.firm_id
