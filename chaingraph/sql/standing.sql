-- How does each firm stand, and where has it settled? One row per known fact; an unknown fact gives no row.
-- firm_id, segment_id (NULL = the whole firm), region (the place that the fact names; NULL = of no place), gate, date
-- (NULL = not stated), source.
-- gate, of the firm: live, renamed, merged, sold (the business), left_trade, insolvent, revoked, delisted, sanctioned,
--   checked (looked for, nothing contrary found). In the region: here, signed_here, left, decided_elsewhere (region =
--   where it went), ended (a project, wherever it was; never says anything of the firm).
-- named: place, inside (whether a place that rows name lies in the region; NULL = cannot be told).
-- What nobody has reviewed yet, or a person has rejected, is no fact. Of a project its newest word counts.
WITH facts AS (
    SELECT s.*,
           CASE
               WHEN s.stage = 'ended' AND s.instead_place IS NULL THEN 'ended'
               WHEN s.stage = 'ended' OR s.site_status = 'decided_elsewhere' THEN 'elsewhere'
               WHEN s.site_status = 'decided_here' THEN 'settled_here'
               WHEN s.stage = 'producing' THEN 'producing'
               WHEN s.stage IN ('signed', 'registered', 'started') THEN 'settled'
               WHEN s.site_status IN ('open', 'comparing') OR s.stage IN ('announced', 'negotiating') THEN 'open'
               -- Land bought, a filing or a firm set up says where: such a site is decided.
               WHEN s.kind IN ('land', 'filing', 'new_unit') THEN 'settled'
           END AS says,
           CASE WHEN s.stage = 'ended' OR s.site_status = 'decided_elsewhere' THEN coalesce(s.instead_place, s.place)
                ELSE s.place END AS at_place
    FROM firm_signals AS s
    WHERE s.review IS NULL OR s.review IN ('accepted', 'corrected')
),
newest AS (
    SELECT f.*, row_number() OVER (
        PARTITION BY coalesce(f.project_id, f.signal_id) ORDER BY f.date DESC NULLS LAST, f.signal_id DESC
    ) AS turn
    FROM facts AS f
    WHERE f.says IS NOT NULL
),
told AS (
    SELECT firm_id, CAST(NULL AS STRING) AS segment_id, CAST(NULL AS STRING) AS region,
           CASE status WHEN 'operating' THEN 'live' WHEN 'insolvent' THEN 'insolvent' WHEN 'dissolved' THEN 'revoked'
                       WHEN 'delisted' THEN 'delisted' WHEN 'sanctioned' THEN 'sanctioned' END AS gate,
           as_of AS date, source
    FROM firms
    UNION ALL
    SELECT f.firm_id, f.segment_id, f.place AS region,
           CASE f.kind WHEN 'renamed' THEN 'renamed' WHEN 'merged' THEN 'merged' WHEN 'divestment' THEN 'sold'
                       WHEN 'insolvency' THEN 'insolvent' WHEN 'revoked' THEN 'revoked' WHEN 'checked' THEN 'checked'
                       -- A project that ended is told below: it is the project that went, not the firm.
                       WHEN 'exit' THEN CASE WHEN f.stage IS NOT NULL THEN NULL WHEN f.place IS NULL THEN 'left_trade'
                                             WHEN p.inside THEN 'left' END
           END AS gate,
           f.date, f.source
    FROM facts AS f
    LEFT JOIN named AS p ON p.place = f.place
    UNION ALL
    SELECT n.firm_id, n.segment_id, n.at_place AS region,
           CASE
               WHEN n.says = 'open' THEN NULL
               WHEN n.says = 'ended' THEN 'ended'
               WHEN n.says = 'elsewhere' AND n.instead_place IS NOT NULL AND p.inside THEN 'signed_here'
               WHEN n.says = 'elsewhere' OR NOT p.inside THEN 'decided_elsewhere'
               WHEN n.says = 'settled_here' THEN 'signed_here'
               WHEN p.inside THEN CASE WHEN n.says = 'producing' THEN 'here' ELSE 'signed_here' END
           END AS gate,
           n.date, n.source
    FROM newest AS n
    LEFT JOIN named AS p ON p.place = n.at_place
    WHERE n.turn = 1
    UNION ALL
    SELECT s.firm_id, s.segment_id, s.region,
           CASE WHEN s.until IS NULL THEN 'here' ELSE 'left' END AS gate,
           coalesce(s.until, s.since) AS date, s.source
    FROM firm_sites AS s
    JOIN named AS p ON p.place = s.region
    WHERE p.inside AND s.kind NOT IN ('contact', 'decision')
)
SELECT DISTINCT firm_id, segment_id, region, gate, date, source
FROM told
WHERE gate IS NOT NULL
ORDER BY firm_id, gate, segment_id NULLS FIRST, region NULLS FIRST, date NULLS FIRST, source NULLS FIRST
