// Scans that the server has not heard of: they go up oldest first, in batches, each exactly once by its scan_id.

import { ask } from './net.js'
import * as clock from './clock.js'
import * as store from './store.js'

export const WAITING = 'waiting', SENT = 'sent', ASIDE = 'aside'
const BATCH = 100
const BATCH_MS = 30000
const KEPT = 1000
const SHOWN = 10
const LOCK = 'pravesh-scanner-upload'

const ANCHOR = ['anchored_at', 'elapsed_ms']
const FIELDS = ['scan_id', 'gate', 'event', 'direction', 'count', 'shown', ...ANCHOR]

// A scan as the batch takes it; `who` sends it now.
function request(row, who) {
  const filled = FIELDS.filter((name) => row[name] !== undefined && row[name] !== null)
  // Uploaded under another sign-in than the one under which it was made.
  const late = row.late || row.who !== who ? { late: true } : {}
  return { pass: row.text, scanned_at: row.at, ...Object.fromEntries(filled.map((name) => [name, row[name]])), ...late }
}

// Run `act` while nobody else, in whatever tab, sends or takes back.
export function locked(act) {
  return navigator.locks ? navigator.locks.request(LOCK, act) : act()
}

// Send what waits for this place's event: {sent, conflicts}, and `stopped` with the status where the server
// would not have it. What was scanned for another event waits for a sign-in there. Raises Away.
export function upload(place, language) {
  return locked(async () => {
    const scans = await sendScans(place, language)
    const counts = scans.stopped ? {} : await sendCounts(place, language)
    await tidy()
    return { ...scans, ...counts }
  })
}

async function waiting(place, isCount) {
  const rows = await store.scans()
  return rows.filter((row) => row.state === WAITING && row.event === place.event && Boolean(row.people_counted) === isCount)
}

const stop = ({ status, headers }) => ({ stopped: status, wait: Number(headers.get('Retry-After')) || 0 })
const isOurs = (status) => [400, 404, 413, 422].includes(status)
const aside = (row, body, status) => ({ ...row, state: ASIDE, problem: body?.code || `http_${status}` })

async function sendScans(place, language) {
  const done = { sent: 0, conflicts: 0 }
  for (let size = BATCH; ;) {
    const rows = (await waiting(place, false)).slice(0, size)
    if (!rows.length) return done
    const scans = rows.map((row) => request(row, place.who))
    const answer = await ask('/api/v1/checkins/batch', { body: { scans }, within: BATCH_MS, language })
    if (answer.status === 200) {
      const settled = rows.map((row, place) => after(row, answer.body.results[place]))
      await store.put(...settled)
      done.sent += settled.filter((row) => row.state === SENT).length
      done.conflicts += settled.filter((row) => row.result === 'conflict').length
    } else if (isOurs(answer.status)) {
      // One of them cannot be taken: find it by halving and lay it aside, so that the others do not wait for it.
      if (rows.length === 1) await store.put(aside(rows[0], answer.body, answer.status))
      size = Math.max(1, rows.length >> 1)
    } else {
      return { ...done, ...stop(answer) }
    }
  }
}

async function sendCounts(place, language) {
  for (const row of await waiting(place, true)) {
    const { gate, event, direction, at } = row
    const body = { request_id: row.scan_id, direction, count: row.people_counted, counted_at: at, ...(gate && { gate }), ...(event && { event }) }
    const answer = await ask('/api/v1/counts', { body, within: BATCH_MS, language })
    if (answer.status === 200 || answer.status === 201) await store.put({ ...row, state: SENT, acked: clock.now() })
    else if (isOurs(answer.status)) await store.put(aside(row, answer.body, answer.status))
    else return stop(answer)
  }
  return {}
}

function after(row, answer) {
  if (answer?.result) return { ...row, state: SENT, result: answer.result, answer, acked: clock.now() }
  // During a deploy a server of the release before may answer. It knows no anchors, so send without them.
  const { anchored_at, elapsed_ms, ...without } = row
  if (anchored_at && answer?.errors?.some(({ field }) => ANCHOR.includes(field))) return without
  return { ...row, state: ASIDE, problem: answer?.code || 'no_answer' }
}

// What has gone up is kept for a while, for the last scans and for what the list does not know yet.
async function tidy() {
  const rows = await store.scans()
  const old = rows.filter((row) => row.state === SENT && row.result !== 'conflict' && clock.now() - row.acked > 86400000)
  const surplus = rows.filter((row) => row.state === SENT && row.result !== 'conflict').slice(0, -KEPT)
  const gone = new Set([...old, ...surplus].map((row) => row.scan_id))
  if (gone.size) await store.drop(...gone)
  // Whose pass it was is shown of the last scans only, and kept of no others.
  const named = rows.slice(0, -SHOWN).filter((row) => row.state === SENT && row.answer && !gone.has(row.scan_id))
  if (named.length) await store.put(...named.map(({ answer, ...rest }) => rest))
}
