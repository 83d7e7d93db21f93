-- What known fact about a firm speaks most plainly against it? One row per firm against which one speaks.
-- Other texts read it as the view firm_gates. gates: gate, gate_order, status, signal (choosing/gates.py). trouble:
-- firm_id, gate (a dated sign of trouble young enough to count).
WITH told AS (
    SELECT f.firm_id, g.gate FROM firms AS f JOIN gates AS g ON g.status = f.status
    UNION ALL
    SELECT t.firm_id, t.gate FROM trouble AS t
    -- A further source of facts about firms is one more UNION ALL here; which comes first is for gates to say.
),
plainest AS (
    SELECT t.firm_id, min(g.gate_order) AS gate_order FROM told AS t JOIN gates AS g ON g.gate = t.gate GROUP BY t.firm_id
)
SELECT p.firm_id, g.gate, p.gate_order
FROM plainest AS p
JOIN gates AS g ON g.gate_order = p.gate_order
ORDER BY p.firm_id
