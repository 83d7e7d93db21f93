// The first page: what is new, moved or ended since the last run, and how old the facts are by table and chain.

function renderMoves(root) {
  const moves = data.moves;
  if (!moves) return replace(root, el('p', { class: 'empty' }, label('moves_no_former')));
  if (!moves.rows.length) return replace(root, el('p', { class: 'empty' }, label('moves_none', { day: moves.day })));
  const stage = (code) => (code ? caption('project_stage', code) : label('stage_not_said'));
  const steps = (row) => (row.change === 'new' || row.was === row.now ? (row.now ? stage(row.now) : '') : label('moves_step', { was: stage(row.was), now: stage(row.now) }));
  return replace(root, [
    el('p', { class: 'note' }, label('moves_since', { day: moves.day, n: moves.rows.length })),
    ...lists(moves.rows, (row) => el('li', { class: `move-${row.change}` },
      el('div', null, badge(label(`moves_${row.change}`), 'beside'), ' ', el('bdi', { class: 'name' }, local(row.name)), ' ', row.now === 'ended' ? label('project_ended') : caption('signal', row.kind)),
      el('p', { class: 'what' }, [row.date || label('no_date'), steps(row), caption('site_status', row.site_status), placed(row.place), row.text].filter(Boolean).join(' · ')),
      el('p', { class: 'note' }, row.source || label('no_source')))),
  ]);
}

/** What has to be done, by whom: there only where the run was given a ledger. */
function renderDue(part, root) {
  if (!data.due) return;
  part.hidden = false;
  if (!data.due.rows.length) {
    replace(root, el('p', { class: 'empty' }, label('due_none', { day: data.due.day })));
    return;
  }
  const when = (row) => (row.days === undefined ? row.day || '' : row.days > 0 ? label('due_late', { day: row.day, n: row.days }) : row.day);
  replace(root, [
    el('p', { class: 'note' }, label('due_count', { day: data.due.day, n: data.due.total })),
    el('ul', { class: 'moves' }, data.due.rows.map((row) => el('li', { class: row.days > 0 ? 'move-ended' : 'move-moved' },
      el('div', null, badge(label(`due_${row.reason}`), 'beside'), ' ', el('bdi', { class: 'name' }, row.firm || '')),
      el('p', { class: 'what' }, [row.unit, when(row), row.says].filter(Boolean).join(' · '))))),
  ]);
}

/** The first of many rows, the others folded away. */
function lists(rows, line) {
  const first = 20;
  const list = (part) => el('ul', { class: 'moves' }, part.map(line));
  return [list(rows.slice(0, first)), rows.length > first ? el('details', null, el('summary', null, label('moves_more', { n: rows.length - first })), list(rows.slice(first))) : null];
}

function renderAges(root) {
  const tables = ['firms', 'firm_segments', 'firm_links', 'firm_sites', 'firm_signals'];
  const head = ['age_chain', 'age_table', 'age_rows', 'age_newest', 'age_recent', 'age_middle', 'age_old', 'age_undated'];
  const nameOf = new Map(data.chains.map((chain) => [chain.id, chain]));
  const line = (row, first) => el('tr', null,
    el('th', { scope: 'row' }, first ? (row.chain ? local((nameOf.get(row.chain) || {}).name) || row.chain : label('age_whole')) : ''),
    el('td', null, label(`age_of_${row.table}`)),
    ['row_count', 'newest', 'recent', 'middle', 'old', 'undated'].map((name) => el('td', { class: name === 'newest' ? '' : 'number' }, name === 'newest' ? row.newest || label('no_date') : (row[name] || 0).toLocaleString('en'))));
  const block = (chain) => {
    const rows = data.ages.filter((row) => (row.chain || '') === chain).sort((a, b) => tables.indexOf(a.table) - tables.indexOf(b.table));
    return rows.map((row, index) => line(row, index === 0));
  };
  const grid = (chains) => el('div', { class: 'age-frame', tabindex: '0', role: 'region', 'aria-label': label('ages_title') },
    el('table', { class: 'ages' }, el('thead', null, el('tr', null, head.map((key) => el('th', { scope: 'col' }, label(key))))), el('tbody', null, chains.map(block))));
  const chains = data.chains.map((chain) => chain.id).filter((id) => data.ages.some((row) => row.chain === id));
  return replace(root, [grid(['']), chains.length ? el('details', null, el('summary', null, label('ages_by_chain', { n: chains.length })), grid(chains)) : null]);
}
