-- In which segments are the chosen firms? All columns of the dataset. chosen: firm_id.
SELECT t.* FROM firm_segments AS t WHERE t.firm_id IN (SELECT firm_id FROM chosen) ORDER BY t.firm_id, t.segment_id
