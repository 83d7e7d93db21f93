-- Who is a maker of what, and in what standing? One row per row told: what was told, and the node of its segment.
-- This is the one place that says so; other texts read it as the view firm_roles (of firm_segments) or reference_roles
-- (of reference_segments), Python reads it by facts/roles.py, which has names for the numbers.
-- told: the columns of firm_segments. segment_nodes: segment_id, chain_id, node_id, service (of the node).
-- maker: TRUE (it makes the thing, or operates where the segment is a service), FALSE (it buys, brands or licenses it, or
--        operates what others make), NULL (nobody said in which way it is in the segment: that excludes nobody).
-- way: 1 makes it at the site, which produces or is being built; 2 maker, nobody knows the state; 3 presumed: a maker that
--      is registered here, and nobody has seen whether it makes it here; 4 maker otherwise (only the group makes it, or it
--      has signed); 5 maker that has stopped; 6 whether it is a maker is not known; 7 none.
-- operates: TRUE where it runs what others make, be the segment a service or not.
-- stopped: TRUE where the unit has stopped, whatever the firm is there. standing: 1 made here (way 1), 2 beside (ways 2 to 6), 3 other (way 7).
SELECT r.*, coalesce(r.status = 'stopped', FALSE) AS stopped, CASE r.way WHEN 1 THEN 1 WHEN 7 THEN 3 ELSE 2 END AS standing
FROM (
    SELECT k.*,
           CASE WHEN k.maker IS NULL THEN 6
                WHEN NOT k.maker THEN 7
                WHEN k.basis = 'site' AND k.status IN ('producing', 'building') THEN 1
                WHEN k.status = 'stopped' THEN 5
                WHEN k.basis = 'seat' THEN 3
                WHEN k.status IS NULL OR k.status = 'unknown' THEN 2
                ELSE 4 END AS way
    FROM (
        SELECT m.*, n.chain_id, n.node_id, m.kind = 'maker' OR (m.kind = 'operator' AND n.service) AS maker,
               m.kind = 'operator' AS operates
        FROM told AS m
        JOIN segment_nodes AS n ON n.segment_id = m.segment_id
    ) AS k
) AS r
