// What every page uses: the payload, the two languages, elements made without markup, links that are safe to follow.

const data = JSON.parse(document.getElementById('payload').textContent);
const state = {
  lang: firstLanguage(),
  selected: null, // {kind: 'segment' | 'firm', id}
  filters: { states: [], stage: '', tier: '', strategy: '', grade: '', confidence: '', source: '' },
};
const listeners = [];

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get('lang');
  return asked === 'zh' || asked === 'en' ? asked : data.lang === 'en' ? 'en' : 'zh';
}

// Texts that change with the language where they stand: [holder, key, Chinese, English].
const spoken = [];
const chineseOf = new Map();
const NOT_SPOKEN = new Set(['labels', 'codes', 'places', 'english', 'name', 'full', 'aliases', 'former_names', 'parent']);
collectSpoken(data, new Map(Object.entries(data.english)));
speak();

function collectSpoken(holder, words) {
  for (const [key, value] of Object.entries(holder)) {
    if (value === null || NOT_SPOKEN.has(key)) continue;
    if (typeof value === 'string' && words.has(value)) {
      spoken.push([holder, key, value, words.get(value)]);
      chineseOf.set(words.get(value), value);
    } else if (typeof value === 'object' && !('zh' in value)) {
      collectSpoken(value, words);
    }
  }
}

function speak() {
  for (const [holder, key, chinese, english] of spoken) holder[key] = state.lang === 'en' ? english : chinese;
}

/** A text in both languages, for a search. */
function bothWays(text) {
  return [text, data.english[text], chineseOf.get(text)].filter(Boolean);
}

/** Call a function after every change, with what changed. */
function subscribe(listener) {
  listeners.push(listener);
}

/** Change the state and tell everybody. */
function change(patch) {
  Object.assign(state, patch);
  if ('lang' in patch) speak();
  for (const listener of listeners) listener(patch);
}

/** A value of the payload in the language shown. */
function local(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object' && !Array.isArray(value) && 'zh' in value) return value[state.lang];
  return value;
}

/** The same as a list; a single value is a list of one. */
function items(value) {
  const held = local(value);
  return Array.isArray(held) ? held : held === '' ? [] : [held];
}

const placeNames = new Map(Object.entries(data.places)); // English names of places

/** The name of a place in the language shown. */
function placed(value) {
  const name = local(value);
  return (state.lang === 'en' && placeNames.get(name)) || name;
}

/** Several names of one place, given from the largest to the smallest, in the order of the language, none said twice. */
function placedAll(values) {
  const names = values.map(placed).filter((name, index, all) => name && all.indexOf(name) === index);
  return state.lang === 'en' ? names.reverse().join(', ') : names.join(' ');
}

/** Every text of a value, in all languages: what a search looks through. */
function everyText(value) {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(everyText);
  if (typeof value === 'object') return Object.values(value).flatMap(everyText);
  return [String(value)];
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

/** A sentence of the page's labels, its blanks filled. */
function label(key, values) {
  const sentence = data.labels[state.lang][key];
  return sentence === undefined ? key : filled(sentence, values);
}

/** The caption of a code: caption('state', 'thin'); the code itself where there is none. */
function caption(group, code) {
  const sentence = data.codes[state.lang][`${group}_${code}`];
  return sentence === undefined ? String(code) : sentence;
}

/** A list a firm is on, with its edition: global500(2022), unicorn(2023)? where the status was not checked. */
function tierCaption(tier) {
  const found = /^([^(?]+)(?:\(([^)]*)\))?(\?)?$/.exec(tier);
  if (!found) return tier;
  const edition = found[2] ? label('edition', { edition: found[2] }) : '';
  return caption('tier', found[1]) + edition + (found[3] ? label('unverified') : '');
}

function tierCode(tier) {
  return tier.split('(')[0].replace('?', '');
}

/** An element: el('p', {class: 'note', onclick: f}, 'text', child). Text never becomes markup. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function drawn(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, String(value));
  return add(node, children);
}

function replace(node, ...children) {
  node.textContent = '';
  return add(node, children);
}

/** A link when it leads to http or https, else plain text. */
function link(address, words) {
  let target = null;
  try {
    target = /^https?:\/\//i.test(address) ? new URL(address) : null;
  } catch (error) {
    target = null; // not an address: shown as text
  }
  if (!target || !/^https?:$/.test(target.protocol)) return el('span', null, words || address);
  const shown = words || target.hostname.replace(/^www\./, '');
  return el('a', { href: target.href, rel: 'noopener noreferrer', target: '_blank', title: address }, shown, ' ↗');
}

/** A text in which addresses are links. */
function linked(value) {
  const pieces = String(value).split(/(https?:\/\/[^\s<>"';,,;。()()]+)/i);
  return pieces.map((piece, index) => (index % 2 ? link(piece) : piece));
}

/** Where a row was read: source, date, and how sure it is. */
function provenance(row) {
  return el(
    'span',
    { class: 'provenance' },
    row.source ? linked(row.source) : label('no_source'),
    ' · ',
    row.as_of || label('no_date'),
    row.confidence ? [' ', confidence(row.confidence)] : null,
  );
}

function confidence(code) {
  return el('span', { class: `confidence confidence-${code}` }, caption('confidence', code));
}

/** A term and its value for a definition list. */
function fact(term, value) {
  return el('div', null, el('dt', null, term), el('dd', null, value));
}

function heading(level, words, attributes) {
  return el(`h${level}`, attributes, words);
}

function sentences(values, attributes) {
  return values.length ? el('ul', attributes || { class: 'sentences' }, values.map((value) => el('li', null, linked(value)))) : null;
}

/** A lift with as many digits as it bears. */
function digits(value) {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(value < 0.095 ? 2 : 1);
}

function times(value) {
  return label('times', { x: digits(value) });
}

/** Like `times`, with a band where there is one. */
function timesWithBand(row) {
  if (row.fit_lift === undefined) return label('no_basis');
  if (row.fit_low === undefined || row.fit_high === undefined) return times(row.fit_lift);
  return label('times_band', { x: times(row.fit_lift), low: digits(row.fit_low), high: digits(row.fit_high) });
}

const STATE_SHAPES = {
  missing: ['ring', 'cross'],
  none_known: ['ring'],
  unknown: ['dashed', 'mark'],
  thin: ['ring', 'third'],
  weak: ['ring', 'half'],
  present_unlisted: ['ring', 'lines'],
  present: ['disc'],
  normal: ['disc'],
  strong: ['disc', 'halo'],
};

/** The sign of a state: tells it by shape, so that colour is not needed. */
function stateSign(code) {
  const parts = {
    ring: () => drawn('circle', { cx: 8, cy: 8, r: 6, fill: 'none', 'stroke-width': 2 }),
    dashed: () => drawn('circle', { cx: 8, cy: 8, r: 6, fill: 'none', 'stroke-width': 2, 'stroke-dasharray': '2.4 2.3' }),
    cross: () => drawn('path', { d: 'M5.4 5.4 10.6 10.6 M10.6 5.4 5.4 10.6', 'stroke-width': 2 }),
    mark: () => drawn('circle', { cx: 8, cy: 8, r: 1.4, class: 'solid' }),
    third: () => drawn('path', { d: 'M8 8 V2 A6 6 0 0 1 13.2 11 Z', class: 'solid' }),
    half: () => drawn('path', { d: 'M8 2 A6 6 0 0 1 8 14 Z', class: 'solid' }),
    lines: () => drawn('path', { d: 'M4 6 H12 M3 8.5 H13 M4 11 H12', 'stroke-width': 1.4 }),
    disc: () => drawn('circle', { cx: 8, cy: 8, r: 6, class: 'solid', 'stroke-width': 2 }),
    halo: () => drawn('path', { d: 'M8 4 9.2 6.7 12 7 9.9 8.9 10.5 11.8 8 10.3 5.5 11.8 6.1 8.9 4 7 6.8 6.7 Z', class: 'hollow' }),
  };
  const shapes = (STATE_SHAPES[code] || ['dashed']).map((part) => parts[part]());
  return drawn('svg', { class: `sign state-${code}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' }, shapes);
}

function stateBadge(code) {
  return el('span', { class: `badge state-${code}` }, stateSign(code), caption('state', code));
}

function badge(words, kind) {
  return el('span', { class: `tag${kind ? ` tag-${kind}` : ''}` }, words);
}

/** Why a firm is beside and not among those that make it here, in the words of its row. */
function besideWord(role) {
  if (role.status === 'stopped' || (role.basis === 'site' && role.status)) return caption('status', role.status);
  if (role.basis === 'seat') return caption('basis', 'seat');
  return label(role.basis === 'site' ? 'not_shown' : 'group_can');
}

/** Say something to those who hear the page. */
function announce(words) {
  document.getElementById('announcer').textContent = words;
}

/** A button that turns the page into the other language. */
function languageSwitch(attributes) {
  const other = state.lang === 'zh' ? 'en' : 'zh';
  const told = { type: 'button', lang: other === 'zh' ? 'zh-CN' : 'en', onclick: () => change({ lang: other }) };
  return el('button', { ...told, ...attributes }, data.labels[other].language);
}

/** The bar at the top of every page. */
function masthead(title, subtitle, home) {
  document.documentElement.lang = state.lang === 'zh' ? 'zh-CN' : 'en';
  document.title = `${title} · ${label('product')}`;
  replace(
    document.getElementById('masthead'),
    el(
      'div',
      { class: 'masthead-inner' },
      el(
        'div',
        { class: 'masthead-words' },
        home ? el('a', { class: 'home', href: `index.html?lang=${state.lang}` }, `‹ ${label('all_chains')}`) : null,
        heading(1, title),
        el('p', { class: 'subtitle' }, subtitle),
      ),
      el(
        'div',
        { class: 'masthead-tools' },
        el('p', { class: 'date' }, label('data_date'), ' ', el('strong', null, data.day[state.lang])),
        el(
          'div',
          { class: 'buttons' },
          languageSwitch({ id: 'language' }),
          el('button', { type: 'button', id: 'print', onclick: () => window.print() }, label('print')),
        ),
      ),
    ),
  );
  document.querySelector('.skip').textContent = label('skip');
}

function startSkipLink() {
  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('content').focus();
  });
}
