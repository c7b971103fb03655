// What the parts of a page do beyond HTML: sheets, links to copy, tables that sort; and steppers (stepper.js). All of it works without, only less well.

import './stepper.js'

for (const button of document.querySelectorAll('[data-opens]')) {
  button.addEventListener('click', () => document.getElementById(button.dataset.opens).showModal())
}

for (const button of document.querySelectorAll('[data-copies]')) {
  button.hidden = !navigator.clipboard
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copies)
    button.textContent = button.dataset.said
  })
}

// Of the row of pages on a phone the one that is open is to be seen.
function showCurrent() {
  for (const here of document.querySelectorAll(':is(.places, .tabs) [aria-current]')) {
    const row = here.closest('.places, .tabs')
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2
  }
}
showCurrent()
addEventListener('resize', showCurrent)

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: 'base' })
// Grouped numbers are numbers.
const keyOf = (cell) => cell.dataset.value ?? cell.textContent.trim().replace(/(?<=\d),(?=\d)/g, '')

function sort(table, head) {
  const up = head.getAttribute('aria-sort') !== 'ascending'
  for (const one of head.parentElement.cells) one.removeAttribute('aria-sort')
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending')
  const rows = [...table.tBodies[0].rows]
  const compare = (a, b) => collator.compare(keyOf(a.cells[head.cellIndex]), keyOf(b.cells[head.cellIndex]))
  table.tBodies[0].append(...rows.sort((a, b) => (up ? 1 : -1) * compare(a, b)))
}

const SVG = 'http://www.w3.org/2000/svg'

function arrow(address) {
  const drawing = document.createElementNS(SVG, 'svg')
  drawing.classList.add('icon')
  drawing.setAttribute('aria-hidden', 'true')
  drawing.append(document.createElementNS(SVG, 'use'))
  drawing.firstChild.setAttribute('href', `${address}#arrow-up`)
  return drawing
}

const icons = new URL('icons.svg', import.meta.url).pathname
for (const table of document.querySelectorAll('table[data-sorts]')) {
  for (const head of table.tHead.rows[0].cells) {
    if (head.querySelector('.unseen')) continue
    const button = document.createElement('button')
    button.type = 'button'
    button.append(head.textContent, ' ', arrow(icons))
    button.addEventListener('click', () => sort(table, head))
    head.replaceChildren(button)
  }
}
