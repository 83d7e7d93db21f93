// The panorama: lanes of segment cards, feeds drawn as curves behind them, neighbours lit on hover, focus and selection.

const CARD_FIRMS = 3;
const CARD_TARGETS = 3;
const PORT_GAP = 9; // pixels between curves that leave or enter one card
const MANY = 300; // above so many cards all are of one height, and each is filled when the reader comes near it
const cards = new Map(); // segment id -> card element
const curves = []; // {from, to, path}
const hollow = new Set(); // ids of cards that bear their name only, so far
let watch = null; // who sees them come near
let drawnFor = null; // the filters that the targets on the cards were drawn for
let lit = { cards: new Map(), curves: new Set() }; // what stands out now: class by segment id, and curves

function renderPanorama(root) {
  cards.clear();
  lit = { cards: new Map(), curves: new Set() };
  const many = data.segments.length > MANY;
  root.classList.toggle('many', many);
  const lanes = data.lanes.map((lane) => {
    const size = lane.columns.reduce((sum, column) => sum + column.length, 0);
    const node = el(
      'section',
      { class: 'lane', 'aria-labelledby': `lane-${lane.stage}` },
      el('h3', { id: `lane-${lane.stage}` }, caption('stage', lane.stage), el('span', { class: 'count' }, label('n_segments', { n: size }))),
      el(
        'div',
        { class: 'columns' },
        lane.columns.map((column) => el('ul', { class: 'column' }, column.map((id) => el('li', null, card(id))))),
      ),
    );
    node.style.flexGrow = lane.columns.length;
    return node;
  });
  const canvas = drawn('svg', { class: 'feeds', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' });
  replace(root, canvas, lanes);
  makeCurves(canvas);
  drawnFor = null; // the page calls updateCards next
  hollow.clear();
  if (watch) watch.disconnect();
  if (many) watchCards();
  else for (const id of cards.keys()) fillCard(id);
  light(null);
}

function card(id) {
  const segment = segmentOf.get(id);
  const node = el(
    'article',
    {
      class: `card state-${segment.state}`,
      id: `card-${id}`,
      onclick: (event) => {
        if (!event.target.closest('button')) open('segment', id);
      },
      onmouseenter: () => light(id),
      onmouseleave: () => light(null),
      onfocusin: () => light(id),
      onfocusout: () => light(null),
    },
    el('h4', null, segmentButton(id)),
  );
  cards.set(id, node);
  return node;
}

function fillCard(id) {
  const [node, segment] = [cards.get(id), segmentOf.get(id)];
  hollow.delete(id);
  add(node.firstChild, flags(segment));
  add(node, [el('p', { class: 'card-state' }, stateBadge(segment.state)), cardFirms(segment), el('div', { class: 'card-targets' })]);
}

/** Fill each card when it comes near what is seen. */
function watchCards() {
  watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watch.unobserve(entry.target);
      const id = entry.target.firstChild.id.slice('card-'.length);
      if (hollow.has(id)) fillCard(id);
      fillTargets(id);
    }
  }, { rootMargin: '900px' });
  for (const [id, node] of cards) {
    hollow.add(id);
    watch.observe(node.parentNode);
  }
}

/** Before all of it leaves the screen: for print, and for a picture. */
function fillCards() {
  for (const id of [...hollow]) {
    fillCard(id);
    fillTargets(id);
  }
}

function flags(segment) {
  return [
    segment.high_value ? badge(caption('flag', 'high_value'), 'value') : null,
    segment.chokepoint ? badge(caption('flag', 'chokepoint'), 'choke') : null,
  ];
}

/** Local firms that make it here, then, apart and by why they are, those that may. */
function cardFirms(segment) {
  const told = segment.firms || [];
  const line = (roles, key, kind) => {
    if (!roles.length) return null;
    const more = roles.length - CARD_FIRMS;
    return el(
      'div',
      { class: `card-firms ${kind}` },
      el('span', { class: 'key' }, key),
      el('p', null, roles.slice(0, CARD_FIRMS).map((role) => firmButton(role.firm, 'chip')), more > 0 ? el('span', { class: 'more' }, label('n_more', { n: more })) : null),
    );
  };
  const beside = told.filter((role) => role.standing === 2);
  const words = [...new Set(beside.map(besideWord))];
  return [
    line(told.filter((role) => role.standing === 1), label('local'), 'here'),
    ...words.map((word) => line(beside.filter((role) => besideWord(role) === word), word, 'beside')),
  ];
}

/** Everything that changes with filters: targets on the cards, cards that fall out. Says how many cards are left. */
function updateCards() {
  const asked = JSON.stringify([state.lang, ...TARGET_FILTERS.map((name) => state.filters[name])]);
  const again = asked !== drawnFor;
  drawnFor = asked;
  let shown = 0;
  for (const [id, node] of cards) {
    const out = !segmentPasses(segmentOf.get(id));
    node.classList.toggle('is-out', out);
    node.parentNode.classList.toggle('is-out', out);
    if (!out) shown += 1;
    if (again && !hollow.has(id)) fillTargets(id);
  }
  for (const curve of curves) {
    const out = [curve.from, curve.to].some((id) => cards.get(id).classList.contains('is-out'));
    curve.path.classList.toggle('is-out', out);
  }
  if (again) placeCurves();
  return shown;
}

function fillTargets(id) {
  replace(cards.get(id).lastChild, cardTargets(targetsOf(id).filter(targetPasses)));
}

function cardTargets(rows) {
  if (!rows.length) return [];
  const line = (row) => el('li', null, firmButton(row.firm, 'target', row.segment), row.list === 'new' ? null : badge(caption('candidate', row.list), 'list'));
  const more = rows.length - CARD_TARGETS;
  return [
    el('p', { class: 'key' }, label('targets')),
    el('ol', null, rows.slice(0, CARD_TARGETS).map(line)),
    more > 0 ? el('p', { class: 'more' }, label('n_more_targets', { n: more })) : null,
  ];
}

function makeCurves(canvas) {
  curves.length = 0;
  canvas.appendChild(
    drawn(
      'defs',
      null,
      drawn(
        'marker',
        { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
        drawn('path', { d: 'M0.5 0.8 7.5 4 0.5 7.2 Z', class: 'arrow' }),
      ),
    ),
  );
  for (const [from, to] of data.feeds) {
    const path = drawn('path', { class: 'feed', 'marker-end': 'url(#arrow)' });
    curves.push({ from, to, path });
    canvas.appendChild(path);
  }
}

/** Reads all places first, then draws: one layout, however many curves. */
function placeCurves() {
  const canvas = document.querySelector('svg.feeds');
  if (!canvas || !curves.length || getComputedStyle(canvas).display === 'none') return;
  const box = canvas.parentNode.getBoundingClientRect();
  canvas.setAttribute('viewBox', `0 0 ${Math.max(1, box.width)} ${Math.max(1, box.height)}`);
  const place = new Map();
  for (const [id, node] of cards) {
    const rect = node.parentNode.getBoundingClientRect(); // as large as the card, and known without laying it out
    place.set(id, { left: rect.left - box.left, right: rect.right - box.left, middle: (rect.top + rect.bottom) / 2 - box.top, height: rect.height });
  }
  const leaving = ports(place, 'from', 'to');
  const entering = ports(place, 'to', 'from');
  for (const curve of curves) {
    curve.path.setAttribute('d', curveOf(place.get(curve.from), place.get(curve.to), leaving.get(curve), entering.get(curve), box.width));
  }
}

/** The height at which each curve meets its card: side by side, in the order of their other ends. */
function ports(place, own, other) {
  const heights = new Map();
  const byCard = new Map();
  for (const curve of curves) {
    if (!byCard.has(curve[own])) byCard.set(curve[own], []);
    byCard.get(curve[own]).push(curve);
  }
  for (const [id, held] of byCard) {
    const at = place.get(id);
    held.sort((a, b) => place.get(a[other]).middle - place.get(b[other]).middle);
    const gap = Math.min(PORT_GAP, (at.height * 0.6) / held.length);
    held.forEach((curve, index) => heights.set(curve, at.middle + (index - (held.length - 1) / 2) * gap));
  }
  return heights;
}

function curveOf(from, to, start, end, width) {
  if (Math.abs(from.left - to.left) < 20) {
    // In one column: a bow beside it; on its left where the page ends at its right.
    const last = from.right + 30 > width;
    const bow = Math.min(40, 20 + Math.abs(end - start) / 14) * (last ? -1 : 1);
    const [x1, x2] = last ? [from.left, to.left - 2] : [from.right, to.right + 2];
    return `M${x1} ${start} C${x1 + bow} ${start} ${x2 + bow} ${end} ${x2} ${end}`;
  }
  const forward = from.left < to.left;
  const [x1, x2] = forward ? [from.right, to.left - 2] : [from.left, to.right + 2];
  const pull = Math.max(26, Math.abs(x2 - x1) * 0.45) * (forward ? 1 : -1);
  return `M${x1} ${start} C${x1 + pull} ${start} ${x2 - pull} ${end} ${x2} ${end}`;
}

/** The segments that the selection speaks of: itself, or where a firm stands or is wanted. */
function selectedSegments() {
  if (!state.selected) return [];
  const { kind, id, segment } = state.selected;
  if (kind === 'segment') return [id];
  if (segment) return [segment];
  const wanted = data.targets.filter((row) => row.firm === id).map((row) => row.segment);
  const held = (firmOf.get(id).roles || []).map((role) => role.segment);
  return wanted.length ? wanted : held;
}

/** Light a segment with what feeds it and what it feeds; null goes back to what is selected. */
function light(id) {
  const chosen = new Set(id ? [id] : selectedSegments());
  const next = { cards: new Map(), curves: new Set() };
  for (const curve of curves) {
    if (!chosen.has(curve.from) && !chosen.has(curve.to)) continue;
    next.curves.add(curve.path);
    for (const end of [curve.from, curve.to]) next.cards.set(end, 'is-near');
  }
  for (const key of chosen) next.cards.set(key, 'is-chosen');
  // Only what changes is touched; the rest turns pale by one class above all of them, unless they are too many.
  for (const [key, kind] of lit.cards) if (next.cards.get(key) !== kind && cards.has(key)) cards.get(key).classList.remove(kind);
  for (const [key, kind] of next.cards) if (cards.has(key)) cards.get(key).classList.add(kind);
  for (const path of lit.curves) if (!next.curves.has(path)) path.classList.remove('is-lit');
  for (const path of next.curves) path.classList.add('is-lit');
  document.getElementById('lanes').classList.toggle('has-choice', chosen.size > 0 && cards.size <= MANY);
  lit = next;
}

/** Move the lanes aside so that the panel does not lie on the selected card. */
function makeRoom() {
  const lanes = document.getElementById('lanes');
  lanes.style.transform = '';
  const card = cards.get(selectedSegments()[0]);
  const panel = document.getElementById('panel');
  if (!card || panel.hidden) return;
  const [at, over] = [card.getBoundingClientRect(), panel.getBoundingClientRect()];
  const hidden = over.left > 0 ? at.right + 24 - over.left : 0; // a bottom sheet leaves the sides free
  if (hidden > 0) lanes.style.transform = `translateX(${-Math.min(hidden, at.left)}px)`;
}

const ACROSS = [1050, 655]; // what A4 landscape leaves for the lanes, in CSS pixels
const UPRIGHT = [703, 1015]; // what A4 portrait leaves for the first page

/** How small something must be made to fit, once it has been given the width that this leaves it. */
function fitted(node, page, name) {
  const fit = () => Math.min(1, page[0] / node.offsetWidth, page[1] / node.offsetHeight);
  node.style.removeProperty(`--${name}-wide`);
  for (let round = 0; round < 3; round += 1) node.style.setProperty(`--${name}-wide`, `${Math.round(page[0] / fit())}px`);
  node.style.setProperty(`--${name}-fit`, String(Math.floor(fit() * 1000) / 1000));
}

/** For print, lanes and the A4 block are laid out the same on every screen, then made as small as the page asks. */
function beforePrint() {
  fillCards();
  document.body.classList.add('printing');
  fitted(document.getElementById('brief'), UPRIGHT, 'sheet');
  fitted(document.getElementById('lanes'), ACROSS, 'lanes');
  placeCurves();
}

function afterPrint() {
  document.body.classList.remove('printing');
  placeCurves();
}

function startPanorama() {
  let waiting = 0;
  const redraw = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { placeCurves(); makeRoom(); });
  };
  window.addEventListener('resize', redraw);
  window.addEventListener('beforeprint', beforePrint);
  window.addEventListener('afterprint', afterPrint);
}
