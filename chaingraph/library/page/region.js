// The region view: local firms, targets and their units by distance and bearing from the centre of the region.

const RINGS = [50, 150, 300, 1000]; // km
const DISC = 250; // radius of what is drawn to scale, in units of the drawing
const FARTHEST = 3600; // km at the edge of the disc
const NEAR = 15; // km up to which the scale is even; beyond it each doubling takes the same room
const BANDS = ['inside', '50', '150', '300', 'far', 'abroad', 'unknown'];
const MARKS = ['local', 'target', 'unit'];
const MARK_WIDTH = 11;

/** How far from the middle a distance is drawn: even close by, like a logarithm further out. */
function scaled(km) {
  return (DISC * Math.log(1 + Math.min(km, FARTHEST) / NEAR)) / Math.log(1 + FARTHEST / NEAR);
}

function around(radius, degrees) {
  const angle = ((degrees || 0) * Math.PI) / 180;
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}

function hasRegion() {
  return Boolean(data.view.places && data.view.places.length);
}

/** Who is shown: local firms in segments that pass the filters, targets that pass them, and the units of these. */
function regionFirms() {
  const { states, stage } = state.filters;
  const passes = (role) => {
    const segment = segmentOf.get(role.segment);
    return segment && (!states.length || states.includes(segment.state)) && (!stage || segment.stage === stage);
  };
  const targets = new Set(data.targets.filter(rowPasses).map((row) => row.firm));
  const locals = data.firms.filter((firm) => firm.local && !targets.has(firm.id) && (firm.roles || []).some(passes));
  return { locals: locals.map((firm) => firm.id), targets: [...targets] };
}

/** Places with who sits there: [{place, local, target, unit}], those without anybody left out; unknown ones last. */
function regionPlaces() {
  const held = new Map();
  const at = (number) => {
    const key = number === undefined ? -1 : number;
    if (!held.has(key)) held.set(key, { place: data.view.places[key] || null, local: [], target: [], unit: [] });
    return held.get(key);
  };
  const { locals, targets } = regionFirms();
  for (const id of locals) at(data.view.seats[id]).local.push(id);
  for (const id of targets) at(data.view.seats[id]).target.push(id);
  const wanted = new Set(targets);
  for (const unit of data.view.units) if (wanted.has(unit.firm)) at(unit.place).unit.push(unit);
  return [...held.keys()].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b)).map((key) => held.get(key));
}

function bandOf(place) {
  if (!place) return 'unknown';
  if (place.inside) return 'inside';
  if (place.country !== '中国') return 'abroad';
  return ['50', '150', '300'].find((km) => place.km <= Number(km)) || 'far';
}

function distanceWords(place) {
  const far = label(place.approximate ? 'km_about' : 'km', { n: place.km });
  return place.degrees === undefined ? far : `${label(`bearing_${Math.round(place.degrees / 45) % 8}`)} ${far}`;
}

function countWords(entry) {
  return MARKS.filter((kind) => entry[kind].length).map((kind) => label(`place_counts_${kind}`, { n: entry[kind].length })).join(' · ');
}

function renderRegion(root) {
  document.querySelector('[data-label=region_note]').textContent = label('region_note', { region: placed(data.region) });
  replace(root, el('div', { class: 'region-parts' }, el('div', { id: 'region-picture' }), el('div', { id: 'region-list', tabindex: '0', role: 'region', 'aria-label': label('region_view') })));
  fillRegion();
}

function fillRegion() {
  const entries = regionPlaces();
  replace(document.getElementById('region-picture'), regionPicture(entries.filter((entry) => entry.place)), regionLegend());
  replace(document.getElementById('region-list'), entries.length ? BANDS.map((band) => bandList(band, entries.filter((entry) => bandOf(entry.place) === band))) : el('p', { class: 'empty' }, label('region_none')));
}

function regionLegend() {
  const sign = (kind) => drawn('svg', { class: 'mark-sign', viewBox: '-8 -8 16 16', width: 16, height: 16, 'aria-hidden': 'true' }, mark(kind, 0, 0, 6));
  return el('p', { class: 'region-legend' }, MARKS.map((kind) => el('span', null, sign(kind), label(`region_${kind}`))), el('span', null, drawn('svg', { class: 'mark-sign', viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' }, drawn('path', { class: 'rim', d: 'M0 8 H16' })), label('region_abroad')));
}

/** Local firms are discs, targets rings, units diamonds: told apart without colour. */
function mark(kind, x, y, size) {
  if (kind === 'unit') return drawn('path', { class: 'mark mark-unit', d: `M${x} ${y - size} L${x + size} ${y} L${x} ${y + size} L${x - size} ${y} Z` });
  return drawn('circle', { class: `mark mark-${kind}`, cx: x, cy: y, r: size });
}

function regionPicture(entries) {
  const root = drawn('svg', { class: 'region-svg', viewBox: '-345 -315 690 630', role: 'img', 'aria-label': label('region_picture', { n: entries.length }) });
  add(root, [drawn('circle', { class: 'rim', r: DISC + 28 })]);
  for (const km of RINGS) {
    const radius = scaled(km);
    add(root, [drawn('circle', { class: 'ring', r: radius }), drawn('text', { class: 'ring-words', x: 3, y: -radius - 3 }, label('km', { n: km }))]);
  }
  add(root, [drawn('path', { class: 'ring', d: `M0 ${-DISC - 36} V${DISC + 36} M${-DISC - 36} 0 H${DISC + 36}` }), drawn('text', { class: 'north', x: 0, y: -DISC - 48 }, label('region_north')), drawn('path', { class: 'centre', d: 'M-5 0 H5 M0 -5 V5' })]);
  const spots = entries.map((entry) => ({ entry, at: spotOf(entry.place) }));
  spreadRim(spots);
  for (const { entry, at } of spots) add(root, [placeMarks(entry, at)]);
  add(root, placeWords(spots));
  return root;
}

function spotOf(place) {
  const abroad = bandOf(place) === 'abroad';
  const radius = abroad ? DISC + 28 : scaled(place.km);
  const [x, y] = around(radius, place.degrees);
  return { x, y, abroad };
}

/** Seats abroad that lie in one direction stand outward of one another. */
function spreadRim(spots) {
  const rim = spots.filter(({ at }) => at.abroad);
  rim.forEach(({ entry, at }, index) => {
    let level = 0;
    const near = (other) => Math.hypot(other.at.x - at.x, other.at.y - at.y) < 13;
    while (level < 4 && rim.slice(0, index).some(near)) {
      level += 1;
      [at.x, at.y] = around(DISC + 28 + (level % 2 ? 1 : -1) * Math.ceil(level / 2) * 13, entry.place.degrees);
    }
  });
}

function placeMarks(entry, at) {
  const kinds = MARKS.filter((kind) => entry[kind].length);
  const words = [placed(entry.place.name), distanceWords(entry.place), countWords(entry)].join(' · ');
  const marks = kinds.map((kind, index) => mark(kind, at.x + (index - (kinds.length - 1) / 2) * MARK_WIDTH, at.y, Math.min(13, 3.2 + 1.3 * Math.sqrt(entry[kind].length))));
  return drawn('g', { class: `spot${entry.place.approximate ? ' approximate' : ''}` }, drawn('title', null, words), marks);
}

/** Names of places, those with most firms first, wherever there is room. */
function placeWords(spots) {
  const size = window.innerWidth <= 600 ? 21 : 12; // a telephone shows the drawing at half its size
  const taken = spots.map(({ at }) => [at.x - 6, at.y - 6, at.x + 6, at.y + 6]);
  for (const km of RINGS) taken.push([0, -scaled(km) - 14, 46, -scaled(km)]);
  const order = spots.slice().sort((a, b) => sizeOf(b.entry) - sizeOf(a.entry));
  const written = [];
  for (const { entry, at } of order) {
    const name = placed(entry.place.name);
    const wide = [...name].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : 0.55) * size, 0);
    const reach = 7 + 1.3 * Math.sqrt(sizeOf(entry)) + (MARKS.filter((kind) => entry[kind].length).length - 1) * (MARK_WIDTH / 2);
    for (const [anchor, left, y] of [['start', at.x + reach, at.y + 4], ['end', at.x - reach - wide, at.y + 4], ['middle', at.x - wide / 2, at.y - reach], ['middle', at.x - wide / 2, at.y + reach + size * 0.66]]) {
      const box = [left, y - size * 0.85, left + wide, y + 2];
      if (Math.abs(left + wide / 2) + wide / 2 > 343 || taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
      taken.push(box);
      const x = { start: left, middle: left + wide / 2, end: left + wide }[anchor];
      written.push(drawn('text', { class: 'place-words', x, y, 'text-anchor': anchor, 'font-size': size }, name));
      break;
    }
  }
  return written;
}

function sizeOf(entry) {
  return MARKS.reduce((sum, kind) => sum + entry[kind].length, 0);
}

function bandList(band, entries) {
  if (!entries.length) return null;
  return [
    heading(3, [label(`band_${band}`), el('span', { class: 'count' }, countWords({ local: entries.flatMap((entry) => entry.local), target: entries.flatMap((entry) => entry.target), unit: entries.flatMap((entry) => entry.unit) }))]),
    entries.map((entry) => placeLine(entry)),
  ];
}

/** A place that opens to its firms; they are written when it is opened. */
function placeLine(entry) {
  const { place } = entry;
  const body = el('div', { class: 'place-firms' });
  const fill = (event) => {
    if (event.target.open && !body.firstChild) add(body, [placeFirms(entry)]);
  };
  const name = place ? [place.country === '中国' ? '' : `${placed(place.country)} `, placed(place.name)] : label('band_unknown');
  return el('details', { ontoggle: fill }, el('summary', null, el('span', { class: 'place-name' }, name), el('span', { class: 'place' }, place ? distanceWords(place) : ''), el('span', { class: 'note' }, countWords(entry))), body);
}

function placeFirms(entry) {
  const unit = (row) => el('li', null, badge(caption('site', row.kind)), firmButton(row.firm), entry.place ? null : el('span', { class: 'note' }, placed(row.region)));
  const firm = (kind) => (id) => el('li', null, badge(label(`relation_${kind}`), kind), firmButton(id), entry.place ? null : el('span', { class: 'note' }, place(id)));
  return el('ul', { class: 'tied' }, entry.target.map(firm('target')), entry.unit.map(unit), entry.local.map(firm('local')));
}
