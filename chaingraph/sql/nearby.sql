-- Who makes it outside the region, and how far away? One row per segment and outside firm, in both chains of a same_as node.
SELECT DISTINCT here.segment_id, f.firm_id, f.firm, f.country, p.prefecture, p.distance_km
FROM segment_nodes AS here
JOIN segment_nodes AS same ON same.node_id = here.node_id
JOIN firm_segments AS m ON m.segment_id = same.segment_id
JOIN firms AS f ON f.firm_id = m.firm_id
JOIN firm_places AS p ON p.firm_id = f.firm_id
WHERE coalesce(p.inside, FALSE) = FALSE
  AND (m.kind = 'maker' OR (m.kind = 'operator' AND here.service))
ORDER BY here.segment_id, p.distance_km NULLS LAST, f.firm_id
