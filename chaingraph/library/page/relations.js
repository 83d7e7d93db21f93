// The relation view: how a firm is tied to those here, through suppliers, customers and owners. Drawn by Cytoscape.js.

const FURTHEST = 4; // steps of a route
const LEADERS = 5; // local leaders that routes are drawn to
const STEP_WIDE = 262; // from one column of firms to the next
const FAN = 24; // firms that one firm is opened to at most
const DRAWN_KINDS = ['supplies', 'owns', 'invests', 'partners'];
const ties = new Map(); // firm id -> [{key, source, target, kind, product, …}], each tie under both its ends
const tieNames = new Map(); // what a firm is called that has no row of its own on this page
let drawing = null; // the graph on the screen

/** Whether the page holds any link; on a page that holds none the drawing library is left out. */
function hasRelations() {
  return typeof cytoscape === 'function';
}

function isTied(id) {
  const firm = firmOf.get(id);
  return hasRelations() && Boolean(firm && ((firm.links && firm.links.length) || (firm.route && firm.route.length)));
}

/** Every link that this page knows, once, under both ends. */
function collectTies() {
  const held = new Set();
  const keep = (source, target, row) => {
    const key = JSON.stringify([source, target, row.kind, row.product || '']);
    if (held.has(key) || source === target) return;
    held.add(key);
    for (const end of [source, target]) {
      if (!ties.has(end)) ties.set(end, []);
      ties.get(end).push({ key, source, target, kind: row.kind, product: row.product, source_text: row.source, as_of: row.as_of, confidence: row.confidence });
    }
  };
  for (const firm of data.firms) {
    for (const row of firm.links || []) {
      tieNames.set(row.other, row.name);
      if (row.forward) keep(firm.id, row.other, row);
      else keep(row.other, firm.id, row);
    }
  }
  for (const firm of data.firms) {
    for (const step of firm.route || []) {
      for (const end of ['from', 'to']) if (!tieNames.has(step[`${end}_id`])) tieNames.set(step[`${end}_id`], step[`${end}_name`]);
      keep(step.from_id, step.to_id, step);
    }
  }
  const order = (tie) => `${DRAWN_KINDS.indexOf(tie.kind)} ${tie.key}`;
  for (const held of ties.values()) held.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function otherEnd(tie, id) {
  return tie.source === id ? tie.target : tie.source;
}

function tiedName(id) {
  return firmOf.has(id) ? shortName(firmOf.get(id)) : String(local(tieNames.get(id)) || id);
}

function short(words, length) {
  return words.length > length ? `${words.slice(0, length - 1)}…` : words;
}

function isLocal(id) {
  return firmOf.has(id) && firmOf.get(id).local === true;
}

/** Shortest ways from a firm to every other within reach: id -> {depth, by}, `by` the tie that was walked last. */
function reached(from) {
  const found = new Map([[from, { depth: 0, by: null }]]);
  const queue = [from];
  while (queue.length) {
    const id = queue.shift();
    const { depth } = found.get(id);
    if (depth === FURTHEST) continue;
    for (const tie of ties.get(id) || []) {
      const other = otherEnd(tie, id);
      if (found.has(other)) continue;
      found.set(other, { depth: depth + 1, by: tie });
      queue.push(other);
    }
  }
  return found;
}

/** The ties of one way, from the firm outward. */
function walked(found, goal) {
  const steps = [];
  for (let id = goal; found.get(id).by; id = otherEnd(found.get(id).by, id)) steps.unshift(found.get(id).by);
  return steps;
}

/** Routes of a firm: to local leaders, nearest first; where none is in reach, to the nearest local firm. */
function routesOf(id) {
  const found = reached(id);
  const near = (goals) => goals.filter((goal) => goal !== id && found.has(goal)).sort((a, b) => found.get(a).depth - found.get(b).depth);
  const leaders = near(data.leaders.map((row) => row.firm)).slice(0, LEADERS);
  const goals = leaders.length ? leaders : near([...found.keys()].filter(isLocal)).slice(0, 1);
  return goals.map((goal) => ({ goal, leader: leaders.length > 0, steps: walked(found, goal) }));
}

/** Where two steps of a way meet in a customer or a supplier of both: that is no acquaintance, and is said. */
function sharedEnds(from, steps) {
  const found = [];
  let at = from;
  for (const [number, tie] of steps.entries()) {
    at = otherEnd(tie, at);
    const next = steps[number + 1];
    if (!next || tie.kind !== 'supplies' || next.kind !== 'supplies') continue;
    if (tie.target === at && next.target === at) found.push(label('relation_shared_customer', { firm: tiedName(at) }));
    if (tie.source === at && next.source === at) found.push(label('relation_shared_supplier', { firm: tiedName(at) }));
  }
  return found;
}

/** Firms to choose from: those of the lists that are tied to anybody, in the order of the lists, then all others. */
function tiedFirms() {
  const listed = [];
  const add = (id) => { if (ties.has(id) && firmOf.has(id) && !listed.includes(id)) listed.push(id); };
  for (const row of data.targets) if (rowPasses(row)) add(row.firm);
  const targets = listed.slice();
  for (const row of data.leaders) add(row.firm);
  for (const firm of data.firms) if (firm.local) add(firm.id);
  return { targets, others: listed.slice(targets.length) };
}

function startRelations() {
  collectTies();
  const { targets, others } = tiedFirms();
  const near = new Set(data.leaders.flatMap((row) => [...reached(row.firm).keys()])); // a way out is a way back
  state.relation = state.relation || { firm: targets.find((id) => near.has(id)) || targets[0] || others[0] || data.firms.find((firm) => ties.has(firm.id)).id, opened: [] };
}

/** Show the routes of a firm, and put that into the address. */
function relate(id) {
  change({ relation: { firm: id, opened: [] } });
  history.replaceState(null, '', `#relations/${encodeURIComponent(id)}`);
}

function renderRelations(root) {
  if (!ties.size) startRelations();
  const button = (id, act) => el('button', { type: 'button', id, 'aria-label': label(id.replace('-', '_')), title: label(id.replace('-', '_')), onclick: act }, { 'zoom-in': '+', 'zoom-out': '−', 'zoom-fit': '⤢' }[id]);
  const zoom = (factor) => drawing.zoom({ level: drawing.zoom() * factor, renderedPosition: { x: drawing.width() / 2, y: drawing.height() / 2 } });
  replace(
    root,
    el('div', { class: 'relation-tools' }, el('label', null, el('span', null, label('relation_firm')), el('select', { id: 'relation-firm', onchange: (event) => relate(event.target.value) })), el('div', { class: 'zoom' }, button('zoom-in', () => zoom(1.25)), button('zoom-out', () => zoom(0.8)), button('zoom-fit', () => drawing.fit(undefined, 24)))),
    el('div', { class: 'relation-parts' }, el('div', { id: 'relation-graph', role: 'img' }), el('div', { id: 'relation-words' })),
    // Cytoscape would add a style element of its own, which the policy of this page refuses, unless it finds this id.
    el('span', { id: '__________cytoscape_stylesheet', hidden: true }),
  );
  fillRelations();
  drawRelations();
}

function fillRelations() {
  const { targets, others } = tiedFirms();
  const chosen = state.relation.firm;
  const line = (id) => el('option', { value: id, selected: id === chosen }, local(firmOf.get(id).name));
  const rest = targets.includes(chosen) || others.includes(chosen) ? others : [chosen, ...others];
  replace(document.getElementById('relation-firm'), targets.length ? el('optgroup', { label: label('relation_targets') }, targets.map(line)) : null, el('optgroup', { label: label('relation_others') }, rest.map(line)));
}

/** What is on the screen: firms with their distance from the chosen one, and the ties between them. */
function shownRelations() {
  const { firm, opened } = state.relation;
  const routes = routesOf(firm);
  const shown = new Set([firm]);
  const lit = new Set();
  for (const route of routes) {
    for (const tie of route.steps) {
      shown.add(tie.source).add(tie.target);
      lit.add(tie.key);
    }
  }
  for (const id of opened) for (const other of hiddenTies(id, shown)) shown.add(other);
  const held = new Map();
  for (const id of shown) for (const tie of ties.get(id) || []) if (shown.has(tie.source) && shown.has(tie.target)) held.set(tie.key, tie);
  return { routes, lit, firms: depths(firm, shown), ties: [...held.values()] };
}

/** Firms tied to one that are not shown yet, local ones first. */
function hiddenTies(id, shown) {
  const others = [...new Set((ties.get(id) || []).map((tie) => otherEnd(tie, id)))].filter((other) => !shown.has(other));
  return [...others.filter(isLocal), ...others.filter((other) => !isLocal(other))].slice(0, FAN);
}

function depths(from, shown) {
  const found = new Map([[from, 0]]);
  const queue = [from];
  while (queue.length) {
    const id = queue.shift();
    for (const tie of ties.get(id) || []) {
      const other = otherEnd(tie, id);
      if (!shown.has(other) || found.has(other)) continue;
      found.set(other, found.get(id) + 1);
      queue.push(other);
    }
  }
  return found;
}

/** A place for every firm: in columns by its distance, in each column near the middle of those it is tied to. */
function relationPlaces(firms, held, root) {
  const columns = [];
  for (const [id, depth] of firms) (columns[depth] = columns[depth] || []).push(id);
  const upright = window.innerWidth <= 760;
  const place = new Map();
  columns.forEach((column, depth) => {
    const mean = (id) => {
      const before = held.filter((tie) => tie.source === id || tie.target === id).map((tie) => place.get(otherEnd(tie, id))).filter(Boolean);
      return before.length ? before.reduce((sum, at) => sum + at.across, 0) / before.length : 0;
    };
    const means = new Map(column.map((id) => [id, mean(id)]));
    column.sort((a, b) => means.get(a) - means.get(b) || (a < b ? -1 : 1));
    column.forEach((id, index) => place.set(id, { depth, across: index - (column.length - 1) / 2 }));
  });
  // Across the columns as much room as the frame leaves at the scale that their width asks for.
  const scale = root.clientWidth / (columns.length * STEP_WIDE);
  const rows = Math.max(...columns.map((column) => column.length));
  const high = Math.min(170, Math.max(92, root.clientHeight / scale / (rows + 0.4)));
  const spot = (at) => (upright ? { x: at.across * 176, y: at.depth * 130 } : { x: at.depth * STEP_WIDE, y: at.across * high });
  return new Map([...place].map(([id, at]) => [id, spot(at)]));
}

function relationKind(id) {
  if (data.leaders.some((row) => row.firm === id)) return 'leader';
  if (isLocal(id)) return 'local';
  return data.targets.some((row) => row.firm === id) ? 'target' : 'other';
}

const RELATION_STYLE = [
  { selector: 'node', style: { shape: 'round-rectangle', width: 148, height: 42, 'background-color': '#ffffff', 'border-width': 1.5, 'border-color': '#8496a8', label: 'data(name)', 'font-size': 15, color: '#1c2733', 'text-valign': 'center', 'text-wrap': 'wrap', 'text-max-width': 140, 'text-overflow-wrap': 'anywhere', 'font-family': 'PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif' } },
  { selector: 'node.other', style: { 'border-style': 'dashed' } },
  { selector: 'node.local', style: { 'background-color': '#e3eef7', 'border-color': '#2b6a9b' } },
  { selector: 'node.leader', style: { 'background-color': '#2b6a9b', 'border-color': '#123f66', color: '#ffffff' } },
  { selector: 'node.target', style: { 'border-color': '#9a2c22' } },
  { selector: 'node.chosen', style: { 'background-color': '#9a2c22', 'border-color': '#9a2c22', color: '#ffffff' } },
  { selector: 'edge', style: { width: 1.4, 'line-color': '#9fb0c0', 'target-arrow-color': '#9fb0c0', 'target-arrow-shape': 'triangle', 'curve-style': 'bezier', label: 'data(words)', 'font-size': 13, color: '#3a4754', 'text-wrap': 'wrap', 'text-overflow-wrap': 'anywhere', 'text-max-width': 92, 'text-background-color': '#ffffff', 'text-background-opacity': 0.92, 'text-background-padding': 2, 'font-family': 'PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif' } },
  { selector: 'edge.unsure', style: { 'line-style': 'dashed' } },
  { selector: 'edge.lit', style: { width: 2.6, 'line-color': '#17395c', 'target-arrow-color': '#17395c' } },
];

function drawRelations() {
  const view = shownRelations();
  const root = document.getElementById('relation-graph');
  const place = relationPlaces(view.firms, view.ties, root);
  const kind = (id) => `${relationKind(id)}${id === state.relation.firm ? ' chosen' : ''}`;
  const nodes = [...view.firms.keys()].map((id) => ({ data: { id: `firm ${id}`, firm: id, name: tiedName(id) }, classes: kind(id), position: place.get(id) }));
  const pairs = new Map(); // ties between the same two firms are one arrow, so that words do not lie on words
  for (const tie of view.ties) {
    const key = JSON.stringify([tie.source, tie.target]);
    pairs.set(key, [...(pairs.get(key) || []), tie]);
  }
  const edges = [...pairs].map(([key, held]) => {
    const kinds = [...new Set(held.map((tie) => caption('link', tie.kind)))].join(label('comma'));
    const product = (held.map((tie) => tie.product).find(Boolean) || '').replace(/[(\uff08].*$/, ''); // what stands in brackets is told in the words
    const classes = [held.some((tie) => view.lit.has(tie.key)) ? 'lit' : '', held.every((tie) => tie.confidence === 'unsure') ? 'unsure' : ''].join(' ');
    return { data: { id: `tie ${key}`, source: `firm ${held[0].source}`, target: `firm ${held[0].target}`, words: [kinds, product ? short(product, 12) : ''].filter(Boolean).join('\n') }, classes };
  });
  if (drawing) drawing.destroy();
  const fine = window.matchMedia('(pointer: fine)').matches; // a finger scrolls the page
  drawing = cytoscape({ container: root, elements: [...nodes, ...edges], style: RELATION_STYLE, layout: { name: 'preset', fit: true, padding: 24 }, minZoom: 0.2, maxZoom: 2, userZoomingEnabled: false, userPanningEnabled: fine, autoungrabify: !fine, boxSelectionEnabled: false });
  if (drawing.zoom() > 1.1) { drawing.zoom(1.1); drawing.center(); }
  drawing.on('tap', 'node', (event) => openTies(event.target.data('firm')));
  root.setAttribute('aria-label', label('relation_picture', { firm: tiedName(state.relation.firm), n: view.firms.size, ties: view.ties.length }));
  replace(document.getElementById('relation-words'), relationWords(view));
}

/** Open a firm to those it is tied to, or close it again. */
function openTies(id) {
  const { firm, opened } = state.relation;
  change({ relation: { firm, opened: opened.includes(id) ? opened.filter((other) => other !== id) : [...opened, id] } });
}

/** The same in words: every route step by step, then every firm with a button to open it. */
function relationWords(view) {
  const shown = new Set(view.firms.keys());
  const named = (id) => (firmOf.has(id) ? firmButton(id) : el('span', { class: 'name' }, tiedName(id)));
  const step = (tie) => el('li', null, named(tie.source), el('span', { class: 'link-kind' }, caption('link', tie.kind)), named(tie.target), tie.product ? el('span', { class: 'what' }, tie.product) : null, el('p', { class: 'note' }, provenance({ source: tie.source_text, as_of: tie.as_of, confidence: tie.confidence })));
  const opener = (id) => {
    const held = state.relation.opened.includes(id);
    const count = hiddenTies(id, shown).length;
    if (!held && !count) return null;
    return el('button', { type: 'button', class: 'open-ties', 'data-open': id, 'aria-expanded': String(held), onclick: () => { openTies(id); refocus(id); } }, held ? label('ties_close') : label('ties_open', { n: count }));
  };
  return [
    view.routes.length ? null : el('p', { class: 'empty' }, label('relation_no_route')),
    view.routes.map((route) => [heading(3, label(route.leader ? 'relation_to_leader' : 'relation_to_local', { firm: tiedName(route.goal), n: route.steps.length })), el('ol', { class: 'route' }, route.steps.map(step)), sentences(sharedEnds(state.relation.firm, route.steps))]),
    heading(3, label('relation_shown')),
    el('ul', { class: 'tied' }, [...view.firms.keys()].map((id) => el('li', null, badge(label(`relation_${relationKind(id)}`), relationKind(id)), named(id), opener(id)))),
  ];
}

function refocus(id) {
  const button = [...document.querySelectorAll('.open-ties')].find((other) => other.dataset.open === id);
  if (button) button.focus({ preventScroll: true });
}
