// The rules of the gate without a network: the server's results, in its order (docs/contract.md#check-in-results).
// Pure functions: from a book, this scanner's own movements, a scan and a moment to the answer.

import { codeOf, cleaned, tokenBytes } from './text.js'
import { unpack } from './token.js'
import { byCode, byId } from './book.js'

// Not a result of the server's: a code that is not in the list may be newer than the list.
export const NOT_LISTED = 'not_listed'

// What a text means: {pass, kind, party, days, row, event}, or {result} where nobody can be admitted by it.
export async function identify(text, book, verifiers) {
  const clean = cleaned(text)
  const code = codeOf(clean)
  if (code === null) return { result: 'unreadable' }
  if (code) {
    const row = await byCode(book, code)
    return row ? { ...row, event: book.head.event.number, days: [book.head.day], row } : { result: NOT_LISTED }
  }
  const bytes = tokenBytes(clean)
  const token = bytes && unpack(bytes)
  if (!token) return { result: 'unreadable' }
  const verify = verifiers.get(token.key)
  if (!verify || !await verify(bytes)) return { result: 'forged' }
  return { ...token, row: token.event === book.head.event.number ? byId(book, token.pass) : null }
}

// The event's day in progress by the book; null outside its hours.
export function dayAt(book, now) {
  return book.head.days.find((day) => Date.parse(day.from) <= now && now < Date.parse(day.until)) || null
}

// The row of the day whose hours this moment is outside of: `date` is the one at the event's place. Null on a day without
// entry or hours, which is no question of the hour.
export function closedHours(book, now, date) {
  const day = book && !book.head.event.cancelled && book.head.days.find((one) => one.day === date)
  const outside = day && !day.closed && (now < Date.parse(day.from) || now >= Date.parse(day.until))
  return outside ? day : null
}

function objection(subject, kind, scan, book, day) {
  const { event, gates } = book.head
  const gate = gates.find((one) => one.slug === scan.gate)
  const state = subject.row ? subject.row.state : 'valid'
  if (subject.event !== event.number) return 'wrong_event'
  if (state !== 'valid') return state
  if (!kind) return NOT_LISTED
  if (kind.gates && !kind.gates.includes(scan.gate)) return 'wrong_gate'
  if (!day || day.closed || event.cancelled) return 'event_closed'
  if (!subject.days.includes(day.day)) return 'wrong_day'
  if (gate ? gate.closed || gate.paused : event.paused) return 'entry_paused'
  return ''
}

// People in, out and the first entry, by the book and by what this scanner did that the book does not know yet.
function use(subject, kind, book, day, movements) {
  const policy = kind.policy
  const current = policy === 'once' || book.head.day === day
  const known = current && subject.row ? subject.row : { used: 0, inside: 0, first: null }
  const mine = movements.filter((one) => one.pass === subject.pass && (policy === 'once' || countsOn(one, subject, book) === day))
  const sum = (direction) => mine.filter((one) => one.direction === direction).reduce((all, one) => all + one.people, 0)
  const inside = Math.max(known.inside + sum('in') - sum('out'), 0)
  const used = policy === 'in_out' ? Math.max(known.used + sum('in') - sum('out'), 0) : known.used + sum('in')
  return { left: Math.max(subject.party - used, 0), inside, first: known.first || firstOf(mine) }
}

// The day to which a movement counts: by the hours of the book, which may have changed since, where the pass is good on it.
function countsOn(movement, subject, book) {
  const within = dayAt(book, Date.parse(movement.at))
  return within && subject.days.includes(within.day) ? within.day : movement.day
}

function firstOf(movements) {
  const entries = movements.filter((one) => one.direction === 'in').sort((one, other) => (one.at < other.at ? -1 : 1))
  return entries.length ? { at: entries[0].at, gate: entries[0].gate } : null
}

// The answer in the words of the API; `movements` is what this scanner did that the book does not know yet.
export async function judge(scan, book, verifiers, movements, now) {
  const subject = await identify(scan.text, book, verifiers)
  if (subject.result) return answer(subject.result)
  const kind = book.head.kinds.find((one) => one.number === subject.kind)
  const day = dayAt(book, now)
  const terms = kind || { policy: 'daily', slug: '' }
  const elsewhere = subject.event !== book.head.event.number
  const shown = elsewhere ? null : { party_size: subject.party, kind: terms.slug, labels: terms.labels || {}, days: subject.days }
  const no = scan.direction === 'out' ? (elsewhere ? 'wrong_event' : '') : objection(subject, kind, scan, book, day)
  if (no) return answer(no, shown)
  const { left, inside, first } = use(subject, terms, book, day ? day.day : book.head.day, movements)
  const moved = { pass_id: subject.pass, day: day ? day.day : book.head.day }
  return scan.direction === 'out' ? out(scan, shown, left, inside, terms.policy, moved) : enter(scan, shown, left, first, moved)
}

function enter(scan, pass, left, first, moved) {
  if (!left) return answer('already_admitted', pass, { first_entry: first })
  if (scan.count > left) return answer('too_many', pass, { remaining: left, first_entry: first })
  const people = scan.count || left
  return answer('admitted', pass, { admitted_now: people, remaining: left - people, first_entry: first, ...moved })
}

function out(scan, pass, left, inside, policy, moved) {
  if (!inside) return answer('not_inside', pass)
  if (scan.count > inside) return answer('too_many', pass, { remaining: inside })
  const people = scan.count || inside
  // Only with `in_out` somebody who went out may come in again.
  return answer('left', pass, { admitted_now: people, remaining: left + (policy === 'in_out' ? people : 0), ...moved })
}

function answer(result, pass = null, rest = {}) {
  return { result, pass, admitted_now: 0, remaining: 0, first_entry: null, offline: true, ...rest }
}
