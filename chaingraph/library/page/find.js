// Search and filters.

const RESULTS = 12;
const NO_FILTERS = { states: [], stage: '', tier: '', strategy: '', grade: '', confidence: '', source: '' };
const TARGET_FILTERS = ['tier', 'strategy', 'grade', 'confidence', 'source'];
const sourcesHeld = new Map(); // row of a list -> its sources; asked for at every change of filters
subscribe((patch) => { if ('lang' in patch) sourcesHeld.clear(); }); // they are told in the language shown
let searchable = null; // [{kind, id, words}], made at the first search

function plain(words) {
  return words.normalize('NFKC').toLowerCase();
}

/** What can be found: segments by name and keyword, firms by any name and product. Longer texts come last in no order. */
function searchIndex() {
  if (searchable) return searchable;
  searchable = data.segments.map((segment) => ({
    kind: 'segment',
    id: segment.id,
    names: everyText(segment.name).map(plain),
    initials: segment.initials || [],
    words: plain([segment.id, ...everyText(segment.name), ...(segment.keywords || []).flatMap(bothWays)].join('\n')),
  }));
  for (const firm of data.firms) {
    const names = [...everyText(firm.name), firm.full, ...(firm.aliases || []), ...(firm.former_names || [])];
    const products = (firm.roles || []).flatMap((role) => bothWays(role.product || ''));
    searchable.push({
      kind: 'firm',
      id: firm.id,
      names: names.map(plain),
      initials: firm.initials || [],
      words: plain([firm.id, firm.stock_code || '', ...names, ...products].join('\n')),
    });
  }
  return searchable;
}

/** The best finds for a query: names that begin with it, that hold it, whose pinyin begins with its letters, other words. */
function find(query) {
  const asked = plain(query.trim());
  if (!asked) return [];
  const scored = [];
  for (const entry of searchIndex()) {
    const spelt = asked.length > 1 && entry.initials.some((letters) => letters.startsWith(asked));
    if (!spelt && !entry.words.includes(asked)) continue;
    const begins = entry.names.some((name) => name.startsWith(asked));
    const holds = entry.names.some((name) => name.includes(asked));
    scored.push({ ...entry, order: begins ? 0 : holds ? 1 : spelt ? 2 : 3 });
  }
  return scored.sort((a, b) => a.order - b.order); // stable: segments stay before firms
}

function renderSearch(root) {
  const results = el('ul', { id: 'results', class: 'results', role: 'listbox', 'aria-label': label('search_results'), hidden: true });
  const input = el('input', {
    id: 'search',
    type: 'search',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: label('search_hint'),
    'aria-label': label('search'),
    'aria-expanded': 'false',
    'aria-controls': 'results',
    'aria-autocomplete': 'list',
  });
  let found = [];
  let active = -1;

  const close = () => {
    results.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    active = -1;
  };
  const choose = (index) => {
    const entry = found[index];
    if (!entry) return;
    close();
    open(entry.kind, entry.id, input);
  };
  const mark = (index) => {
    const rows = results.querySelectorAll('[role=option]');
    if (!rows.length) return;
    active = (index + rows.length) % rows.length;
    rows.forEach((row, position) => row.setAttribute('aria-selected', String(position === active)));
    input.setAttribute('aria-activedescendant', rows[active].id);
    rows[active].scrollIntoView({ block: 'nearest' });
  };
  const show = () => {
    const all = find(input.value);
    found = all.slice(0, RESULTS);
    active = -1;
    input.removeAttribute('aria-activedescendant');
    const asked = input.value.trim() !== '';
    results.hidden = !asked;
    input.setAttribute('aria-expanded', String(asked));
    replace(
      results,
      found.map((entry, index) =>
        el(
          'li',
          { role: 'option', id: `result-${index}`, 'aria-selected': 'false', onmousedown: (event) => { event.preventDefault(); choose(index); } },
          el('span', { class: 'result-kind' }, label(kindOf(entry))),
          el('span', { class: 'result-name' }, nameOf(entry)),
          el('span', { class: 'result-note' }, noteOf(entry)),
        ),
      ),
      asked && !found.length ? el('li', { class: 'result-none', role: 'option', 'aria-disabled': 'true' }, label('nothing_found')) : null,
    );
    if (asked) announce(label('n_found', { n: all.length }));
  };
  input.addEventListener('input', show);
  input.addEventListener('focus', () => { if (input.value.trim()) show(); });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      mark(active + (event.key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(active < 0 ? 0 : active);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (results.hidden) input.value = '';
      close();
    }
  });
  replace(root, el('div', { class: 'searchbox' }, input, results));
}

function kindOf(entry) {
  if (entry.kind === 'segment') return 'kind_segment';
  return firmOf.get(entry.id).local ? 'kind_local' : 'kind_target';
}

function nameOf(entry) {
  return local(entry.kind === 'segment' ? segmentOf.get(entry.id).name : firmOf.get(entry.id).name);
}

function noteOf(entry) {
  if (entry.kind === 'segment') return caption('state', segmentOf.get(entry.id).state);
  const firm = firmOf.get(entry.id);
  return placed(firm.local ? firm.district : firm.city || firm.country);
}

function segmentPasses(segment) {
  const { states, stage } = state.filters;
  const wanted = TARGET_FILTERS.some((name) => state.filters[name]);
  return (
    (!states.length || states.includes(segment.state)) &&
    (!stage || segment.stage === stage) &&
    (!wanted || targetsOf(segment.id).some(targetPasses))
  );
}

/** Whether a row of a list passes the filters for targets. */
function targetPasses(row) {
  const { tier, strategy, grade, confidence: sure, source } = state.filters;
  return (
    (!tier || tiersOf(row).includes(tier)) &&
    (!strategy || row.strategy === strategy) &&
    (!grade || row.evidence_grade === grade) &&
    (!sure || (firmOf.get(row.firm) || {}).confidence === sure) &&
    (!source || sourcesOf(row).includes(source))
  );
}

/** Where a target was read, without pages and dates: the hosts of addresses, else the first words. */
function sourcesOf(row) {
  if (!sourcesHeld.has(row)) {
    const cited = [...items(row.sources), (firmOf.get(row.firm) || {}).source || ''].flatMap((words) => words.split(/[;\uff1b]/));
    sourcesHeld.set(row, [...new Set(cited.map(sourceName).filter(Boolean))]);
  }
  return sourcesHeld.get(row);
}

function sourceName(words) {
  const host = /https?:\/\/(?:www\.)?([^/\s:?#]+)/i.exec(words);
  if (host) return host[1].toLowerCase();
  return words.trim().split(/[\d(\uff08\[,\uff0c:\uff1a]/)[0].trim().slice(0, 24);
}

/** Whether a row of a list passes all filters, those of its segment included. */
function rowPasses(row) {
  const { states, stage } = state.filters;
  const segment = segmentOf.get(row.segment);
  return targetPasses(row) && (!segment || ((!states.length || states.includes(segment.state)) && (!stage || segment.stage === stage)));
}

function tiersOf(row) {
  const held = row.tiers || (firmOf.get(row.firm) || {}).tiers || [];
  return held.length ? held.map(tierCode) : ['other'];
}

function renderFilters(root) {
  const counts = new Map();
  for (const segment of data.segments) counts.set(segment.state, (counts.get(segment.state) || 0) + 1);
  const states = data.states.filter((code) => counts.has(code));
  const unique = (values) => [...new Set(values)].filter(Boolean).sort();
  const menus = [
    ['stage', data.lanes.map((lane) => lane.stage), (code) => caption('stage', code)],
    ['tier', unique(data.targets.flatMap(tiersOf)), (code) => caption('tier', code)],
    ['strategy', unique(data.targets.map((row) => row.strategy)), (code) => caption('strategy', code)],
    ['grade', unique(data.targets.map((row) => row.evidence_grade)), (code) => caption('grade', code)],
    ['confidence', unique(data.targets.map((row) => (firmOf.get(row.firm) || {}).confidence)), (code) => caption('confidence', code)],
    ['source', unique(data.targets.flatMap(sourcesOf)), (name) => name],
  ];
  replace(
    root,
    el(
      'div',
      { class: 'legend', role: 'group', 'aria-label': label('filter_state') },
      states.map((code) =>
        el(
          'button',
          {
            type: 'button',
            class: `state-filter state-${code}`,
            title: caption('state_note', code),
            'data-state': code,
            'aria-pressed': String(state.filters.states.includes(code)),
            onclick: () => toggleState(code),
          },
          stateSign(code),
          caption('state', code),
          el('span', { class: 'count' }, counts.get(code)),
        ),
      ),
    ),
    el(
      'div',
      { class: 'menus' },
      menus.map(([name, codes, words]) =>
        el(
          'label',
          null,
          el('span', null, label(`filter_${name}`)),
          el(
            'select',
            { id: `filter-${name}`, onchange: (event) => filter({ [name]: event.target.value }) },
            el('option', { value: '' }, label('filter_all')),
            codes.map((code) => el('option', { value: code, selected: state.filters[name] === code }, words(code))),
          ),
        ),
      ),
      el('button', { type: 'button', id: 'clear-filters', onclick: () => filter({ ...NO_FILTERS }), hidden: !filtering() }, label('filter_clear')),
    ),
    el('p', { class: 'filter-count', id: 'filter-count' }, ''),
  );
}

function filtering() {
  return Object.values(state.filters).some((value) => value.length);
}

function toggleState(code) {
  const held = state.filters.states;
  filter({ states: held.includes(code) ? held.filter((other) => other !== code) : [...held, code] });
}

function filter(patch) {
  change({ filters: { ...state.filters, ...patch } });
}

/** Brings the controls in line with the filters, and says how much is left. */
function updateFilters(shown) {
  for (const button of document.querySelectorAll('.state-filter')) {
    button.setAttribute('aria-pressed', String(state.filters.states.includes(button.dataset.state)));
  }
  for (const name of ['stage', ...TARGET_FILTERS]) document.getElementById(`filter-${name}`).value = state.filters[name];
  document.getElementById('clear-filters').hidden = !filtering();
  const targets = data.targets.filter(rowPasses).length;
  const words = filtering() ? label('filter_count', { n: shown, total: data.segments.length, targets }) : '';
  document.getElementById('filter-count').textContent = words;
  if (words) announce(words);
}
