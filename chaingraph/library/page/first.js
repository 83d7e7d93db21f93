// The first page: one card per chain, and the questions worth asking this week.

function renderCards(root) {
  const widest = Math.max(...data.cards.map((card) => card.total), 1);
  replace(root, data.cards.map((card) => el('li', null, chainCard(card, widest))));
}

function page(id) {
  return `${encodeURIComponent(id)}.html?lang=${state.lang}`;
}

function chainCard(card, widest) {
  return el(
    'article',
    { class: `chain-card class-${card.class}` },
    el('p', { class: 'eyebrow' }, [card.class ? caption('class', card.class) : '', card.strategy ? caption('strategy', card.strategy) : ''].filter(Boolean).join(' · ')),
    heading(3, el('a', { href: page(card.id) }, local(card.name))),
    el('p', { class: 'sum' }, label('card_sum', { n: card.total, makers: card.makers })),
    stateBar(card, widest),
    el(
      'dl',
      null,
      fact(label('card_leaders'), card.leaders.length ? firmLinks(card, card.leaders) : label('no_leaders')),
      fact(label('card_gaps'), card.gaps.length ? segmentLinks(card, card.gaps) : label('no_gaps')),
    ),
    heading(4, label(card.reserve ? 'card_reserve' : 'card_targets')),
    card.targets.length
      ? el(
          card.reserve ? 'ul' : 'ol',
          { class: 'card-top' },
          card.targets.map((row) => el('li', null, el('a', { href: `${page(card.id)}#${encodeURIComponent(row.id)}` }, el('bdi', null, local(row.name))), row.city ? el('span', { class: 'place' }, placed(row.city)) : null, row.segment ? el('p', { class: 'what' }, local(data.segments[row.segment])) : null)),
        )
      : el('p', { class: 'empty' }, label('no_visits')),
    el('p', { class: 'enter' }, el('a', { href: page(card.id) }, el('span', { class: 'unseen' }, local(card.name), ' '), label('enter', { n: card.listed }), ' ›')),
  );
}

function firmLinks(card, rows) {
  return rows.map((row, index) => [index ? label('comma') : '', el('a', { href: `${page(card.id)}#${encodeURIComponent(row.id)}` }, el('bdi', null, local(row.name)))]);
}

function segmentLinks(card, ids) {
  return ids.map((id, index) => [index ? label('comma') : '', el('a', { href: `${page(card.id)}#${encodeURIComponent(id)}` }, local(data.segments[id]))]);
}

/** How many segments are in which state: a bar as long as the chain, and the counts in words. */
function stateBar(card, widest) {
  const states = data.states.filter((code) => card.states[code]);
  const words = states.map((code) => label('state_count', { state: caption('state', code), n: card.states[code] }));
  let x = 0;
  const blocks = states.map((code) => {
    const width = (card.states[code] / widest) * 100;
    const block = drawn('rect', { x, y: 0, width: Math.max(width - 0.6, 0.4), height: 10, class: `block state-${code}` });
    x += width;
    return block;
  });
  return el(
    'div',
    { class: 'state-bar' },
    drawn('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', role: 'img', 'aria-label': words.join(label('comma')) }, blocks),
    el('ul', { class: 'state-counts' }, states.map((code) => el('li', { title: caption('state', code) }, stateSign(code), el('span', null, caption('state', code)), el('strong', null, card.states[code])))),
  );
}

function renderQuestions(root) {
  if (!data.questions.length) return replace(root, el('p', { class: 'empty' }, label('list_empty_questions')));
  const chainOf = new Map(data.chains.map((chain) => [chain.id, chain]));
  return replace(
    root,
    el(
      'ol',
      { class: 'week' },
      data.questions.map((row) =>
        el(
          'li',
          null,
          el('p', { class: 'eyebrow' }, chainOf.has(row.chain) ? local(chainOf.get(row.chain).name) : '', ' · ', el('a', { href: `${page(row.chain)}#${encodeURIComponent(row.segment)}` }, local(data.segments[row.segment]))),
          el('p', null, el('span', { class: 'key' }, label('ask', { whom: local(row.ask_whom) || label('whom_unknown') })), local(row.question)),
        ),
      ),
    ),
  );
}

function renderFirst() {
  masthead(label('index_title', { region: placed(data.region) }), label('index_subtitle', { n: data.cards.length }), false);
  for (const node of document.querySelectorAll('[data-label]')) node.textContent = label(node.dataset.label);
  replace(document.getElementById('summary'), summary());
  renderCards(document.getElementById('cards'));
  renderDue(document.getElementById('due-part'), document.getElementById('due'));
  renderQuestions(document.getElementById('questions'));
  renderMoves(document.getElementById('moves'));
  renderAges(document.getElementById('ages'));
  replace(document.getElementById('notes'), sentences([...data.notes, ...data.trust.map((row) => row.plain)].map(local)), el('p', null, label('caution')));
}

function summary() {
  const count = (pick) => data.cards.reduce((sum, card) => sum + pick(card), 0);
  const open = (card) => ['missing', 'none_known', 'unknown'].reduce((sum, code) => sum + (card.states[code] || 0), 0);
  return [
    [count((card) => card.total), 'sum_segments'],
    [count(open), 'sum_open'],
    [count((card) => card.listed), 'sum_targets'],
    [data.questions.length, 'sum_questions'],
  ].map(([n, key]) => el('div', null, el('dt', null, label(key)), el('dd', null, n.toLocaleString('en'))));
}

subscribe((patch) => { if ('lang' in patch) renderFirst(); });
startSkipLink();
renderFirst();
document.documentElement.dataset.ready = 'yes';
