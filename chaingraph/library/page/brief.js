// The A4 block: what a leader reads first. Plain words, and no more certain than the data.

function renderBrief(root) {
  const facts = data.brief;
  replace(
    root,
    el(
      'div',
      { class: 'sheet-head' },
      heading(2, label('brief_title', { region: placed(data.region), chain: local(data.chain.name) }), { id: 'brief-title' }),
      el('p', { class: 'sheet-meta' }, label('brief_meta', { date: data.day[state.lang] })),
    ),
    el(
      'div',
      { class: 'sheet-grid' },
      el('section', { class: 'sheet-leaders' }, numbered(1, label('brief_leaders')), briefLeaders(facts)),
      el('section', { class: 'sheet-gaps' }, numbered(2, label('brief_gaps')), briefGaps(facts)),
      el('section', { class: 'sheet-visits' }, numbered(3, label('brief_visits'), label('brief_visits_note')), briefVisits(facts)),
      el('section', { class: 'sheet-unknown' }, numbered(4, label('brief_unknown')), briefUnknown(facts)),
      briefTrust(),
    ),
    el('footer', { class: 'sheet-foot' }, briefFoot(facts)),
  );
}

function numbered(number, words, note) {
  return el('h3', null, el('span', { class: 'number', 'aria-hidden': 'true' }, number), words, note ? el('span', { class: 'place' }, note) : null);
}

function briefLeaders(facts) {
  if (!facts.leaders.length) return el('p', { class: 'empty' }, label('no_leaders'));
  const rows = facts.leaders.map((id) => data.leaders.find((row) => row.firm === id));
  return el(
    'ul',
    { class: 'leaders' },
    rows.map((row) =>
      el(
        'li',
        null,
        firmButton(row.firm),
        row.district ? el('span', { class: 'place' }, placed(row.district)) : null,
        el('p', { class: 'makes' }, items(row.products).slice(0, 3).join(label('comma')) || label('products_unknown')),
      ),
    ),
  );
}

function briefGaps(facts) {
  if (!facts.gaps.length) return el('p', { class: 'empty' }, label('no_gaps'));
  return el(
    'ol',
    { class: 'gaps' },
    facts.gaps.map((id) => {
      const segment = segmentOf.get(id);
      const buyers = items(segment.local_buyers);
      return el(
        'li',
        { class: `gap state-${segment.state}` },
        el('div', { class: 'gap-head' }, segmentButton(id), flags(segment), stateBadge(segment.state)),
        el(
          'p',
          { class: 'gap-facts' },
          el('span', { class: 'key' }, label('who_buys')),
          buyers.length
            ? buyers.slice(0, 3).join(label('comma')) + (buyers.length > 3 ? label('and_more', { n: buyers.length }) : '')
            : label('buyers_unknown'),
          segment.fill_mode ? [el('span', { class: 'key second' }, label('fill')), caption('fill', segment.fill_mode)] : null,
        ),
        segment.rivals ? el('p', { class: 'gap-facts' }, el('span', { class: 'key' }, label('rivals')), segment.rivals.map(rivalWords).join(label('comma'))) : null,
      );
    }),
  );
}

/** Who is to be called this month; where nobody passes it is said, and who comes next stands below as reserve. */
function briefVisits(facts) {
  if (!facts.visits.length) return [el('p', { class: 'empty' }, label('no_visits')), sentences(data.notes.map(local))];
  const ready = facts.visits.some((id) => facts.groups[id] === 'visit');
  return [
    ready ? null : el('p', { class: 'none-ready' }, label('none_ready')),
    el('ol', { class: 'visits' }, facts.visits.map((id) => briefVisit(id, facts))),
  ];
}

function briefVisit(id, facts) {
  const row = data.targets.find((target) => target.list !== 'reinvest' && target.firm === id);
  const level = facts.levels[id];
  return el(
    'li',
    null,
    el(
      'div',
      { class: 'visit-who' },
      firmButton(id),
      el('span', { class: 'place' }, seat(row)),
      el('span', { class: `call call-${facts.groups[id]}` }, caption('call', facts.groups[id])),
      level ? el('span', { class: 'place' }, caption('visit', level)) : null,
      row.rank === undefined ? null : el('span', { class: 'place' }, label('listed_at', { n: row.rank })),
      sourceMark(row),
    ),
    el('dl', null, briefFacts(row, facts.marks[id] || [])),
  );
}

/** What a leader asks of a firm: why now, what, who decides, who introduces, where, on what terms; and what is open. */
function briefFacts(row, marks) {
  if (!marks.length) {
    return [
      fact(label('what_project'), projectWords(row)),
      fact(label('why_it'), items(row.reasons).slice(0, 2).join(label('semicolon')) || label('not_known')),
      fact(label('why_now'), whyNow(row)),
      fact(label('who_opens'), items(row.next_step).join(label('semicolon')) || label('opener_unknown')),
    ];
  }
  const held = new Map(marks.map((mark) => [mark.mark, mark]));
  const said = (name, unknown) => local(held.get(name).said) || unknown || label('not_on_record');
  const [site] = items(row.landing);
  const open = marks.filter((mark) => !mark.filled);
  return [
    fact(label('why_it'), items(row.reasons)[0] || label('not_known')),
    fact(label('why_now'), said('motive', row.signal_date ? whyNow(row) : label('no_motive'))),
    fact(label('what_project'), said('project')),
    fact(label('who_decides'), said('decision')),
    fact(label('who_introduces'), said('door')),
    fact(label('where_to'), said('landing', site)),
    fact(label('our_terms'), said('admission')),
    open.length ? fact(label('not_yet_known'), label('ask_whom_what', { whom: local(open[0].ask_whom), question: local(open[0].question) })) : null,
  ];
}

function rivalWords(rival) {
  return label('rival', { city: placed(rival.city), n: rival.firms });
}

function seat(row) {
  return placedAll([row.country, row.city]);
}

function projectWords(row) {
  const proposal = items(row.proposal).join(label('comma'));
  const size = row.size_class ? caption('size', row.size_class) : '';
  return [proposal || label('project_unknown'), size].filter(Boolean).join(label('comma'));
}

/** A dated signal where there is one; else that there is none. */
function whyNow(row) {
  if (row.signal && row.signal_date) {
    const told = (firmOf.get(row.firm).signals || []).find((signal) => signal.kind === row.signal && signal.date === row.signal_date);
    const words = told && told.text ? label('colon') + told.text : '';
    return label('signal_dated', { date: row.signal_date, signal: caption('signal', row.signal) }) + words;
  }
  return label('no_signal');
}

function briefUnknown(facts) {
  const rows = [];
  if (facts.not_found) rows.push(label('unknown_segments', { n: facts.not_found, total: data.segments.length }));
  if (facts.unsure) rows.push(label('unknown_rows', { n: facts.unsure }));
  if (facts.undated) rows.push(label('unknown_signals', { n: facts.undated, total: facts.visits.length }));
  const asked = facts.questions.map((id) => segmentOf.get(id));
  return el(
    'div',
    { class: 'unknown-parts' },
    el('div', null, sentences(rows)),
    asked.length
      ? el(
          'div',
          null,
          heading(4, label('ask_first')),
          el(
            'ul',
            { class: 'asked' },
            asked.map((row) =>
              el('li', null, el('span', { class: 'key' }, label('ask', { whom: local(row.ask_whom) || label('whom_unknown') })), local(row.question)),
            ),
          ),
        )
      : null,
  );
}

function briefFoot(facts) {
  const zones = facts.zones.slice(0, 6).join(label('comma'));
  return [
    zones ? el('p', null, el('span', { class: 'key' }, label('zones')), zones) : null,
    el('p', null, el('span', { class: 'key' }, label('caption_key')), data.notes.slice(0, 2).map(local).join(' ') || label('caption_missing')),
    el('p', null, el('span', { class: 'key' }, label('caution_key')), label('caution')),
  ];
}
