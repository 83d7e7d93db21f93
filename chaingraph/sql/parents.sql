-- Who stands directly above each firm? One row per firm below another: its parent_id; where that is empty its only owner.
-- A parent that is no firm of the case, or the firm itself, is none. least_id: the firm itself, see grandparents.sql.
WITH owners AS (
    SELECT l.target_id AS firm_id, min(l.source_id) AS owner_id
    FROM firm_links AS l
    JOIN firms AS o ON o.firm_id = l.source_id
    WHERE l.kind = 'owns' AND l.source_id <> l.target_id
    GROUP BY l.target_id
    HAVING count(DISTINCT l.source_id) = 1
)
SELECT f.firm_id, p.firm_id AS above_id, f.firm_id AS least_id
FROM firms AS f
LEFT JOIN owners AS o ON o.firm_id = f.firm_id
JOIN firms AS p ON p.firm_id = coalesce(f.parent_id, o.owner_id)
WHERE p.firm_id <> f.firm_id
ORDER BY f.firm_id
