// The panorama: lanes of segment cards, feeds drawn as curves behind them, neighbours lit on hover, focus and selection.

const CARD_FIRMS = 3;
const CARD_TARGETS = 3;
const PORT_GAP = 9; // pixels between curves that leave or enter one card
const cards = new Map(); // segment id -> card element
const curves = []; // {from, to, path}

function renderPanorama(root) {
  cards.clear();
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
  const canvas = drawn('svg', { class: 'feeds', 'aria-hidden': 'true', focusable: 'false' });
  replace(root, canvas, lanes);
  makeCurves(canvas);
  placeCurves();
  updateCards();
  light(state.selected && state.selected.kind === 'segment' ? state.selected.id : null);
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
    el('h4', null, segmentButton(id), flags(segment)),
    el('p', { class: 'card-state' }, stateBadge(segment.state)),
    cardFirms(segment),
    el('div', { class: 'card-targets' }),
  );
  cards.set(id, node);
  return node;
}

function flags(segment) {
  return [
    segment.high_value ? badge(caption('flag', 'high_value'), 'value') : null,
    segment.chokepoint ? badge(caption('flag', 'chokepoint'), 'choke') : null,
  ];
}

/** Local firms that make it here, then, apart, those whose group can. */
function cardFirms(segment) {
  const here = (segment.firms || []).filter((role) => role.standing === 1);
  const beside = (segment.firms || []).filter((role) => role.standing === 2);
  const names = (roles) => roles.slice(0, CARD_FIRMS).map((role) => firmButton(role.firm, 'chip'));
  const more = (roles) => (roles.length > CARD_FIRMS ? el('span', { class: 'more' }, label('n_more', { n: roles.length - CARD_FIRMS })) : null);
  return [
    here.length ? el('p', { class: 'card-firms' }, el('span', { class: 'key' }, label('local')), names(here), more(here)) : null,
    beside.length
      ? el('p', { class: 'card-firms beside' }, el('span', { class: 'key' }, label('group_can')), names(beside), more(beside))
      : null,
  ];
}

/** Everything that changes with filters: targets on the cards, cards that fall out. */
function updateCards() {
  let shown = 0;
  for (const [id, node] of cards) {
    const out = !segmentPasses(segmentOf.get(id));
    node.classList.toggle('is-out', out);
    node.parentNode.classList.toggle('is-out', out);
    if (!out) shown += 1;
    const found = targetsOf(id).filter(targetPasses);
    replace(
      node.querySelector('.card-targets'),
      found.length ? el('p', { class: 'key' }, label('targets')) : null,
      found.length
        ? el(
            'ol',
            null,
            found.slice(0, CARD_TARGETS).map((row) =>
              el('li', null, firmButton(row.firm, 'target'), row.list === 'new' ? null : badge(caption('candidate', row.list), 'list')),
            ),
          )
        : null,
      found.length > CARD_TARGETS ? el('p', { class: 'more' }, label('n_more_targets', { n: found.length - CARD_TARGETS })) : null,
    );
  }
  for (const curve of curves) {
    const out = [curve.from, curve.to].some((id) => cards.get(id).classList.contains('is-out'));
    curve.path.classList.toggle('is-out', out);
  }
  placeCurves();
  return shown;
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
    const rect = node.getBoundingClientRect();
    place.set(id, { left: rect.left - box.left, right: rect.right - box.left, middle: (rect.top + rect.bottom) / 2 - box.top, height: rect.height });
  }
  const leaving = ports(place, 'from', 'to');
  const entering = ports(place, 'to', 'from');
  for (const curve of curves) {
    curve.path.setAttribute('d', curveOf(place.get(curve.from), place.get(curve.to), leaving.get(curve), entering.get(curve)));
  }
}

/** The height at which each curve meets its card: side by side, in the order of their other ends. */
function ports(place, own, other) {
  const heights = new Map();
  const byCard = new Map();
  for (const curve of curves) byCard.set(curve[own], [...(byCard.get(curve[own]) || []), curve]);
  for (const [id, held] of byCard) {
    const at = place.get(id);
    held.sort((a, b) => place.get(a[other]).middle - place.get(b[other]).middle);
    const gap = Math.min(PORT_GAP, (at.height * 0.6) / held.length);
    held.forEach((curve, index) => heights.set(curve, at.middle + (index - (held.length - 1) / 2) * gap));
  }
  return heights;
}

function curveOf(from, to, start, end) {
  if (Math.abs(from.left - to.left) < 20) {
    const bow = Math.min(46, 22 + Math.abs(end - start) / 12); // in one column: a bow on its right
    return `M${from.right} ${start} C${from.right + bow} ${start} ${to.right + bow} ${end} ${to.right + 2} ${end}`;
  }
  const forward = from.left < to.left;
  const [x1, x2] = forward ? [from.right, to.left - 2] : [from.left, to.right + 2];
  const pull = Math.max(26, Math.abs(x2 - x1) * 0.45) * (forward ? 1 : -1);
  return `M${x1} ${start} C${x1 + pull} ${start} ${x2 - pull} ${end} ${x2} ${end}`;
}

/** Light a segment with what feeds it and what it feeds; null goes back to the selected one. */
function light(id) {
  const chosen = id || (state.selected && state.selected.kind === 'segment' ? state.selected.id : null);
  const near = new Set(chosen ? [chosen] : []);
  for (const curve of curves) {
    const into = chosen === curve.to;
    const out = chosen === curve.from;
    curve.path.classList.toggle('is-lit', into || out);
    curve.path.classList.toggle('is-pale', Boolean(chosen) && !into && !out);
    if (into) near.add(curve.from);
    if (out) near.add(curve.to);
  }
  for (const [key, node] of cards) {
    node.classList.toggle('is-chosen', key === chosen);
    node.classList.toggle('is-near', key !== chosen && near.has(key));
    node.classList.toggle('is-pale', Boolean(chosen) && !near.has(key));
  }
}

function startPanorama() {
  let waiting = 0;
  const redraw = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(placeCurves);
  };
  window.addEventListener('resize', redraw);
  window.addEventListener('beforeprint', placeCurves);
  window.addEventListener('afterprint', redraw);
}
