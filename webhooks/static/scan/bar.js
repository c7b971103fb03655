// The bar and all else on the page that follows from how things stand.

import * as clock from './clock.js'
import * as link from './link.js'
import * as place from './place.js'
import * as screen from './screen.js'
import * as store from './store.js'
import { ASIDE, WAITING } from './queue.js'
import { at } from './screen.js'
import { count, dateOf, dayAndHour, hour, label } from './words.js'
import { dayAt } from './judge.js'
import { draw as drawCounts } from './counting.js'
import { known } from './background.js'

const LAST = 10
const UNDO_MS = 2 * 60 * 1000

// Draw everything anew; `ended` where the server has just said that the session is over.
export async function draw(ended = false) {
  const rows = await store.scans().catch(() => null)
  const here = place.now()
  if (ended) here.ended = true
  await bar(rows)
  at('lost').hidden = !store.isLost()
  screen.write('trouble', trouble(here))
  signedOut(here)
  pause(here)
  // What cannot be read is not shown.
  if (rows) scanned(rows, here)
  // A search needs a person's name in the audit log: shared scanners have none.
  document.querySelector('#tabs [value=find]').hidden = at('tab-find').hidden = !here.role
  at('me').textContent = here.name || label('sign_in')
  at('me').hidden = false
  at('change-event').hidden = !here.role
}

function scanned(rows, here) {
  const isToday = ofToday()
  const today = rows.filter((row) => isToday(row.order))
  const gate = here.admitted === undefined || !isToday(here.admittedAt) ? null : atGate(today, here)
  const said = [label('by_me', { count: count(letIn(today)) }), gate === null ? '' : label('at_gate', { count: count(gate) })].filter(Boolean)
  screen.write('figures', here.event ? said.join(' · ') : '')
  at('tally').hidden = !here.event
  at('tally').textContent = count(gate ?? letIn(today))
  at('tally').setAttribute('aria-label', said.at(-1))
  screen.write('conflicts', told(today.filter((row) => row.result === 'conflict').length, 'conflicts'))
  screen.write('aside', told(rows.filter((row) => row.state === ASIDE).length, 'aside'))
  drawCounts(today.filter((row) => row.people_counted))
  const scans = rows.filter((row) => row.text)
  screen.list(scans.slice(-LAST).reverse(), { undoable, undo })
}

const told = (number, key) => (number ? label(key, { count: count(number) }) : '')
const undoable = (row) => row.result === 'admitted' && !row.undone && clock.now() - row.order < UNDO_MS
const undo = (id) => document.dispatchEvent(new CustomEvent('undo-scan', { detail: id }))

// Whether a moment is of the event's day, as the server has it: the one in progress, else the date at its place.
function ofToday() {
  const { book } = known()
  const dayOf = (moment) => book && dayAt(book, moment)?.day || dateOf(moment)
  const today = dayOf(clock.now())
  return (moment) => dayOf(moment) === today
}

const people = (rows) => rows.reduce((all, row) => all + (row.people || 0), 0)
const letIn = (rows) => people(rows.filter((row) => row.result === 'admitted' && !row.undone))

// The server's figure of the gate, and what this scanner did there that the server had not heard of by then.
function atGate(rows, { gate, admitted, admittedAt }) {
  const mine = rows.filter((row) => row.result === 'admitted' && row.gate === gate)
  const isNew = (row) => row.state === WAITING || row.acked >= admittedAt
  const came = mine.filter((row) => isNew(row) && !row.undone)
  const back = mine.filter((row) => !isNew(row) && row.undone >= admittedAt)
  return Math.max(admitted + people(came) - people(back), 0)
}

async function bar(rows) {
  const { book } = known()
  const waiting = rows?.filter((row) => row.state === WAITING).length
  at('link').dataset.state = link.is()
  screen.write('link', label({ on: 'online', slow: 'slow', off: 'offline' }[link.is()]))
  screen.write('waiting', waiting ? label('waiting', { count: count(waiting) }) : '')
  screen.write('synced', book ? label('synced', { time: hour(book.syncedAt) }) : label('no_list_yet'))
  // What only this page's memory holds is lost when it closes.
  const isKept = book && !store.isLost() && await store.has('book').catch(() => 0)
  const ready = Boolean(isKept && navigator.serviceWorker?.controller)
  at('ready').dataset.ready = ready
  at('ready').setAttribute('aria-label', label(ready ? 'ready' : 'not_ready'))
  at('ready').title = label(ready ? 'ready' : 'not_ready')
}

// What keeps the volunteer from working, or will; the first that holds.
function trouble(here) {
  if (here.who && here.asked && link.deaf(here.since)) return label('deaf')
  if (place.mustChoose()) return label('choose_gate')
  if (here.who && here.asked && link.is() === link.OFF && !clock.isSure()) return label('unsure_clock', { time: dayAndHour(clock.now()) })
  return here.problem ? label(here.problem) : ''
}

function signedOut(here) {
  // Before the first answer nobody knows.
  const out = Boolean(here.ended) || !here.who && Boolean(here.asked)
  at('signed-out').hidden = !out || link.is() === link.OFF && !here.ended
  at('working').hidden = !at('signed-out').hidden
  at('signed-out-more').textContent = label(here.wasDevice ? 'revoked_device' : 'signed_out_more')
  if (out) screen.hideResult()
}

function pause(here) {
  const letsIn = document.querySelector('input[name=direction]:checked').value === 'in'
  at('pause').hidden = !(here.who && !here.ended && place.isPaused() && letsIn)
}
