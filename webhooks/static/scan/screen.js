// What is seen: the result over the whole screen, the bar, the list of the last scans.

import { count, days, hour, label, reason, spoken, title } from './words.js'

export const at = (id) => document.getElementById(id)

const LOOKS = { admitted: 'good', left: 'out', already_admitted: 'used', not_listed: 'ask', too_fast: 'ask' }
const SIGNS = {
  good: 'M4 13l5 5L20 6',
  out: 'M4 12h14M12 5l7 7-7 7',
  used: 'M12 2.5a9.5 9.5 0 1 0 .01 0M12 7v5.5l3.5 2',
  ask: 'M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.1-1.5 2.3M12 19v.1',
  bad: 'M5 5l14 14M19 5L5 19',
}

export const look = (result) => LOOKS[result] || 'bad'

export function write(id, text) {
  const place = at(id)
  if (place.textContent !== text) place.textContent = text
  place.hidden = !text
}

function kind(pass) {
  return pass && pass.kind !== 'visitor' && pass.labels ? pass.labels[spoken()] || pass.labels.en || pass.kind : pass && pass.kind !== 'visitor' ? pass.kind : ''
}

function used(entry, gates) {
  if (!entry) return ''
  const gate = gates.find((one) => one.slug === entry.gate)
  const facts = { time: hour(entry.at), gate: gate ? gate.name : label('here'), who: entry.by }
  return label(entry.by ? 'first_used_by' : 'first_used', facts)
}

const PEOPLE = { admitted: 'now_in', left: 'now_out', too_many: 'could_be' }

function details(answer, gates, listTime) {
  const { result, pass } = answer
  const told = { days: pass ? days(pass.days || []) : '', time: listTime, detail: answer.detail || '' }
  const number = result === 'too_many' ? answer.remaining : answer.admitted_now
  return [
    pass ? label('party', { size: count(pass.party_size) }) : '',
    PEOPLE[result] ? label(PEOPLE[result], { count: count(number) }) : reason(result, told),
    result === 'admitted' && answer.remaining ? label('still_left', { count: count(answer.remaining) }) : '',
    ['already_admitted', 'too_many'].includes(result) ? used(answer.first_entry, gates) : '',
    kind(pass),
    answer.offline ? label('without_network') : '',
  ].filter(Boolean)
}

// Show a result over the whole screen.
export function show(answer, { gates, listTime }) {
  const place = at('result')
  place.className = look(answer.result)
  place.dataset.result = answer.result
  at('sign').setAttribute('d', SIGNS[look(answer.result)])
  at('result-title').textContent = title(answer.result)
  write('result-name', answer.pass?.name || '')
  at('result-details').replaceChildren(...details(answer, gates, listTime).map((text) => paragraph(text)))
  at('result-undo').hidden = answer.result !== 'admitted'
  place.hidden = false
}

export function hideResult() {
  at('result').hidden = true
}

export const isShown = () => !at('result').hidden

function paragraph(text, tag = 'p') {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

export function button(text, press) {
  const made = paragraph(text, 'button')
  made.type = 'button'
  made.addEventListener('click', press)
  return made
}

// The last scans, the newest first; `undoable` says which may still be taken back.
export function list(rows, { undoable, undo }) {
  at('last-scans').replaceChildren(...rows.map((row) => {
    const item = document.createElement('li')
    item.className = look(row.result)
    const who = row.answer?.pass?.name || row.answer?.pass?.code || ''
    const what = row.undone ? label('undone') : title(row.result)
    item.append(paragraph(what, 'strong'), paragraph([hour(row.at), who].filter(Boolean).join(' · '), 'span'))
    if (undoable(row)) item.append(button(label('undo'), () => undo(row.scan_id)))
    return item
  }))
  at('none-yet').hidden = rows.length > 0
}
