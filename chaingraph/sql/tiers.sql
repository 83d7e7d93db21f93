-- Which lists is a firm on now, as far as the loaded editions tell? One row per firm and list that it states.
-- edition: '' = not stated. standing: TRUE = current, also where a note is later than the newest edition that counts as
-- loaded: one with at least half the members of the fullest. verified: FALSE where the firm's note says that nobody
-- checked it. places: place (1 … as many lists as one firm states).
WITH entries AS (
    SELECT f.firm_id, f.note, n.place, split_part(f.tiers, ';', n.place) AS entry
    FROM firms AS f
    JOIN places AS n ON n.place <= length(f.tiers) - length(replace(f.tiers, ';', '')) + 1
),
stated AS (
    SELECT firm_id, note, place, split_part(entry, '(', 1) AS tier,
           replace(split_part(entry, '(', 2), ')', '') AS edition
    FROM entries
    WHERE entry <> ''
),
members AS (
    SELECT tier, edition, count(*) AS firms FROM stated WHERE edition <> '' GROUP BY tier, edition
),
fullest AS (
    SELECT tier, max(firms) AS firms FROM members GROUP BY tier
),
newest AS (
    SELECT m.tier, max(m.edition) AS edition
    FROM members AS m
    JOIN fullest AS f ON f.tier = m.tier
    WHERE 2 * m.firms >= f.firms
    GROUP BY m.tier
)
SELECT s.firm_id, s.tier, s.edition,
       NOT coalesce((s.tier = 'little_giant' AND s.note LIKE '%专精特新资格未核%')
                    OR (s.tier = 'unicorn' AND s.note LIKE '%独角兽资格未核%'), FALSE) AS verified,
       s.edition = '' OR s.edition >= coalesce(n.edition, '') AS standing
FROM stated AS s
LEFT JOIN newest AS n ON n.tier = s.tier
ORDER BY s.firm_id, s.place
