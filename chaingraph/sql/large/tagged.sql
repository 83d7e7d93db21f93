-- How many rows put how many firms into segments, and how surely? One row: rows, firms, known, unsure.
SELECT count(*) AS segment_rows, count(DISTINCT firm_id) AS firms,
       count(CASE WHEN confidence = 'known' THEN 1 END) AS known,
       count(CASE WHEN confidence = 'unsure' THEN 1 END) AS unsure
FROM firm_segments
