// The lists below the panorama, one table per tab.

const FIRST_ROWS = 60; // a longer table shows these, and the rest when asked
const FIRST_TARGETS = 10; // of a list of targets
const LISTS = [
  ['new', () => targetTable('new')],
  ['leader', () => targetTable('leader')],
  ['reinvest', () => targetTable('reinvest')],
  ['rankings', rankingTables],
  ['leaders', leaderTable],
  ['questions', questionTable],
  ['dropped', droppedTable],
  ...(data.changes ? [['changes', changeTables]] : []),
];
let openList = 'new';

function renderLists(root) {
  const tab = ([key]) =>
    el(
      'button',
      { type: 'button', role: 'tab', id: `tab-${key}`, 'aria-controls': 'list', 'aria-selected': String(key === openList), tabindex: key === openList ? '0' : '-1', onclick: () => showList(key) },
      label(`list_${key}`),
      el('span', { class: 'count' }, listSize(key)),
    );
  replace(
    root,
    el('div', { class: 'tabs', role: 'tablist', 'aria-label': label('lists'), onkeydown: moveTab }, LISTS.map(tab)),
    el('div', { id: 'list', role: 'tabpanel', 'aria-labelledby': `tab-${openList}`, tabindex: '0' }),
  );
  fillList();
}

function listSize(key) {
  if (key === 'dropped') return data.dropped.reduce((sum, row) => sum + row.count, 0);
  if (key === 'changes') return changeCount();
  return (data[key] || data.targets.filter((row) => row.list === key)).length;
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const keys = LISTS.map(([key]) => key);
  const next = keys[(keys.indexOf(openList) + step + keys.length) % keys.length];
  event.preventDefault();
  showList(next);
  document.getElementById(`tab-${next}`).focus();
}

function showList(key) {
  openList = key;
  for (const tab of document.querySelectorAll('[role=tab]')) {
    const chosen = tab.id === `tab-${key}`;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  document.getElementById('list').setAttribute('aria-labelledby', `tab-${key}`);
  fillList();
}

function fillList() {
  const [, make] = LISTS.find(([key]) => key === openList);
  const rests = sourceWords(openList === 'rankings' ? data.rankings : data.targets.filter((row) => row.list === openList));
  replace(document.getElementById('list'), el('p', { class: 'note' }, label(`list_note_${openList}`), rests), make());
}

/** A table: columns are [heading, class, cell of a row]. */
function table(name, columns, rows, empty, first = FIRST_ROWS) {
  if (!rows.length) return el('p', { class: 'empty' }, empty);
  const line = (row) => el('tr', null, columns.map(([, kind, cell]) => el('td', { class: kind }, cell(row))));
  const body = el('tbody', null, rows.slice(0, first).map(line));
  const rest = rows.slice(first);
  const more = rest.length
    ? el('button', { type: 'button', class: 'show-all', onclick: (event) => { add(body, rest.map(line)); event.target.remove(); } }, label('show_all', { n: rows.length }))
    : null;
  return [
    el('div', { class: 'table-frame', role: 'region', tabindex: '0', 'aria-label': name }, el('table', { class: 'list-table' }, el('caption', { class: 'unseen' }, name), el('thead', null, el('tr', null, columns.map(([words, kind]) => el('th', { scope: 'col', class: kind }, words)))), body)),
    more,
  ];
}

function targetTable(list) {
  const held = data.targets.filter((row) => row.list === list);
  const columns = [
    [label('head_rank'), 'number', (row) => (row.rank === undefined ? '' : row.rank)],
    [label('head_firm'), 'wide', (row) => [firmButton(row.firm), el('div', { class: 'tags' }, tierTags(firmOf.get(row.firm), row, 2))]],
    [label('head_seat'), '', (row) => [seat(row), row.decision_city ? el('div', { class: 'note' }, label('decides_in', { city: placed(row.decision_city) })) : null]],
    [label('head_segment'), 'mid', (row) => (segmentOf.has(row.segment) ? [segmentButton(row.segment), el('div', null, stateBadge(segmentOf.get(row.segment).state))] : row.segment)],
    [label('head_project'), 'wide', (row) => clamped(projectWords(row))],
    [label('head_fit'), '', timesWithBand],
    [label('head_grade'), 'grade', gradeCell],
    [label('head_signal'), '', (row) => (row.signal_date ? `${row.signal_date} ${caption('signal', row.signal)}` : label('none_dated'))],
    [label('head_next'), 'wide', (row) => clamped(items(row.next_step).join(label('semicolon')))],
  ];
  if (list === 'reinvest') columns.splice(2, 0, [label('local_unit'), 'wide', (row) => items(row.local_unit).join(label('comma'))]);
  return table(label(`list_${list}`), columns, held.filter(rowPasses), held.length ? label('none_pass') : label(`list_empty_${list}`), FIRST_TARGETS);
}

/** How good the evidence is, and what the row rests on. */
function gradeCell(row) {
  return [row.evidence_grade ? caption('grade', row.evidence_grade) : label('not_known'), el('div', null, sourceMark(row))];
}

/** A long text in a table, cut after some lines; the panel has it whole. */
function clamped(words) {
  return el('div', { class: 'clamped' }, words);
}

function rankingTables() {
  const tiers = [...new Set(data.rankings.map((row) => row.tier))];
  if (!tiers.length) return el('p', { class: 'empty' }, label('list_empty_rankings'));
  return tiers.map((tier) => [
    heading(3, caption('ranking', tier)),
    table(
      caption('ranking', tier),
      [
        [label('head_rank'), 'number', (row) => row.rank],
        [label('head_firm'), 'wide', (row) => firmButton(row.firm)],
        [label('head_seat'), '', (row) => place(row.firm)],
        [label('head_segment'), '', (row) => (segmentOf.has(row.segment) ? segmentButton(row.segment) : local(row.segment))],
        [label('head_fit'), '', (row) => (row.fit_lift === undefined ? label('no_basis') : times(row.fit_lift))],
        [label('head_grade'), 'grade', gradeCell],
        [label('head_reasons'), 'wide', (row) => items(row.reasons).slice(0, 2).join(label('semicolon'))],
      ],
      data.rankings.filter((row) => row.tier === tier),
      label('list_empty_rankings'),
    ),
  ]);
}

function place(id) {
  const firm = firmOf.get(id);
  return firm ? placedAll([firm.country, firm.city]) : '';
}

function leaderTable() {
  return table(
    label('list_leaders'),
    [
      [label('head_rank'), 'number', (row) => row.rank],
      [label('head_firm'), 'wide', (row) => firmButton(row.firm)],
      [label('head_district'), '', (row) => placed(row.district)],
      [label('head_products'), 'wide', (row) => items(row.products).slice(0, 5).join(label('comma'))],
      [label('head_why_leads'), 'wide', (row) => local(row.reason)],
      [label('head_confidence'), '', (row) => (row.confidence ? confidence(row.confidence) : label('not_known'))],
    ],
    data.leaders,
    label('no_leaders'),
  );
}

function questionTable() {
  return table(
    label('list_questions'),
    [
      [label('head_week'), 'centre', (row) => (row.rank === undefined ? '' : row.rank)],
      [label('head_segment'), '', (row) => segmentButton(row.segment)],
      [label('head_ask'), '', (row) => local(segmentOf.get(row.segment).ask_whom)],
      [label('head_question'), 'wide', (row) => local(segmentOf.get(row.segment).question)],
      [label('head_why'), 'wide', (row) => items(row.why).join(label('semicolon'))],
    ],
    data.questions,
    label('list_empty_questions'),
  );
}

function droppedTable() {
  return [
    table(
      label('list_dropped'),
      [
        [label('head_gate'), '', (row) => caption('gate', row.gate)],
        [label('head_count'), 'number', (row) => row.count],
        [label('head_examples'), 'wide', (row) => (row.firms || []).join(label('comma'))],
      ],
      data.dropped,
      label('list_empty_dropped'),
    ),
    data.held.length
      ? table(
          label('list_held'),
          [
            [label('head_firm'), 'wide', (row) => local(row.firm)],
            [label('head_seat'), '', (row) => placedAll([row.country, row.city])],
            [label('head_held'), 'wide', (row) => local(row.said)],
            [label('head_way'), 'wide', (row) => local(row.way)],
          ],
          data.held,
          '',
        )
      : null,
    sentences(data.notes.map(local)),
  ];
}
