// The page of one chain: what is where, and what is drawn again when something changes.

const segmentOf = new Map(data.segments.map((segment) => [segment.id, segment]));
const firmOf = new Map(data.firms.map((firm) => [firm.id, firm]));
const rowsOfSegment = new Map(); // segment id -> rows of the lists, new targets first, one per firm
const LIST_ORDER = ['new', 'leader', 'reinvest'];

for (const list of LIST_ORDER) {
  for (const row of data.targets) {
    if (row.list !== list) continue;
    const held = rowsOfSegment.get(row.segment) || [];
    if (!held.some((other) => other.firm === row.firm)) rowsOfSegment.set(row.segment, [...held, row]);
  }
}

function targetsOf(id) {
  return rowsOfSegment.get(id) || [];
}

function segmentButton(id) {
  const segment = segmentOf.get(id);
  if (!segment) return el('span', { class: 'name' }, id);
  return el('button', { type: 'button', class: 'name', 'data-segment': id, onclick: (event) => open('segment', id, event.currentTarget) }, local(segment.name));
}

/** A firm to click on: by its full name, or on a card by the name people use; as a target of a segment, where it is one. */
function firmButton(id, kind, segment) {
  const firm = firmOf.get(id);
  if (!firm) return el('span', { class: 'name' }, id);
  const full = local(firm.name);
  const words = kind ? shortName(firm) : full;
  const attributes = { type: 'button', class: `name${kind ? ` ${kind}` : ''}`, 'data-firm': id, onclick: (event) => open('firm', id, event.currentTarget, segment) };
  return el('button', { ...attributes, title: words === full ? null : full }, el('bdi', null, words));
}

/** A name for a narrow place: the shortest alias that reads as one, or the name without its legal form. */
function shortName(firm) {
  const name = local(firm.name);
  if (state.lang !== 'zh') return name;
  const bare = name.replace(/(股份有限公司|有限责任公司|有限公司)(?=$|[(（])/, '') || name;
  const alias = (firm.aliases || []).find((other) => /^[\u3400-\u9fff]{2,6}$/.test(other));
  return alias && alias.length < bare.length ? alias : bare;
}

// The views of the page, in order. A view fills its section, and may say what a change of filters does to it. A late
// view is made when the reader comes near it: it costs nothing until then.
const views = [
  { id: 'brief', render: renderBrief },
  { id: 'search-and-filters', render: (root) => { renderSearch(root.querySelector('.search')); renderFilters(root.querySelector('.filters')); } },
  { id: 'lanes', render: renderPanorama },
  { id: 'export', render: renderExport },
  { id: 'relations', late: hasRelations, render: renderRelations, filtered: fillRelations },
  { id: 'region', late: hasRegion, render: renderRegion, filtered: fillRegion },
  { id: 'lists', render: renderLists, filtered: fillList },
];

const made = new Set(); // late views that are there

/** Make a late view, if it is not there yet. */
function reveal(id) {
  if (made.has(id)) return;
  made.add(id);
  views.find((view) => view.id === id).render(document.getElementById(id));
}

function startLateViews() {
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watch.unobserve(entry.target);
      reveal(entry.target.id);
    }
  }, { rootMargin: '300px' });
  for (const view of views) {
    if (!view.late) continue;
    const root = document.getElementById(view.id);
    root.parentNode.hidden = !view.late();
    if (view.late()) watch.observe(root);
  }
}

function isThere(view) {
  return !view.late || made.has(view.id);
}

function renderAll() {
  const facts = [placed(data.region), caption('class', data.chain.class), caption('strategy', data.chain.strategy)];
  masthead(label('chain_title', { chain: local(data.chain.name) }), facts.filter(Boolean).join(' · '), !data.alone);
  for (const node of document.querySelectorAll('[data-label]')) node.textContent = label(node.dataset.label);
  for (const view of views) if (isThere(view)) view.render(document.getElementById(view.id));
  updateFilters(updateCards());
  renderPanel();
  makeRoom();
}

function renderChange(patch) {
  if ('lang' in patch) renderAll();
  if ('filters' in patch) {
    updateFilters(updateCards());
    for (const view of views) if (view.filtered && isThere(view)) view.filtered();
  }
  if ('relation' in patch && made.has('relations')) {
    fillRelations();
    drawRelations();
  }
  if ('selected' in patch) {
    renderPanel();
    light(null);
    makeRoom();
  }
}

subscribe(renderChange);
startSkipLink();
startPanorama();
startPanel();
renderAll();
startLateViews();
followAddress();
document.documentElement.dataset.ready = 'yes';
