-- Which firms could fill each segment asked about, and what known fact holds the others back?
-- gate NULL: one row per list, chain, asked segment and product of a firm against which nothing known speaks.
-- gate given: the first fifty firms per chain and gate of the main list none of whose rows pass, each counted under the
-- gate that speaks most plainly against it; held is how many there are in all.
-- asked: list, chain_id, segment_id, admission. gates, trouble: see firm_gates.sql.
-- segment_gates: firm_id, node_id, gate (choosing/standing_gates.py: the business was sold, the place is decided).
-- families: firm_id, group_id, group_name. units: group_id, unit, local_unit (what is on record in the region).
-- expanding: firm_id (a dated sign says that it expands here). nationwide: firm_id (who operates something does so in
-- the whole country, here too: candidates.nationwide). sector_firms: firm_id (whom the list of all segments may hold).
WITH orders AS (
    SELECT max(CASE WHEN gate = 'local' THEN gate_order END) AS local,
           max(CASE WHEN gate = 'not_maker' THEN gate_order END) AS not_maker,
           max(CASE WHEN gate = 'admission' THEN gate_order END) AS admission,
           max(CASE WHEN gate = 'stopped' THEN gate_order END) AS stopped
    FROM gates
),
by_segment AS (
    SELECT s.firm_id, s.node_id, min(g.gate_order) AS gate_order
    FROM segment_gates AS s JOIN gates AS g ON g.gate = s.gate
    GROUP BY s.firm_id, s.node_id
),
met AS (
    SELECT
        a.list,
        a.chain_id,
        a.segment_id,
        m.firm_id,
        f.firm,
        m.kind,
        m.product,
        m.confidence,
        m.source,
        m.as_of,
        g.group_id,
        g.group_name,
        u.local_unit,
        -- A local firm is no target of its own region, unless it expands here. A group with anything on record here is
        -- no new name, be it a plant or a visit.
        CASE
            WHEN p.inside AND e.firm_id IS NOT NULL THEN 'expanding'
            WHEN u.unit THEN 'reinvest'
            WHEN m.operates AND w.firm_id IS NOT NULL THEN 'operates'
            WHEN u.group_id IS NOT NULL THEN 'contacted'
            ELSE 'new'
        END AS candidate_kind,
        -- The plainest of the known facts against it; a row of a local firm that expands here is taken as it is.
        CASE WHEN p.inside AND e.firm_id IS NOT NULL THEN NULL ELSE least(
            CASE WHEN p.inside THEN o.local END,
            CASE WHEN NOT m.maker THEN o.not_maker END,
            CASE WHEN a.admission IN ('限制', '禁止') THEN o.admission END,
            CASE WHEN m.status = 'stopped' THEN o.stopped END,
            t.gate_order,
            s.gate_order
        ) END AS gate_order
    FROM asked AS a
    CROSS JOIN orders AS o
    JOIN segment_nodes AS here ON here.segment_id = a.segment_id
    JOIN firm_roles AS m ON m.node_id = here.node_id
    JOIN firms AS f ON f.firm_id = m.firm_id
    JOIN firm_places AS p ON p.firm_id = m.firm_id
    LEFT JOIN families AS g ON g.firm_id = m.firm_id
    LEFT JOIN units AS u ON u.group_id = g.group_id
    LEFT JOIN firm_gates AS t ON t.firm_id = m.firm_id
    LEFT JOIN by_segment AS s ON s.firm_id = m.firm_id AND s.node_id = m.node_id
    LEFT JOIN expanding AS e ON e.firm_id = m.firm_id
    LEFT JOIN nationwide AS w ON w.firm_id = m.firm_id
    LEFT JOIN sector_firms AS r ON r.firm_id = m.firm_id
    WHERE a.list <> 'sector' OR r.firm_id IS NOT NULL
),
held_back AS (
    SELECT chain_id, firm_id, firm, min(gate_order) AS gate_order
    FROM met
    WHERE list = 'main'
    GROUP BY chain_id, firm_id, firm
    HAVING count(gate_order) = count(*)
),
counted AS (
    SELECT h.*, count(*) OVER (PARTITION BY chain_id, gate_order) AS held,
           row_number() OVER (PARTITION BY chain_id, gate_order ORDER BY firm_id) AS place
    FROM held_back AS h
)
SELECT list, chain_id, segment_id, firm_id, firm, kind, product, confidence, source, as_of, group_id, group_name,
       local_unit, candidate_kind, CASE WHEN candidate_kind = 'new' THEN 'new' ELSE 'reinvest' END AS candidate_list,
       NULL AS gate, CAST(NULL AS BIGINT) AS held
FROM met
WHERE gate_order IS NULL
UNION ALL
SELECT 'main', c.chain_id, NULL, c.firm_id, c.firm, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, g.gate, c.held
FROM counted AS c
JOIN gates AS g ON g.gate_order = c.gate_order
WHERE place <= 50
ORDER BY gate NULLS FIRST, list, chain_id, segment_id, firm_id, product NULLS LAST, kind NULLS LAST,
         confidence NULLS LAST, source NULLS LAST, as_of NULLS LAST
