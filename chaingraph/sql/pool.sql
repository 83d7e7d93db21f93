-- Which firms could fill each segment asked about, and what known fact holds a firm back?
-- One row per list, chain, asked segment and firm. gate is NULL where nothing known speaks against the row.
-- asked: list, chain_id, segment_id, admission. trouble: firm_id, gate (a dated sign of trouble young enough to count).
SELECT
    a.list,
    a.chain_id,
    a.segment_id,
    m.firm_id,
    m.kind,
    m.product,
    m.confidence,
    m.source,
    m.as_of,
    CASE
        WHEN p.inside THEN 'local'
        WHEN m.kind IN ('buyer', 'brand', 'licensor') THEN 'not_maker'
        WHEN m.kind = 'operator' AND NOT here.service THEN 'not_maker'
        WHEN a.admission IN ('限制', '禁止') THEN 'admission'
        WHEN f.status = 'dissolved' THEN 'dissolved'
        WHEN f.status = 'sanctioned' THEN 'sanctioned'
        WHEN f.status = 'insolvent' THEN 'insolvency'
        WHEN t.gate IS NOT NULL THEN t.gate
        WHEN m.status = 'stopped' THEN 'stopped'
    END AS gate
FROM asked AS a
JOIN segment_nodes AS here ON here.segment_id = a.segment_id
JOIN segment_nodes AS same ON same.node_id = here.node_id
JOIN firm_segments AS m ON m.segment_id = same.segment_id
JOIN firms AS f ON f.firm_id = m.firm_id
JOIN firm_places AS p ON p.firm_id = m.firm_id
LEFT JOIN trouble AS t ON t.firm_id = m.firm_id
ORDER BY a.list, a.chain_id, a.segment_id, m.firm_id, m.product NULLS LAST
