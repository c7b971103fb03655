// What is seen: the result over the whole screen, the bar, the list of the last scans.

import { count, dayAndHour, days, hour, label, need, reason, spoken, title } from './words.js'

export const at = (id) => document.getElementById(id)

const LOOKS = { admitted: 'good', left: 'out', already_admitted: 'used', not_listed: 'ask', too_fast: 'ask' }
// By the result, where it has one of its own, else by the look.
const SIGNS = {
  wrong_day: 'M4 6h16v14H4zM4 11h16M8 3v4M16 3v4M9 14l6 4M15 14l-6 4',
  wrong_gate: 'M12 2v20M12 5h6l3 2.5-3 2.5h-6M12 11H6l-3 2.5L6 16h6',
  entry_paused: 'M8 4v16M16 4v16',
  too_many: 'M9 8.5a3.5 3.5 0 1 1-.01 0M2.5 21c0-4 3-6 6.5-6s6.5 2 6.5 6M16 6l5 5M21 6l-5 5',
  unreadable: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9l6 6M15 9l-6 6',

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
  place.hidden = !text && !place.dataset.stays
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

// Results that let people through: how many is the largest thing on the screen.
const MOVED = ['admitted', 'left']

// Why nobody enters, in the words of the chat at the gate.
function refusal({ result, pass, remaining, detail }, listTime, hours) {
  if (result === 'too_many') return label('could_be', { count: count(remaining) })
  if (result === 'event_closed' && hours) return reason('outside_hours', { opens: hour(hours.from), closes: hour(hours.until) })
  return detail || reason(result, { days: pass ? days(pass.days || []) : '', time: listTime })
}

function details(answer, gates, listTime, hours) {
  const { result, pass } = answer
  return [
    need(pass?.need),
    pass && !MOVED.includes(result) ? label('party', { size: count(pass.party_size) }) : '',
    MOVED.includes(result) ? '' : refusal(answer, listTime, hours),
    result === 'admitted' && answer.remaining ? label('still_left', { count: count(answer.remaining) }) : '',
    ['already_admitted', 'too_many'].includes(result) ? used(answer.first_entry, gates) : '',
    kind(pass),
    answer.offline ? label('without_network') : '',
    answer.unsure ? label('unsure_clock_more', { time: dayAndHour(answer.unsure) }) : '',
  ].filter(Boolean)
}

// Show a result over the whole screen.
export function show(answer, { gates, listTime, hours = null }) {
  const place = at('result')
  const moved = MOVED.includes(answer.result)
  place.className = `${look(answer.result)}${moved ? ' counted' : ''}`
  place.dataset.result = answer.result
  place.dataset.unsure = answer.unsure || ''
  at('sign').setAttribute('d', SIGNS[answer.result] || SIGNS[look(answer.result)])
  at('result-title').textContent = title(answer.result)
  Object.assign(at('people'), { hidden: !moved }).dataset.digits = String(answer.admitted_now).length
  at('result-number').textContent = moved ? count(answer.admitted_now) : ''
  at('result-of').textContent = moved && answer.pass ? label('of_party', { size: count(answer.pass.party_size) }) : ''
  write('result-name', answer.pass?.name || '')
  at('result-details').replaceChildren(...details(answer, gates, listTime, hours).map((text) => paragraph(text)))
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

// The last scans, the newest first, and that one below the camera too; `undoable` says which may still be taken back.
export function list(rows, { undoable, undo }) {
  const line = (row) => {
    const item = document.createElement('li')
    item.className = look(row.result)
    const who = row.answer?.pass?.name || row.answer?.pass?.code || ''
    const what = row.undone ? label('undone') : title(row.result)
    item.append(paragraph(what, 'strong'), paragraph([hour(row.at), who].filter(Boolean).join(' · '), 'span'))
    if (undoable(row)) item.append(button(label('undo'), () => undo(row.scan_id)))
    return item
  }
  at('last-scans').replaceChildren(...rows.map(line))
  at('newest').replaceChildren(...rows.slice(0, 1).map(line))
  at('none-yet').hidden = rows.length > 0
}
