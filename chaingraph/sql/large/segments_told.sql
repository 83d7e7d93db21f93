-- Which segments does a large case itself say its firms are in, and in which province is the seat? One row per row told.
SELECT m.firm_id, m.segment_id, m.kind, m.product, m.share, m.site_region, m.status, m.capacity, m.unit, m.basis, m.role,
       m.market_share, m.market_year, m.source, m.as_of, m.confidence, f.province
FROM firm_segments AS m
JOIN firms AS f ON f.firm_id = m.firm_id
ORDER BY m.firm_id, m.segment_id, m.product NULLS LAST, m.kind NULLS LAST, m.role NULLS LAST, m.status NULLS LAST,
         m.basis NULLS LAST, m.source NULLS LAST, m.as_of NULLS LAST, m.confidence NULLS LAST
