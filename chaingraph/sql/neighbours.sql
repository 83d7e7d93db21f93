-- What local demand and supply lies next to each segment? One row per segment, direction and local maker next door.
-- direction: buys (the neighbour is fed by the segment) or sells (the neighbour feeds it).
-- local_makers: segment_id, firm_id, firm, role_order, building (it builds lines at its site now), alone (nobody else
-- operates that service here). What flows counts: equipment is bought by those who build lines, and one filling station that
-- stands buys what is stated to flow into it, not electrolysers, cylinders and liquid hydrogen all at once. Otherwise a flow
-- that is not stated excludes nobody.
SELECT DISTINCT l.from_segment_id AS segment_id, 'buys' AS direction, l.to_segment_id AS neighbour_id,
       p.firm_id, p.firm, p.role_order
FROM segment_links AS l
JOIN local_makers AS p ON p.segment_id = l.to_segment_id
WHERE l.kind = 'feeds'
  AND (p.building OR coalesce(l.flow, '') <> 'equipment')
  AND (p.building OR NOT p.alone OR l.flow IS NOT NULL)
UNION ALL
SELECT DISTINCT l.to_segment_id AS segment_id, 'sells' AS direction, l.from_segment_id AS neighbour_id,
       p.firm_id, p.firm, p.role_order
FROM segment_links AS l
JOIN local_makers AS p ON p.segment_id = l.from_segment_id
WHERE l.kind = 'feeds'
ORDER BY 1, 2, 6, 4, 3
