-- Which dated sign, young enough to count, is the newest of each firm: of moving, and of trouble?
-- One row per firm and says (move, trouble). Parameters: the first month that counts (2023-06), the last date.
-- gates: the kinds of sign that are gates (choosing/gates.py): those tell of trouble.
-- A bare year may mean its January: counted as such, so that nothing stale passes as fresh.
WITH dated AS (
    SELECT s.*,
           g.gate,
           CASE WHEN g.gate IS NOT NULL THEN 'trouble'
                WHEN s.kind IN ('expansion', 'new_unit', 'land', 'fundraising', 'relocation', 'order', 'hiring')
                    THEN 'move' END AS says,
           CASE WHEN length(s.date) >= 7 THEN substr(s.date, 1, 7) ELSE concat(substr(s.date, 1, 4), '-01') END AS month
    FROM firm_signals AS s
    LEFT JOIN gates AS g ON g.signal = s.kind
    -- What nobody has reviewed yet, or a person has rejected, is no fact.
    WHERE s.date IS NOT NULL AND (s.review IS NULL OR s.review IN ('accepted', 'corrected'))
),
fresh AS (
    SELECT d.*, row_number() OVER (
        PARTITION BY says, firm_id
        ORDER BY date DESC, kind, text NULLS LAST, amount_cny_m NULLS LAST, place NULLS LAST, source NULLS LAST
    ) AS turn
    FROM dated AS d
    WHERE says IS NOT NULL AND month >= ? AND date <= ?
)
SELECT says, firm_id, kind, gate, date, amount_cny_m, place, text, source, stage, site_status
FROM fresh
WHERE turn = 1
ORDER BY says, date DESC, firm_id
