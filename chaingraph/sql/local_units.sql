-- What has each group on record in the region? One row per group and name, units before mere contacts.
-- unit: a seat or site in the region, not only a contact. families: firm_id, group_id. here: region (names of sites that
-- lie in the region). settled: firm_id, text (a project that is signed or stands here). A site given up is a contact.
WITH recorded AS (
    SELECT p.firm_id, TRUE AS unit, f.firm AS text
    FROM firm_places AS p
    JOIN firms AS f ON f.firm_id = p.firm_id
    WHERE p.inside
    UNION ALL
    SELECT s.firm_id, coalesce(s.kind, '') <> 'contact' AND s.until IS NULL AS unit, coalesce(s.note, s.region) AS text
    FROM firm_sites AS s
    JOIN here AS h ON h.region = s.region
    UNION ALL
    SELECT d.firm_id, TRUE AS unit, d.text
    FROM settled AS d
),
told AS (
    SELECT g.group_id, r.unit, r.firm_id, r.text,
           row_number() OVER (PARTITION BY g.group_id, r.text ORDER BY r.unit DESC, r.firm_id) AS time
    FROM recorded AS r
    JOIN families AS g ON g.firm_id = r.firm_id
)
SELECT group_id, unit, text AS local_unit FROM told WHERE time = 1 ORDER BY group_id, unit DESC, firm_id, text
