-- How many segments are loaded?
SELECT count(*) AS segments FROM segments
