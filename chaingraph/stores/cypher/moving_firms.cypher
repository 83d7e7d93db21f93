// zh: 有扩张信号的外地企业:公告扩产、融资、拿地、新设主体
// en: Firms outside the region with a dated sign of expansion
// One row per signal, newest first. since: ISO date; signals without a date are left out.
:param dataset => "jiaxing";
:param region => "嘉兴";
:param since => "2020-01-01";

MATCH (g:Signal)
WHERE g.cg_uid STARTS WITH $dataset + '|'
MATCH (g)-[a:ABOUT]->(f:Firm)
WHERE g.cg_retired IS NULL AND a.cg_retired IS NULL AND g.date >= left($since, size(g.date))
  AND g.kind IN ['expansion', 'fundraising', 'land', 'new_unit', 'order', 'hiring', 'relocation']
  AND NOT EXISTS {
    MATCH (f)-[l:LOCATED_IN {kind: 'seat'}]->(:Region)-[:LOCATED_IN*0..3]->(r:Region)
    WHERE l.cg_derived AND l.cg_retired IS NULL AND (r.cg_name = $region OR r.path = $region)
  }
RETURN g.date AS date, g.kind AS kind, f.firm_id AS firm_id, f.firm AS firm, f.city AS city, g.amount_cny_m AS amount_cny_m,
  g.text AS text, g.source AS source
ORDER BY date DESC, firm_id, kind
