-- Which rows make each list, in which order? One row per list, chain, kind of list and group: its best segment.
-- place, position, own_rank, overflow of each, and row_place: its number, by which the rest of it is found again.
-- candidates: one row per list, chain_id, candidate_list, group_id, firm_id, segment_id with owned (1 = its owner is
-- asked too, and decides) and own_order (which of a group's rows stands for it), and key_1 … key_8 (smaller comes first), unranked
-- (1 = nothing to call about, 2 = nothing local speaks for it: behind all others), enough (1 = its segment lacks nothing: behind those of segments that
-- do) and exempt (1 = a reason to call: neither quota nor that holds it back). Parameters: quota per segment, length of a list.
-- A segment past its quota goes behind the others, so that a list is not thirty rows of one segment. Equal keys share a
-- rank.
WITH best AS (
    SELECT c.*, row_number() OVER (
        PARTITION BY list, chain_id, candidate_list, group_id
        ORDER BY unranked, owned, own_order, key_1, key_2, key_3, key_4, key_5, key_6, key_7, key_8, firm_id, segment_id, product NULLS LAST, kind NULLS LAST,
                 confidence NULLS LAST, source NULLS LAST, as_of NULLS LAST, row_place
    ) AS own_rank
    FROM candidates AS c
),
filled AS (
    SELECT b.*, CASE WHEN exempt = 1 THEN 0 WHEN enough = 1 THEN 2 WHEN row_number() OVER (
        PARTITION BY list, chain_id, candidate_list, segment_id
        ORDER BY key_1, key_2, key_3, key_4, key_5, key_6, key_7, key_8, firm_id
    ) <= quota_rows THEN 0 ELSE 1 END AS overflow
    FROM best AS b
    WHERE own_rank = 1
),
ranked AS (
    SELECT f.*,
        rank() OVER (
            PARTITION BY list, chain_id, candidate_list ORDER BY unranked, overflow, key_1, key_2, key_3, key_4, key_5, key_6, key_7, key_8
        ) AS place,
        row_number() OVER (
            PARTITION BY list, chain_id, candidate_list ORDER BY unranked, overflow, key_1, key_2, key_3, key_4, key_5, key_6, key_7, key_8, firm_id
        ) AS position
    FROM filled AS f
)
SELECT row_place, own_rank, overflow, place, position FROM ranked WHERE position <= ? ORDER BY list, chain_id, candidate_list, position
