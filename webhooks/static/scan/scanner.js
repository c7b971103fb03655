// One scan: asked of the server, and judged here where that takes too long. What only this scanner knows is on
// the disk before the colour is shown.

import * as clock from './clock.js'
import * as link from './link.js'
import * as store from './store.js'
import { ask, Away } from './net.js'
import { byCode } from './book.js'
import { cleaned, codeOf } from './text.js'
import { dayAt, identify, judge, NOT_LISTED } from './judge.js'
import { ASIDE, SENT, WAITING, locked, upload } from './queue.js'

// Milliseconds to wait for the server. After that this scan is judged here, and goes up later with its scan_id.
export const SLOW_MS = 1500
const MOVED = ['admitted', 'left']
// Results that depend on the day or the hour.
const TIMED = ['wrong_day', 'event_closed']

let order = 0
let noted = Promise.resolve()

// Resolves once all answers so far are on the disk.
export const settled = () => noted

// What is asked, before anything is known of it. `place` says who scans where.
export function begin(text, place, { direction, count, read = false }) {
  order = Math.max(order + 1, Math.round(clock.now()))
  const { gate, event, who } = place
  return { scan_id: crypto.randomUUID(), order, ...clock.stamp(), text, direction, count, gate, event, who, read }
}

// The answer to a scan: the server's, or our own with `offline: true`.
export async function settle(scan, known, language) {
  if (!link.worthTrying() || await isStray(scan, known)) return alone({ ...scan, neverSent: true }, known)
  const begun = performance.now()
  try {
    const { status, body, headers } = await ask('/api/v1/checkins', { body: request(scan), within: SLOW_MS, language })
    link.heard(performance.now() - begun, SLOW_MS)
    if (status === 200) {
      // The server has it: the colour need not wait for our own note of it.
      noted = noted.then(() => note(scan, body, known)).catch(() => {})
      return body
    }
    if (status === 401) return { result: 'signed_out' }
    if (status === 429) return { result: 'too_fast', wait: Number(headers.get('Retry-After')) || 1 }
    if (status < 500) return { result: 'refused', detail: body?.detail || body?.title || '' }
  } catch (problem) {
    if (!(problem instanceof Away)) throw problem
    link.missed()
  }
  return alone(scan, known)
}

// A QR that holds nothing but a code is none of ours, and the server would take many for somebody's guesses: one that is
// not in the list is not asked about.
async function isStray({ read, text }, { book }) {
  const code = read && book && codeOf(cleaned(text))
  return Boolean(code) && !await byCode(book, code)
}

function request({ scan_id, text, gate, event, direction, count, at }) {
  const rest = { gate, event, count }
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined)
  return { pass: text, scan_id, direction, scanned_at: at, ...Object.fromEntries(given) }
}

// The server's answer to the same scan where a supervisor overrules the objection; null where there is none.
export async function overrule(scan, reason, known, language) {
  const { status, body } = await ask('/api/v1/checkins', { body: { ...request(scan), force: true, reason }, language })
  if (status !== 200) return null
  noted = noted.then(() => note(scan, body, known)).catch(() => {})
  return body
}

async function note(scan, answer, { book, verifiers }) {
  const row = { ...scan, state: SENT, acked: clock.now(), result: answer.result, answer, people: answer.admitted_now }
  if (MOVED.includes(answer.result) && book) {
    // Which pass it was, for the time without a network that may come.
    const subject = await identify(scan.text, book, verifiers)
    Object.assign(row, { pass_id: subject.pass, day: dayOf(book, scan.at) })
  }
  await store.put(row)
}

async function alone(scan, { book, verifiers }) {
  if (!book) return { result: 'no_list', offline: true }
  await noted
  const answer = await judge(scan, book, verifiers, await movements(book), Date.parse(scan.at))
  if (TIMED.includes(answer.result) && !clock.isSure()) answer.unsure = scan.at
  const { pass_id, day } = answer
  const shown = answer.result === NOT_LISTED ? 'unknown' : answer.result
  await store.put({ ...scan, state: WAITING, shown, result: answer.result, answer, pass_id, day, people: answer.admitted_now })
  return answer
}

// What this scanner did that the book does not know: what waits, and what went up after the book was asked for.
async function movements(book) {
  const rows = await store.scans()
  const mine = rows.filter((row) => row.pass_id !== undefined && row.people && !row.undone && row.state !== ASIDE)
  return mine.filter((row) => row.state === WAITING || row.acked >= book.askedAt)
    .map((row) => ({ pass: row.pass_id, direction: row.direction, people: row.people, day: row.day, at: row.at, gate: row.gate }))
}

const dayOf = (book, at) => dayAt(book, Date.parse(at))?.day || book.head.day

// Take an admission back; whether it is undone. Of a scan that the server has not heard of nothing is left.
export async function undo(scanId, place, language) {
  await noted
  if (await droppedHere(scanId)) return true
  await upload(place, language)
  const { status } = await ask('/staff/scan/undo', { body: { scan_id: scanId }, language })
  const row = status === 200 && (await store.scans()).find((one) => one.scan_id === scanId)
  if (row) await store.put({ ...row, undone: clock.now() })
  return status === 200
}

function droppedHere(scanId) {
  return locked(async () => {
    const row = (await store.scans()).find((one) => one.scan_id === scanId)
    const hereOnly = row?.state === WAITING && row.neverSent
    if (hereOnly) await store.drop(scanId)
    return hereOnly
  })
}
