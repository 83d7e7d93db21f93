// What changed since the former run; a tab of the lists, there only where a former run was found.

function changeCount() {
  return (data.changes.firms || []).length + (data.changes.states || []).length;
}

function changeTables() {
  const { firms, states, why } = data.changes;
  const name = (row) => (firmOf.has(row.firm) ? firmButton(row.firm) : el('span', { class: 'name' }, row.name));
  const told = (row, value) => {
    if (value === undefined) return label(row.kind === 'fit' ? 'no_basis' : 'change_not_listed');
    if (row.kind === 'fit') return times(value);
    if (row.kind === 'segment') return segmentOf.has(value) ? segmentButton(value) : value;
    return label('rank', { n: value });
  };
  const setting = (row, value) => (!value ? label('not_known') : row.name !== 'strategy' ? value : value === 'auto' ? label('change_auto') : caption('strategy', value));
  return [
    sentences([
      label('change_former', { date: data.changes.as_of || label('no_date'), version: data.changes.version || label('not_known') }),
      ...(why || []).map((row) => label('change_why', { name: label(`change_${row.name}`), was: setting(row, row.was), now: setting(row, row.now) })),
      ...(why || []).length || !changeCount() ? [] : [label('change_same_settings')],
      ...(why || []).length || changeCount() ? [] : [label('change_nothing')],
    ]),
    heading(3, label('change_states')),
    table(
      label('change_states'),
      [
        [label('head_segment'), 'wide', (row) => segmentButton(row.segment)],
        [label('head_was'), '', (row) => stateBadge(row.was)],
        [label('head_now'), '', (row) => stateBadge(row.now)],
      ],
      states || [],
      label('change_no_states'),
    ),
    heading(3, label('change_firms')),
    table(
      label('change_firms'),
      [
        [label('head_change'), '', (row) => label(`change_${row.kind}`)],
        [label('head_firm'), 'wide', name],
        [label('head_list'), '', (row) => caption('candidate', row.list)],
        [label('head_was'), '', (row) => told(row, row.was)],
        [label('head_now'), '', (row) => told(row, row.now)],
      ],
      firms || [],
      label('change_no_firms'),
    ),
  ];
}
