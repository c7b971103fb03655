// What goes on beside the scanning: hearing the server, fetching the list, sending what waits, keeping the page.

import * as clock from './clock.js'
import * as link from './link.js'
import * as place from './place.js'
import * as store from './store.js'
import { Away, ask, forgetToken, token } from './net.js'
import { draw } from './bar.js'
import { forgetList, load, refresh } from './sync.js'
import { upload, WAITING } from './queue.js'
import { SLOW_MS } from './scanner.js'
import { spoken } from './words.js'

const HEAR_MS = 5000
const LIST_MS = 60000
const LIST_AGAIN_MS = 15000
// Scanners that come back together do not ask together.
const SPREAD_MS = 10000
const FIGURES_MS = 20000

let list = { book: null, verifiers: new Map() }
const due = { list: 0, figures: 0, send: 0 }
const going = new Set()

// What scans are judged by.
export const known = () => list

export async function begin() {
  list = await load().catch(() => list)
  store.persist()
  keepPage()
  await turn()
  setInterval(turn, HEAR_MS)
  addEventListener('online', turn)
  addEventListener('offline', () => {
    link.lost()
    draw()
  })
}

// A round soon: there may be something to send.
export function hurry() {
  if (link.is() !== link.OFF) setTimeout(turn, 300)
}

// Do it, unless it is still going on: a list that takes a minute must not keep a stop of entry from being heard.
async function alone(act) {
  if (going.has(act)) return
  going.add(act)
  try {
    await act()
  } catch (problem) {
    // What cannot be kept is told over the whole screen.
    if (!(problem instanceof Away) && !(problem instanceof store.Lost)) throw problem
    if (act === hear && problem instanceof Away) link.missed()
  } finally {
    going.delete(act)
    place.now().asked = true
    await draw()
  }
}

// One round; given once the server has been heard, or has not.
export const turn = () => alone(hear).then(() => alone(keep))

// What this page alone remembers, kept for the next one; where storage was lost, whether it is back.
async function keep() {
  await clock.keep({ always: store.isLost() })
  const { book } = list
  if (book && !await store.has('book')) await store.keep('book', book)
  if (place.now().who && !await store.has('place')) await place.keep()
}

async function hear() {
  const begun = performance.now()
  const status = await place.hear()
  if (status !== 200 && status !== 401) return link.missed()
  link.heard(performance.now() - begun, SLOW_MS)
  if (status === 401) return ended()
  place.now().ended = false
  const now = performance.now()
  if (now >= due.send) alone(send)
  if (now >= due.list) alone(fetchList)
  if (now >= due.figures) alone(fetchFigures)
}

// How many have come in today at this gate, through all its scanners.
async function fetchFigures() {
  const { event, gate } = place.now()
  const askedAt = clock.now()
  due.figures = performance.now() + FIGURES_MS
  const { status, body } = await ask(`/api/v1/events/${encodeURIComponent(event)}/stats`)
  if (status !== 200 || place.now().gate !== gate) return
  Object.assign(place.now(), { admitted: body.gates.find((one) => one.gate === gate)?.admitted, admittedAt: askedAt })
}

// A session that has ended, or a scanner that was revoked: it judges no more. What waits stays, and is told
// under the next sign-in as what it is: late.
async function ended() {
  Object.assign(place.now(), { ended: true, wasDevice: place.now().wasDevice || Boolean(token()) })
  forgetToken()
  list = { book: null, verifiers: new Map() }
  due.list = 0
  await forgetList()
  const rows = await store.scans()
  await store.drop(...rows.filter((row) => row.state !== WAITING && row.result !== 'conflict').map((row) => row.scan_id))
  await store.put(...rows.filter((row) => row.state === WAITING && !row.late).map((row) => ({ ...row, late: true })))
}

async function send() {
  const { stopped, wait } = await upload(place.now(), spoken())
  if (stopped) due.send = performance.now() + Math.max(wait, HEAR_MS / 1000) * 1000
}

async function fetchList() {
  due.list = performance.now() + LIST_AGAIN_MS
  const { who, event } = place.now()
  const newer = await refresh(event, list.book)
  // Whose session ended meanwhile has no business with it any more.
  if (!newer || place.now().ended || place.now().who !== who) return
  list = newer
  due.list = performance.now() + LIST_MS + Math.random() * SPREAD_MS
}

// The page and all that it needs, kept by a service worker.
function keepPage() {
  navigator.serviceWorker?.addEventListener('controllerchange', () => draw())
  navigator.serviceWorker?.register(document.body.dataset.worker, { scope: '/staff/scan' }).catch(() => {})
}
