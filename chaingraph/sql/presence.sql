-- Who is in each segment of the region, and how sure is it that the thing is made there?
-- One row per segment and local firm. A segment listed in two chains (same_as) shares its firms through node_id.
-- standing: see roles.sql; of several rows of a firm the best counts. presumed: 1 where none says more of it than that it
-- is registered here (way 3). A firm that is no more is nowhere.
SELECT
    here.segment_id,
    here.chain_id,
    f.firm_id,
    f.firm,
    max(f.district) AS district,
    min(m.standing) AS standing,
    CASE WHEN min(m.way) = 3 THEN 1 ELSE 0 END AS presumed,
    min(CASE WHEN m.role = 'leader' THEN 1 ELSE 2 END) AS role_order,
    max(m.product) AS product,
    min(CASE WHEN m.status = 'producing' THEN 1 WHEN m.status = 'building' THEN 2 WHEN m.status = 'signed' THEN 3
             WHEN m.status = 'stopped' THEN 4 ELSE 5 END) AS status_order,
    min(CASE WHEN m.basis = 'site' THEN 1 ELSE 2 END) AS basis_order,
    min(CASE WHEN m.confidence = 'seen' THEN 1 WHEN m.confidence = 'known' THEN 2 ELSE 3 END) AS confidence_order,
    max(m.source) AS source,
    max(m.as_of) AS as_of
FROM segment_nodes AS here
JOIN firm_roles AS m ON m.node_id = here.node_id
JOIN firms AS f ON f.firm_id = m.firm_id
JOIN firm_places AS p ON p.firm_id = f.firm_id
WHERE p.inside AND coalesce(f.status <> 'dissolved', TRUE)
GROUP BY here.segment_id, here.chain_id, f.firm_id, f.firm
ORDER BY here.segment_id, standing, role_order, status_order, f.firm_id
