// zh: 某次装载之后改了什么:新增或改动的、以及不再出现的节点与关系,各有多少
// en: What changed since a load: nodes and relationships created or changed, and those no longer found, by kind
// One row per label or type. load 0 = since the beginning; load_history lists the numbers.
// Every label by itself: so each is found by the index of its keys, and other datasets are not read.
:param dataset => "jiaxing";
:param load => 0;

CALL () {
  MATCH (n:Capability) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Carrier) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Chain) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:ChainEvent) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:ChainOffice) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Confirmation) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Contact) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Designation) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Evidence) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:ExcludedFirm) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Firm) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:ForeignInvestment) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Fund) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:FundHolding) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Introducer) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:InvestmentProject) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:KeyFirm) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:NamedPlace) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Outreach) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Parcel) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:PlaceTarget) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:PlanTarget) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Policy) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Premise) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Product) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Purchase) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Region) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Run) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Segment) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:SegmentRule) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:SegmentTerms) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Signal) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:StationTeam) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:TechNeed) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Translation) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
  UNION ALL
  MATCH (n:Zone) WHERE n.cg_uid STARTS WITH $dataset + '|' RETURN n
}
CALL (n) {
  RETURN CASE WHEN n:Firm THEN 'Firm' ELSE head(labels(n)) END AS kind, n.cg_load AS changed, n.cg_retired AS retired
  UNION ALL
  MATCH (n)-[x]->() WHERE x.cg_uid IS NOT NULL
  RETURN type(x) AS kind, x.cg_load AS changed, x.cg_retired AS retired
}
WITH kind, count(CASE WHEN retired IS NULL AND changed > $load THEN 1 END) AS written,
  count(CASE WHEN retired > $load THEN 1 END) AS gone
WHERE written > 0 OR gone > 0
RETURN kind, written, gone
ORDER BY kind
