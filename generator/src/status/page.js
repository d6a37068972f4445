'use strict';
const body = document.querySelector('#routers tbody');
const rows = [...body.rows].map(row => ({row, text: row.textContent.toLowerCase()}));
const search = document.querySelector('#search');
const show = () => {
  const words = search.value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const {row, text} of rows) {
    row.hidden = !words.every(word => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  document.querySelector('#shown').value = `${shown} of ${rows.length} routers`;
};
search.addEventListener('input', show);
document.querySelector('#tools').hidden = false;
show();
const order = new Intl.Collator('en', {numeric: true});
document.querySelectorAll('#routers thead th').forEach((head, column) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener('click', () => {
    const down = head.getAttribute('aria-sort') === 'ascending';
    const key = ({row}) => row.cells[column].dataset.by ?? row.cells[column].textContent;
    rows.sort((a, b) => order.compare(key(a), key(b)) * (down ? -1 : 1));
    body.append(...rows.map(({row}) => row));
    document.querySelectorAll('#routers [aria-sort]').forEach(other => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  });
});
