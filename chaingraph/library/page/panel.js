// The side panel: everything known about one segment or one firm, with its sources.

let opener = null; // what had the focus before the panel opened

/** Open the panel on a segment or a firm, and put it into the address. */
function open(kind, id, from, segment) {
  if (!state.selected) opener = from || document.activeElement;
  change({ selected: { kind, id, segment: segment || null } });
  const address = `#${[segment, id].filter(Boolean).map(encodeURIComponent).join('/')}`;
  if (location.hash !== address) location.hash = address;
}

function closePanel() {
  if (!state.selected) return;
  const last = state.selected;
  change({ selected: null });
  history.replaceState(null, '', location.pathname + location.search);
  const card = last.kind === 'segment' && cards.get(last.id);
  const back = opener && opener.isConnected ? opener : card ? card.querySelector('button') : null;
  if (back) back.focus({ preventScroll: true });
}

/** Follow the address: #segment, #firm, #segment/firm or #relations/firm; none closes the panel, anything else is left alone. */
function followAddress() {
  let pieces = [];
  try {
    pieces = location.hash.slice(1).split('/').map(decodeURIComponent);
  } catch (error) {
    return; // not something this page wrote
  }
  const id = pieces[pieces.length - 1];
  if (!id) {
    closePanel(); // the way back from what was open
    return;
  }
  if (pieces.length === 2 && pieces[0] === 'relations') {
    if (!isTied(id)) return;
    closePanel();
    showRelations(id);
    return;
  }
  const segment = pieces.length === 2 && segmentOf.has(pieces[0]) && firmOf.has(id) ? pieces[0] : null;
  if (pieces.length > 1 && !segment) return;
  const kind = segmentOf.has(id) ? 'segment' : firmOf.has(id) ? 'firm' : null;
  if (!kind) return;
  if (state.selected && state.selected.kind === kind && state.selected.id === id && state.selected.segment === segment) return;
  open(kind, id, null, segment);
  const node = cards.get(selectedSegments()[0]);
  if (node) node.scrollIntoView({ block: window.innerWidth > 760 ? 'center' : 'start' });
}

function renderPanel() {
  const panel = document.getElementById('panel');
  const { selected } = state;
  document.body.classList.toggle('panel-open', Boolean(selected));
  panel.hidden = !selected;
  if (!selected) return;
  const body = selected.kind === 'segment' ? segmentPanel(segmentOf.get(selected.id)) : firmPanel(firmOf.get(selected.id));
  replace(
    panel,
    el(
      'div',
      { class: 'panel-tools' },
      languageSwitch({ class: 'switch' }),
      el('button', { type: 'button', class: 'close', 'aria-label': label('close'), onclick: closePanel }, '×'),
    ),
    el('div', { class: 'panel-body' }, body),
  );
  panel.scrollTop = 0;
  panel.querySelector('h2').focus({ preventScroll: true });
}

/** A titled part of the panel; nothing when there is nothing to say. */
function part(key, ...children) {
  const held = children.flat(2).filter((child) => child);
  return held.length ? el('section', { class: `part part-${key}` }, heading(3, label(`part_${key}`)), held) : null;
}

function pairs(rows) {
  const held = rows.filter((row) => row && row[1] !== undefined && row[1] !== null && row[1] !== '');
  return held.length ? el('dl', { class: 'facts' }, held.map(([term, value]) => fact(term, value))) : null;
}

function panelHead(kind, name, second, ...under) {
  return el(
    'div',
    { class: 'panel-head' },
    el('p', { class: 'eyebrow' }, kind),
    heading(2, name, { id: 'panel-title', tabindex: '-1' }),
    second && second !== name ? el('p', { class: 'second' }, second) : null,
    under,
  );
}

function otherName(value) {
  return typeof value === 'object' && value !== null ? value[state.lang === 'zh' ? 'en' : 'zh'] : '';
}

function segmentPanel(segment) {
  const neighbours = (own, other) => data.feeds.filter((link) => link[own] === segment.id).map((link) => segmentButton(link[other]));
  const from = neighbours(1, 0);
  const to = neighbours(0, 1);
  const buyers = items(segment.local_buyers);
  const targets = targetsOf(segment.id);
  return [
    panelHead(
      label('eyebrow_segment', { stage: caption('stage', segment.stage), id: segment.id }),
      local(segment.name),
      otherName(segment.name),
      el('p', { class: 'panel-tags' }, stateBadge(segment.state), flags(segment)),
      el('p', { class: 'note' }, caption('state_note', segment.state)),
    ),
    part('why', sentences(items(segment.reasons)), segment.flag_reason && !everyText(segment.reasons).some((reason) => reason.includes(segment.flag_reason)) ? el('p', null, el('span', { class: 'key' }, label('flag_reason')), segment.flag_reason) : null),
    part('counts', pairs([
      [label('found'), label('n_firms', { n: segment.found || 0 })],
      [label('group_only'), label('n_firms', { n: segment.group_only || 0 })],
      segment.expected === undefined ? null : [label('expected'), label('n_firms', { n: segment.expected })],
      segment.nearby_found === undefined ? null : [label('nearby_found'), label('n_firms', { n: segment.nearby_found })],
      [label('nearest_city'), placed(segment.nearest_supplier_city)],
      [label('fill'), segment.fill_mode ? caption('fill', segment.fill_mode) : ''],
      [label('admission'), segment.admission ? caption('admission', segment.admission) : label('admission_unknown')],
      [label('confirmed'), segment.confirmed ? caption('confirmed', segment.confirmed) : label('not_confirmed')],
    ])),
    part('next_door', pairs([
      [label('local_demand'), [segment.local_demand === undefined ? label('not_known') : label('n_firms', { n: segment.local_demand }), buyers.length ? label('colon') + buyers.join(label('comma')) : '']],
      [label('local_supply'), segment.local_supply === undefined ? label('not_known') : label('n_firms', { n: segment.local_supply })],
      from.length ? [label('fed_by'), el('span', { class: 'chips' }, from)] : null,
      to.length ? [label('feeds'), el('span', { class: 'chips' }, to)] : null,
      ...(segment.elsewhere || []).map((row) => [label(`elsewhere_${row.kind}`), elsewhere(row)]),
    ])),
    segment.question
      ? part('question', el('blockquote', null, el('p', { class: 'key' }, label('ask', { whom: local(segment.ask_whom) || label('whom_unknown') })), el('p', null, local(segment.question))))
      : null,
    part('local_firms', localFirms(segment)),
    part('targets', targets.length ? el('ol', { class: 'ranked' }, targets.map(targetLine)) : el('p', { class: 'empty' }, label('no_targets_here'))),
    part('sources', sentences(items(segment.sources)), el('p', { class: 'note' }, label('segment_row'), provenance(segment))),
  ];
}

/** A segment of another chain: a link where that chain has a page beside this one. */
function elsewhere(row) {
  const chain = data.chains.find((other) => other.id === row.chain);
  const words = [chain ? [local(chain.name), label('colon')] : '', local(row.name)];
  if (!chain || data.alone) return el('span', null, words);
  return el('a', { href: `${encodeURIComponent(row.chain)}.html?lang=${state.lang}#${encodeURIComponent(row.segment)}` }, words);
}

function localFirms(segment) {
  const roles = segment.firms || [];
  if (!roles.length) return el('p', { class: 'empty' }, label('no_local_firms'));
  return el(
    'ul',
    { class: 'firm-rows' },
    roles.map((role) =>
      el(
        'li',
        { class: `standing-${role.standing}` },
        el('div', null, firmButton(role.firm), role.standing === 2 ? badge(besideWord(role), 'beside') : null, role.role === 'leader' ? badge(caption('role', 'leader'), 'leader') : null),
        el('p', { class: 'what' }, [role.product, role.kind ? caption('kind', role.kind) : '', role.status ? caption('status', role.status) : '', role.basis ? caption('basis', role.basis) : '', capacityWords(role)].filter(Boolean).join(' · ')),
        el('p', { class: 'note' }, provenance(role)),
      ),
    ),
  );
}

function capacityWords(role) {
  return role.capacity === undefined ? '' : `${role.capacity.toLocaleString('en')} ${role.unit || ''}`.trim();
}

function targetLine(row) {
  return el(
    'li',
    null,
    el('div', null, row.rank === undefined ? null : el('span', { class: 'rank' }, label('rank', { n: row.rank })), firmButton(row.firm, null, row.segment), el('span', { class: 'place' }, seat(row)), row.list === 'new' ? null : badge(caption('candidate', row.list), 'list')),
    el('p', { class: 'what' }, [timesWithBand(row), row.evidence_grade ? caption('grade', row.evidence_grade) : '', row.source_kind ? caption('source_kind', row.source_kind) : ''].filter(Boolean).join(' · ')),
    sentences(items(row.reasons).slice(0, 2)),
  );
}

function tierTags(firm, row, limit) {
  const held = (row && row.tiers) || (firm && firm.tiers) || [];
  return held.slice(0, limit || held.length).map((tier) => badge(tierCaption(tier), 'tier'));
}

function firmPanel(firm) {
  const asked = state.selected.segment; // the segment it was opened from comes first
  const rows = data.targets.filter((row) => row.firm === firm.id).sort((a, b) => (b.segment === asked) - (a.segment === asked));
  const kind = firm.local ? 'eyebrow_local' : rows.length ? 'eyebrow_target' : 'eyebrow_firm';
  const place = placedAll([firm.country, firm.city, firm.district]);
  return [
    panelHead(label(kind), local(firm.name), otherName(firm.name) || firm.full, el('p', { class: 'panel-tags' }, place ? el('span', { class: 'place' }, place) : null, tierTags(firm, rows[0]))),
    rows.map((row, index) => targetParts(firm, row, index === 0)),
    rankingPart(firm),
    part('does', firm.roles && firm.roles.length ? el('ul', { class: 'firm-rows' }, firm.roles.map(roleLine)) : null),
    part('links', firm.links && firm.links.length ? el('ul', { class: 'firm-rows' }, firm.links.map(linkLine)) : null, rows.length ? null : relationsButton(firm.id)),
    part('signals', firm.signals && firm.signals.length ? el('ul', { class: 'firm-rows' }, firm.signals.map(signalLine)) : null),
    sitesPart(firm, rows[0]),
    part('firm', pairs([
      [label('full_name'), firm.full],
      [label('aliases'), [...(firm.aliases || []), ...(firm.former_names || [])].join(label('comma'))],
      [label('parent'), local(firm.parent)],
      [label('decision_city'), placed(firm.decision_city)],
      [label('stock_code'), firm.stock_code],
      [label('founded'), firm.founded],
      [label('employees'), firm.employees === undefined ? '' : firm.employees.toLocaleString('en')],
      [label('revenue'), firm.revenue_cny_m === undefined ? '' : label('cny_m', { n: firm.revenue_cny_m.toLocaleString('en') })],
      [label('legal'), firm.legal ? caption('firm_status', firm.legal) : ''],
      [label('origin'), rows.length && rows[0].origin ? caption('origin', rows[0].origin) : ''],
      [label('note'), firm.note ? linked(firm.note) : ''],
    ]), el('p', { class: 'note' }, label('firm_row'), provenance(firm))),
  ];
}

function targetParts(firm, row, first) {
  const segment = segmentOf.get(row.segment);
  return el(
    'div',
    { class: 'target-parts' },
    el(
      'p',
      { class: 'standing' },
      badge(caption('candidate', row.list), 'list'),
      row.rank === undefined ? null : label('rank_in_list', { n: row.rank }),
      segment ? [' ', label('for_segment'), segmentButton(segment.id), stateBadge(segment.state)] : null,
    ),
    part('project', el('p', { class: 'lead' }, projectWords(row)), items(row.local_unit).length ? el('p', null, el('span', { class: 'key' }, label('local_unit')), items(row.local_unit).join(label('comma'))) : null),
    part('why_firm', sentences(items(row.reasons))),
    part('now', el('p', null, whyNow(row))),
    part('fit', fitWords(row), waterfall(row.terms || []), sharesTable(row.shares || [])),
    part('reach', pairs([
      [label('reach'), reachWords(row)],
      [label('likelihood'), row.likelihood ? [el('strong', null, caption('likelihood', row.likelihood)), label('colon'), items(row.likelihood_facts).join(label('comma'))] : label('not_known')],
      [label('propensity'), row.propensity === undefined ? label('not_known') : label('propensity_units', { n: Math.round(Math.expm1(row.propensity)) })],
      [label('decision_city'), placed(row.decision_city || firm.decision_city) || label('not_known')],
      [label('admission'), row.admission ? caption('admission', row.admission) : label('admission_unknown')],
    ])),
    first ? part('route', routeSteps(firm, row), relationsButton(firm.id)) : null,
    part('evidence', el('p', null, row.evidence_grade ? [el('strong', null, caption('grade', row.evidence_grade)), label('colon'), caption('grade_note', row.evidence_grade)] : label('not_known')), row.source_kind ? el('p', null, sourceMark(row), ' ', caption('source_kind_note', row.source_kind)) : null),
    part('unknown', sentences(unknowns(firm, row))),
    part('next', items(row.next_step).map((step) => el('p', { class: 'lead' }, linked(step)))),
    part('sources', sentences(items(row.sources))),
  );
}

/** The fit in plain words, its band, and how steadily the firm stays in front. */
function fitWords(row) {
  if (row.fit_lift === undefined) return el('p', null, label('no_basis_long'));
  const key = data.reference ? 'fit_reference' : 'fit_case';
  const band = row.fit_low === undefined || row.fit_high === undefined ? label('no_band') : label('fit_band', { low: times(row.fit_low), high: times(row.fit_high) });
  return [
    el('p', { class: 'lead' }, label(key, { x: times(row.fit_lift) })),
    el('p', { class: 'note' }, band, row.top_share === undefined ? '' : label(row.top_share < 0.005 ? 'top_share_none' : 'top_share', { p: Math.round(row.top_share * 100) })),
  ];
}

/** The terms one after another: each moves the factor from where the last one left it. */
function waterfall(terms) {
  if (!terms.length) return null;
  const sums = terms.reduce((all, term) => [...all, all[all.length - 1] + term.contribution], [0]);
  const low = Math.min(...sums);
  const span = Math.max(...sums) - low || 1;
  const total = sums[sums.length - 1];
  const bar = (from, to, kind) => {
    const left = ((Math.min(from, to) - low) / span) * 100;
    const width = Math.max((Math.abs(to - from) / span) * 100, 0.8);
    return drawn(
      'svg',
      { class: `bar ${kind}`, viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      drawn('rect', { x: 0, y: 4.6, width: 100, height: 0.8, class: 'bar-line' }),
      drawn('rect', { x: left, y: 0, width, height: 10, class: 'bar-fill' }),
    );
  };
  const line = (name, value, from, to, kind) =>
    el('tr', { class: kind }, el('th', { scope: 'row' }, name), el('td', { class: 'number' }, label('factor', { x: Math.exp(value).toFixed(2) })), el('td', { class: 'number' }, (value < 0 ? '−' : '+') + Math.abs(value).toFixed(2)), el('td', { class: 'bar-cell' }, bar(from, to, kind)));
  return el(
    'table',
    { class: 'waterfall' },
    el('caption', null, label('waterfall_caption')),
    el('thead', null, el('tr', null, ['term', 'factor_head', 'log_head', 'bar_head'].map((key) => el('th', { scope: 'col' }, label(key))))),
    el(
      'tbody',
      null,
      terms.map((term, index) => line(caption('term', term.term), term.contribution, sums[index], sums[index + 1], term.contribution < 0 ? 'down' : 'up')),
      line(label('total'), total, 0, total, 'total'),
    ),
  );
}

/** Which local firms the likeness comes from, by the share that all lists print. */
function sharesTable(rows) {
  if (!rows.length) return null;
  return el(
    'table',
    { class: 'shares' },
    el('caption', null, label('shares_caption')),
    el('thead', null, el('tr', null, ['local_firm', 'share', 'shared_words'].map((key) => el('th', { scope: 'col' }, label(key))))),
    el(
      'tbody',
      null,
      rows.map((row) =>
        el(
          'tr',
          null,
          el('th', { scope: 'row' }, firmButton(row.firm)),
          el('td', { class: 'number' }, `${Math.round(row.share * 100)}%`),
          el('td', null, items(row.words).join(label('comma')) || label(row.by_text ? 'no_words' : 'industry_only')),
        ),
      ),
    ),
  );
}

function reachWords(row) {
  if (row.reach === undefined) return label('reach_unknown');
  const key = row.reach >= 0.999 ? 'reach_here' : Math.abs(row.reach - 0.7) < 1e-6 ? 'reach_near' : 'reach_distance';
  return label(key, { r: row.reach.toFixed(2) });
}

function routeSteps(firm, row) {
  const steps = firm.route || [];
  const words = items(row.route);
  if (!steps.length) return words.length ? sentences(words) : el('p', { class: 'empty' }, label('no_route'));
  return el(
    'ol',
    { class: 'route' },
    steps.map((step) =>
      el(
        'li',
        null,
        end(step.from_id, step.from_name),
        el('span', { class: 'link-kind' }, caption('link', step.kind)),
        end(step.to_id, step.to_name),
        step.product ? el('span', { class: 'what' }, step.product) : null,
        el('p', { class: 'note' }, provenance(step)),
      ),
    ),
  );
}

/** Leads to the firm's place in the relation view. */
function relationsButton(id) {
  if (!isTied(id)) return null;
  return el('p', null, el('button', { type: 'button', class: 'in-relations', onclick: () => { closePanel(); showRelations(id); } }, label('in_relations')));
}

function showRelations(id) {
  relate(id);
  reveal('relations');
  const title = document.getElementById('relations-title');
  title.scrollIntoView({ block: 'start' });
  title.focus({ preventScroll: true });
}

function end(id, name) {
  return firmOf.has(id) ? firmButton(id) : el('span', { class: 'name' }, name || id);
}

/** What is not known about a target, said in words: an empty cell is a question for the first meeting. */
function unknowns(firm, row) {
  const rows = [];
  if (!row.signal_date) rows.push(label('unknown_signal'));
  if (!row.decision_city && !firm.decision_city) rows.push(label('unknown_decision'));
  if (row.reach === undefined) rows.push(label('unknown_reach'));
  if (row.propensity === undefined) rows.push(label('unknown_units'));
  if (!row.likelihood) rows.push(label('unknown_likelihood'));
  if (!row.size_class) rows.push(label('unknown_size'));
  if (!row.admission) rows.push(label('unknown_admission'));
  if (!items(row.risk).length) rows.push(label('unknown_risk'));
  if (firm.confidence && firm.confidence !== 'seen') rows.push(label('unknown_checked', { how: caption('confidence', firm.confidence) }));
  return [...items(row.risk).map((risk) => label('risk', { risk })), ...rows];
}

function rankingPart(firm) {
  const rows = data.rankings.filter((row) => row.firm === firm.id);
  return rows.length ? part('rankings', sentences(rows.map((row) => label('ranking_line', { list: caption('ranking', row.tier), n: row.rank })))) : null;
}

function roleLine(role) {
  return el(
    'li',
    null,
    el('div', null, segmentButton(role.segment), role.standing === 2 && role.site_region ? badge(besideWord(role), 'beside') : null),
    el('p', { class: 'what' }, [role.product, role.kind ? caption('kind', role.kind) : '', role.status ? caption('status', role.status) : '', placed(role.site_region), capacityWords(role)].filter(Boolean).join(' · ')),
    el('p', { class: 'note' }, provenance(role)),
  );
}

function linkLine(row) {
  return el('li', null, el('div', null, el('span', { class: 'link-kind' }, caption(row.forward ? 'link' : 'link_from', row.kind)), firmOf.has(row.other) ? firmButton(row.other) : el('span', { class: 'name' }, local(row.name)), row.product ? el('span', { class: 'what' }, row.product) : null), el('p', { class: 'note' }, provenance(row)));
}

function signalLine(row) {
  const amount = row.amount_cny_m === undefined ? '' : label('cny_m', { n: row.amount_cny_m.toLocaleString('en') });
  return el('li', null, el('div', null, el('strong', null, row.date || label('no_date')), ' ', row.stage === 'ended' ? label('project_ended') : caption('signal', row.kind)), el('p', { class: 'what' }, [row.stage ? caption('project_stage', row.stage) : '', row.site_status ? caption('site_status', row.site_status) : '', row.text, placed(row.place), row.instead_place ? label('went_instead', { place: placed(row.instead_place) }) : '', amount, row.capacity].filter(Boolean).join(' · ')), el('p', { class: 'note' }, provenance(row)));
}

function siteLine(row) {
  return el('li', null, el('div', null, el('strong', null, placed(row.region)), ' ', caption('site', row.kind), row.since ? ` · ${row.since}` : ''), row.note ? el('p', { class: 'what' }, linked(row.note)) : null, el('p', { class: 'note' }, provenance(row)));
}

function startPanel() {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && state.selected) closePanel();
  });
  window.addEventListener('hashchange', followAddress);
}
