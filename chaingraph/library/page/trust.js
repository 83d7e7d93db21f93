// How far a list can be trusted: what its rows rest on, what a test found in this city, what a blind pick would find.

/** What a row rests on, as a mark; a row that does not say so has none. */
function sourceMark(row) {
  if (!row.source_kind) return null;
  return el('span', { class: `rests rests-${row.source_kind}`, title: caption('source_kind_note', row.source_kind) }, caption('source_kind', row.source_kind));
}

/** The rows that say what they rest on, counted by kind: [kind, rows]. */
function sourceCounts(rows) {
  return data.source_kinds.map((kind) => [kind, rows.filter((row) => row.source_kind === kind)]).filter(([, held]) => held.length);
}

/** How many rows rest on which kind of source, in words; nothing for rows that do not say so. */
function sourceWords(rows) {
  const counts = sourceCounts(rows);
  if (!counts.length) return '';
  return label('source_counts', { kinds: counts.map(([kind, held]) => label('source_count', { kind: caption('source_kind', kind), n: held.length })).join(label('comma')) }) + nationalWords(rows);
}

/** How many of the firms the region's own case does not hold. */
function nationalWords(rows) {
  const n = rows.filter((row) => row.origin === 'reference').length;
  return n ? label('source_national', { n }) : '';
}

/** The same as a list of marks and counts. */
function sourceList(rows) {
  const counts = sourceCounts(rows);
  if (!counts.length) return [];
  const national = nationalWords(rows);
  return [
    el('ul', { class: 'rests-counts' }, counts.map(([kind, held]) => el('li', null, sourceMark(held[0]), label('n_firms', { n: held.length })))),
    national ? el('p', null, national) : null,
  ];
}

function trustWords(...kinds) {
  return kinds.flatMap((kind) => data.trust.filter((row) => row.kind === kind)).map((row) => local(row.plain));
}

/** What can be said of a list as a part of the A4 block; nothing where nothing can. */
function briefTrust() {
  const spoken = (...kinds) => trustWords(...kinds).map((said) => el('p', null, said));
  const chain = spoken('base_chain');
  const lines = [
    ['trust_sources', sourceList(data.targets.filter((row) => row.list === 'new'))],
    ['trust_tested', spoken('own_hide30', 'own_temporal', 'own_outcomes', 'about')],
    ['trust_base', chain.length ? chain : spoken('base_all')],
  ].filter(([, told]) => told.length);
  if (!lines.length) return null;
  return el(
    'section',
    { class: 'sheet-trust' },
    numbered(5, label('brief_trust')),
    el('dl', { class: 'trust' }, lines.map(([key, told]) => fact(label(key), told))),
  );
}

/** Where a firm is recorded: the seat of a target in words, its sites with their sources, the places of its products. */
function sitesPart(firm, row) {
  const sites = firm.sites || [];
  const [seated, ...said] = row ? items(row.sites) : [];
  const further = said.slice(sites.length); // each site stands in its own row
  return part(
    'sites',
    seated ? el('p', null, seated) : null,
    sites.length ? el('ul', { class: 'firm-rows' }, sites.map(siteLine)) : null,
    further.length ? sentences(further) : null,
  );
}
