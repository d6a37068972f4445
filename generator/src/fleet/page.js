'use strict';
const fleet = JSON.parse(document.querySelector('#fleet').textContent);
const at = selector => document.querySelector(selector);
const make = (name, content, properties = {}) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...[content].flat());
  return made;
};
const [ROUTER, NODE, ASSET, PROFILE, HEALTH, PILLAR, SALT, SAYS, HEARD, CHANGED, CODES, CELLS] = Array(12).keys();
const STEP = 100;
const tools = {q: at('#search'), health: at('#health'), profile: at('#profile'), finding: at('#finding')};
const problems = at('#problems');
const body = at('#nodes').tBodies[0];
const order = new Intl.Collator('en', {numeric: true});
const rows = fleet.rows.map((row, index) => ({
  row, index,
  text: [row[ROUTER], row[NODE], row[ASSET], fleet.profiles[row[PROFILE]] ?? '', fleet.healths[row[HEALTH]][0],
    row[PILLAR], row[SALT], row[SAYS], ...row[CODES].map(code => fleet.codes[code])].join(' ').toLowerCase(),
}));
const options = (select, names) => select.append(...names.map(name => make('option', name, {value: name})));
options(tools.health, fleet.healths.map(([name]) => name));
options(tools.profile, fleet.profiles);
options(tools.finding, [...fleet.codes].sort());

let found = rows;
let shown = 0;
let columns = [];
let sorted = null;

const count = (row, application) => row[CELLS].find(cell => cell[0] === application);
const keys = {
  Router: ({row}) => `${row[ROUTER]} ${row[NODE]}`, Node: ({row}) => row[NODE], Health: ({row}) => row[HEALTH],
  Pillar: ({row}) => row[PILLAR], Salt: ({row}) => row[SALT], Changed: ({row}) => row[CHANGED] ?? '',
  Findings: ({row}) => row[CODES].map(code => fleet.codes[code]).join(' '),
};

const details = row => {
  const pairs = [['Asset id', row[ASSET] || 'none'], ['Profile', fleet.profiles[row[PROFILE]] ?? 'none'],
    ['Pillar', row[PILLAR]], ['Salt', row[SALT]], ['Module', row[SAYS] || 'nothing'], ['Last heard', row[HEARD] ?? 'never'],
    ['Changed', row[CHANGED] ?? 'not recorded'],
    ['Findings', row[CODES].map(code => fleet.codes[code]).join(', ') || 'none'],
    ...row[CELLS].map(([application, four, six, outlier]) => [fleet.applications[application] ?? 'another application',
      `${four} IPv4, ${six} IPv6${outlier ? ', other than the norm' : ''}`])];
  return make('dl', pairs.flatMap(([name, value]) => [make('dt', name), make('dd', value)]));
};

const toggle = (button, row) => {
  const line = button.closest('tr');
  const open = button.getAttribute('aria-expanded') !== 'true';
  button.setAttribute('aria-expanded', open);
  if (open) {
    line.after(make('tr', make('td', details(row), {colSpan: line.cells.length}), {className: 'open'}));
  } else {
    line.nextElementSibling.remove();
  }
};

const line = ({row}) => {
  const button = make('button', row[ROUTER], {type: 'button'});
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => toggle(button, row));
  const [health, badge] = fleet.healths[row[HEALTH]];
  const counts = columns.map(application => {
    const cell = count(row, application);
    const text = cell ? (cell[2] ? `${cell[1]} + ${cell[2]}` : `${cell[1]}`) : '';
    return make('td', text, {className: cell?.[3] ? 'count outlier' : 'count'});
  });
  return make('tr', [
    make('th', button, {scope: 'row'}), make('td', row[NODE]), make('td', make('span', health, {className: badge})),
    make('td', row[PILLAR]), make('td', row[SALT]), ...counts, make('td', row[CHANGED] ?? '', {className: 'time'}),
    make('td', row[CODES].map(code => fleet.codes[code]).join(', ')),
  ]);
};

const more = () => {
  body.append(...found.slice(shown, shown + STEP).map(line));
  shown = Math.min(shown + STEP, found.length);
  at('#more').hidden = shown === found.length;
};

const heads = () => {
  const names = ['Router', 'Node', 'Health', 'Pillar', 'Salt'];
  const cells = [...names, ...columns, 'Changed', 'Findings'].map(name => {
    const button = make('button', typeof name === 'number' ? fleet.applications[name] : name, {type: 'button'});
    const head = make('th', button, {scope: 'col'});
    if (sorted && sorted.name === name) {
      head.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
    }
    button.addEventListener('click', () => {
      sorted = {name, down: Boolean(sorted) && sorted.name === name && !sorted.down};
      draw();
      at('#nodes').tHead.rows[0].cells[[...names, ...columns, 'Changed', 'Findings'].indexOf(name)].firstChild.focus();
    });
    return head;
  });
  at('#nodes').tHead.replaceChildren(make('tr', cells));
};

const draw = () => {
  const words = tools.q.value.toLowerCase().split(/\s+/);
  found = rows.filter(({row, text}) => words.every(word => text.includes(word))
    && (!tools.health.value || fleet.healths[row[HEALTH]][0] === tools.health.value)
    && (!tools.profile.value || fleet.profiles[row[PROFILE]] === tools.profile.value)
    && (!tools.finding.value || row[CODES].some(code => fleet.codes[code] === tools.finding.value))
    && (!problems.checked || !['healthy', 'no-profile'].includes(fleet.healths[row[HEALTH]][0])));
  const used = new Set(found.flatMap(({row}) => row[CELLS].map(cell => cell[0])));
  columns = [...fleet.applications.keys()].filter(application => used.has(application));
  if (sorted) {
    const key = typeof sorted.name === 'number' ? ({row}) => (count(row, sorted.name) ?? [0, -1])[1] : keys[sorted.name];
    const keyed = found.map(one => [key(one), one]);
    const compare = ([a], [b]) => typeof a === 'number' ? a - b : order.compare(a, b);
    keyed.sort((a, b) => compare(a, b) * (sorted.down ? -1 : 1) || a[1].index - b[1].index);
    found = keyed.map(([, one]) => one);
  }
  heads();
  body.replaceChildren();
  shown = 0;
  more();
  at('#shown').value = `${found.length} of ${rows.length} nodes`;
};

const write = () => {
  const fragment = new URLSearchParams();
  for (const [name, tool] of Object.entries(tools)) {
    if (tool.value) fragment.set(name, tool.value);
  }
  if (problems.checked) fragment.set('problems', '1');
  history.replaceState(null, '', `#${fragment}`);
};

const read = () => {
  const fragment = new URLSearchParams(location.hash.slice(1));
  for (const [name, tool] of Object.entries(tools)) tool.value = fragment.get(name) ?? '';
  problems.checked = fragment.get('problems') === '1';
  draw();
};

for (const tool of [...Object.values(tools), problems]) {
  tool.addEventListener('input', () => { write(); draw(); });
}
at('#tools').addEventListener('submit', event => event.preventDefault());
at('#more').addEventListener('click', more);
addEventListener('hashchange', read);
at('#tools').hidden = false;
read();
