-- Who is in which segment, is it a maker, and in what standing? One row per row of firm_segments; see roles.sql.
SELECT firm_id, segment_id, node_id, maker, way, stopped, standing
FROM firm_roles
ORDER BY firm_id, segment_id, way, stopped, standing, maker NULLS LAST
