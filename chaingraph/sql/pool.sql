-- Which firms could fill each segment asked about, and what known fact holds the others back?
-- gate NULL: one row per list, chain, asked segment and product of a firm against which nothing known speaks.
-- gate given: the first ten firms per chain and gate of the main list none of whose rows pass, each counted under the
-- gate that speaks most plainly against it; held is how many there are in all.
-- asked: list, chain_id, segment_id, admission. trouble: firm_id, gate (a dated sign of trouble young enough to count).
-- families: firm_id, group_id, group_name. units: group_id, unit, local_unit (what is on record in the region).
-- expanding: firm_id (a dated sign says that it expands here).
WITH met AS (
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
            WHEN u.group_id IS NOT NULL THEN 'contacted'
            ELSE 'new'
        END AS candidate_kind,
        CASE
            WHEN p.inside THEN CASE WHEN e.firm_id IS NULL THEN 'local' END
            WHEN m.kind IN ('buyer', 'brand', 'licensor') THEN 'not_maker'
            WHEN m.kind = 'operator' AND NOT here.service THEN 'not_maker'
            WHEN a.admission IN ('限制', '禁止') THEN 'admission'
            WHEN f.status = 'dissolved' THEN 'dissolved'
            WHEN f.status = 'sanctioned' THEN 'sanctioned'
            WHEN f.status = 'insolvent' THEN 'insolvency'
            WHEN f.status = 'delisted' THEN 'delisted'
            WHEN t.gate IS NOT NULL THEN t.gate
            WHEN m.status = 'stopped' THEN 'stopped'
        END AS gate
    FROM asked AS a
    JOIN segment_nodes AS here ON here.segment_id = a.segment_id
    JOIN segment_nodes AS same ON same.node_id = here.node_id
    JOIN firm_segments AS m ON m.segment_id = same.segment_id
    JOIN firms AS f ON f.firm_id = m.firm_id
    JOIN firm_places AS p ON p.firm_id = m.firm_id
    LEFT JOIN families AS g ON g.firm_id = m.firm_id
    LEFT JOIN units AS u ON u.group_id = g.group_id
    LEFT JOIN trouble AS t ON t.firm_id = m.firm_id
    LEFT JOIN expanding AS e ON e.firm_id = m.firm_id
),
held_back AS (
    SELECT chain_id, firm_id, firm,
           min(CASE gate WHEN 'local' THEN 1 WHEN 'dissolved' THEN 2 WHEN 'sanctioned' THEN 3 WHEN 'insolvency' THEN 4
                         WHEN 'downsizing' THEN 5 WHEN 'delisted' THEN 6 WHEN 'stopped' THEN 7 WHEN 'admission' THEN 8
                         ELSE 9 END) AS worst
    FROM met
    WHERE list = 'main'
    GROUP BY chain_id, firm_id, firm
    HAVING count(gate) = count(*)
),
counted AS (
    SELECT h.*, count(*) OVER (PARTITION BY chain_id, worst) AS held,
           row_number() OVER (PARTITION BY chain_id, worst ORDER BY firm_id) AS place
    FROM held_back AS h
)
SELECT list, chain_id, segment_id, firm_id, firm, kind, product, confidence, source, as_of, group_id, group_name,
       local_unit, candidate_kind, CASE WHEN candidate_kind = 'new' THEN 'new' ELSE 'reinvest' END AS candidate_list,
       gate, CAST(NULL AS BIGINT) AS held
FROM met
WHERE gate IS NULL
UNION ALL
SELECT 'main', chain_id, NULL, firm_id, firm, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       CASE worst WHEN 1 THEN 'local' WHEN 2 THEN 'dissolved' WHEN 3 THEN 'sanctioned' WHEN 4 THEN 'insolvency'
                  WHEN 5 THEN 'downsizing' WHEN 6 THEN 'delisted' WHEN 7 THEN 'stopped' WHEN 8 THEN 'admission'
                  ELSE 'not_maker' END,
       held
FROM counted
WHERE place <= 10
ORDER BY gate NULLS FIRST, list, chain_id, segment_id, firm_id, product NULLS LAST, kind NULLS LAST,
         confidence NULLS LAST, source NULLS LAST, as_of NULLS LAST
