// The panorama as a picture: an SVG written from what the page shows, and a PNG made of it. No library, no request.

const PICTURE_WIDE = 1376;
const PICTURE_HEAD = 56;
const PICTURE_EDGE = 24;
const PIXELS = 60e6; // more than this no browser paints

function exportButtons() {
  return [
    el('button', { type: 'button', id: 'save-svg', onclick: () => save(new Blob([panoramaSvg()], { type: 'image/svg+xml' }), 'svg') }, label('save_svg')),
    el('button', { type: 'button', id: 'save-png', onclick: savePng }, label('save_png')),
  ];
}

function renderExport(root) {
  replace(root, exportButtons());
}

function save(blob, suffix) {
  const address = URL.createObjectURL(blob);
  const name = `${data.chain.id}${data.as_of ? `-${data.as_of}` : ''}.${suffix}`;
  const anchor = el('a', { href: address, download: name, hidden: true });
  document.body.appendChild(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  announce(label('saved', { name }));
}

function savePng() {
  const picture = new Image();
  picture.onload = () => {
    const scale = Math.min(2, Math.sqrt(PIXELS / (picture.width * picture.height)));
    const canvas = el('canvas', { width: Math.floor(picture.width * scale), height: Math.floor(picture.height * scale) });
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => (blob ? save(blob, 'png') : announce(label('not_saved'))), 'image/png');
  };
  picture.onerror = () => announce(label('not_saved'));
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(panoramaSvg())}`;
}

/** The panorama as SVG text, laid out as for print, without a selection; filters hold. */
function panoramaSvg() {
  const lanes = document.getElementById('lanes');
  const { selected } = state;
  fillCards();
  state.selected = null; // nobody is told: the picture shows no selection, the page keeps it
  document.body.classList.add('printing');
  lanes.style.setProperty('--lanes-wide', `${PICTURE_WIDE}px`);
  placeCurves();
  light(null);
  try {
    return new XMLSerializer().serializeToString(pictureOf(lanes));
  } finally {
    state.selected = selected;
    lanes.style.removeProperty('--lanes-wide');
    document.body.classList.remove('printing');
    placeCurves();
    light(null);
  }
}

function pictureOf(lanes) {
  const box = lanes.getBoundingClientRect();
  const [wide, high] = [Math.ceil(box.width) + 2 * PICTURE_EDGE, Math.ceil(box.height) + PICTURE_HEAD + 2 * PICTURE_EDGE + 14];
  const family = getComputedStyle(document.body).fontFamily;
  const root = drawn('svg', { xmlns: 'http://www.w3.org/2000/svg', width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, 'font-family': family });
  const title = label('chain_title', { chain: local(data.chain.name) });
  const told = [placed(data.region), [label('data_date'), data.day[state.lang]].join(' '), state.filters && filtering() ? document.getElementById('filter-count').textContent : ''];
  const body = drawn('g', { transform: `translate(${PICTURE_EDGE} ${PICTURE_HEAD + PICTURE_EDGE})` });
  add(root, [
    drawn('title', null, title),
    drawn('rect', { width: wide, height: high, fill: '#f1f4f7' }),
    drawn('text', { x: PICTURE_EDGE, y: 40, 'font-size': 24, 'font-weight': 600, fill: '#17395c' }, title),
    drawn('text', { x: PICTURE_EDGE, y: 63, 'font-size': 13, fill: '#53606d' }, told.filter(Boolean).join(' · ')),
    drawn('text', { x: PICTURE_EDGE, y: high - 12, 'font-size': 11.5, fill: '#53606d' }, label('caution')),
    body,
  ]);
  pictureCurves(body);
  for (const node of lanes.querySelectorAll('.lane h3, .card, .card *')) {
    if (node.closest('svg') || (node.closest('.is-out') && !node.classList.contains('card'))) continue;
    pictureBox(body, node, box);
  }
  for (const sign of lanes.querySelectorAll('.card:not(.is-out) svg.sign')) pictureSign(body, sign, box);
  pictureWords(body, lanes, box);
  return root;
}

function pictureCurves(body) {
  const arrow = drawn('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' }, drawn('path', { d: 'M0.5 0.8 7.5 4 0.5 7.2 Z', fill: '#6d8499' }));
  add(body, [drawn('defs', null, arrow)]);
  for (const { path } of curves) {
    if (path.classList.contains('is-out') || !path.getAttribute('d')) continue;
    add(body, [drawn('path', { d: path.getAttribute('d'), fill: 'none', stroke: '#8aa0b6', 'stroke-width': 1.5, 'marker-end': 'url(#arrow)' })]);
  }
}

/** Ground and border of an element, and the stripe of a card in the colour of its state. */
function pictureBox(body, node, box) {
  const style = getComputedStyle(node);
  const at = node.getBoundingClientRect();
  if (!at.width || !at.height) return;
  const [x, y] = [at.left - box.left, at.top - box.top];
  const line = (side) => parseFloat(style[`border${side}Width`]);
  const filled = !/, 0\)$|transparent/.test(style.backgroundColor);
  const framed = line('Top') && line('Left');
  if (filled || framed) {
    const broken = style.borderTopStyle === 'dashed' ? { 'stroke-dasharray': '3 2' } : {};
    add(body, [drawn('rect', { x: x + 0.5, y: y + 0.5, width: Math.max(0, at.width - 1), height: Math.max(0, at.height - 1), rx: parseFloat(style.borderTopLeftRadius) || 0, fill: filled ? style.backgroundColor : 'none', stroke: framed ? style.borderTopColor : 'none', ...broken })]);
  } else {
    for (const [side, height] of [['Top', y], ['Bottom', y + at.height]]) {
      if (line(side)) add(body, [drawn('path', { d: `M${x} ${height} H${x + at.width}`, stroke: style[`border${side}Color`], 'stroke-width': line(side) })]);
    }
  }
  if (node.classList.contains('card') && !node.classList.contains('is-out')) {
    add(body, [drawn('rect', { x, y, width: 6, height: at.height, fill: style.getPropertyValue('--state').trim() || '#6c7480' })]);
  }
}

function pictureSign(body, sign, box) {
  const at = sign.getBoundingClientRect();
  const copy = drawn('svg', { x: at.left - box.left, y: at.top - box.top, width: at.width, height: at.height, viewBox: '0 0 16 16' });
  for (const shape of sign.children) {
    const held = shape.cloneNode(false);
    const style = getComputedStyle(shape);
    held.removeAttribute('class');
    held.setAttribute('fill', style.fill);
    held.setAttribute('stroke', style.stroke);
    copy.appendChild(held);
  }
  body.appendChild(copy);
}

function pictureWords(body, lanes, box) {
  const walker = document.createTreeWalker(lanes, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('.is-out, svg')) continue;
    for (const line of linesOf(node)) pictureLine(body, parent, line, box);
  }
  for (const list of lanes.querySelectorAll('.card:not(.is-out) .card-targets ol')) {
    [...list.children].forEach((item, index) => {
      const at = item.getBoundingClientRect();
      add(body, [drawn('text', { x: at.left - box.left, y: (at.top + at.bottom) / 2 - box.top + 4.3, 'font-size': 12, 'font-weight': 600, fill: '#9a2c22' }, index + 1)]);
    });
  }
}

function pictureLine(body, parent, line, box) {
  const style = getComputedStyle(parent);
  const size = parseFloat(style.fontSize);
  const attributes = { x: line.left - box.left, y: (line.top + line.bottom) / 2 - box.top + size * 0.36, 'font-size': size, fill: style.color };
  if (Number(style.fontWeight) > 500) attributes['font-weight'] = style.fontWeight;
  if (parent.closest('h3') && parseFloat(style.letterSpacing)) attributes['letter-spacing'] = style.letterSpacing;
  add(body, [drawn('text', attributes, line.words)]);
}

/** The lines of a text as they stand: broken where the page breaks them, cut where it cuts them. */
function linesOf(node) {
  const holder = node.parentElement.closest('button, p, h3, span');
  const edge = holder.getBoundingClientRect();
  const range = document.createRange();
  const lines = [];
  const letters = [...node.textContent];
  let offset = 0;
  for (const letter of letters) {
    range.setStart(node, offset);
    range.setEnd(node, offset + letter.length);
    offset += letter.length;
    const at = range.getBoundingClientRect();
    if (!at.width || at.top > edge.bottom - 3) continue;
    const last = lines[lines.length - 1];
    const cut = at.right > edge.right + 2;
    if (last && Math.abs(last.top - at.top) < 4) {
      if (cut && !last.words.endsWith('…')) last.words = `${last.words.slice(0, -1)}…`;
      else if (!cut) last.words += letter;
    } else if (!cut) {
      lines.push({ words: letter, left: at.left, top: at.top, bottom: at.bottom });
    }
  }
  return lines;
}
