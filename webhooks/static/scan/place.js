// Who scans, at which event and gate: as the server last said, and as it was kept for a start without a network.

import { ask } from './net.js'
import { at } from './screen.js'
import * as clock from './clock.js'
import * as store from './store.js'
import { setZone } from './words.js'

const STATE_MS = 4000
const KEEP_MS = 60000
const place = { who: '', name: '', event: '', gate: null, gates: [], paused: false, since: clock.now() }

export const now = () => place
export const gateName = () => place.gates.find((gate) => gate.slug === place.gate)?.name || ''

// Whether nobody knows yet at which of several gates this is.
export const mustChoose = () => Boolean(place.who) && !place.gate && place.gates.length > 1

// Whether entry is stopped where we stand.
export function isPaused() {
  const gate = place.gates.find((one) => one.slug === place.gate)
  return gate ? gate.paused || gate.closed : place.paused
}

export async function restore() {
  await clock.restore()
  taken(await store.fact('place') || {})
}

// The part that is kept for the next start.
function kept() {
  const { who, name, role, event, timezone, gate, gates, paused, fixed, since } = place
  return { who, name, role, event, timezone, gate, gates, paused, fixed, since }
}

export const keep = () => store.keep('place', kept())

// Ask the server; 200, 401 where it knows nobody here (any more), or its status. Raises Away.
export async function hear() {
  const { status, body } = await ask('/staff/scan/state', { within: STATE_MS })
  if (status === 200 && !body.who) return 401
  if (status === 200) {
    const { now: serverNow, ...told } = body
    clock.heard(serverNow)
    const before = JSON.stringify({ ...kept(), since: 0 })
    // A stop of entry is heard although nothing can be read or kept.
    const chosen = await store.fact('gate').catch(() => place.gate)
    const open = body.gates.filter((gate) => !gate.closed)
    const known = (open.length ? open : body.gates).some((gate) => gate.slug === chosen)
    taken({ ...told, gate: body.gate || (known ? chosen : body.gates.length === 1 ? body.gates[0].slug : null), fixed: Boolean(body.gate) })
    // Writing wears a phone's memory and its battery.
    const same = JSON.stringify({ ...kept(), since: 0 }) === before && clock.now() - place.since < KEEP_MS
    if (!same) {
      place.since = clock.now()
      await keep().catch(() => {})
    }
  }
  return status
}

// Set the volunteer's gate; a device's gate cannot be changed.
export async function choose(slug) {
  Object.assign(place, { gate: slug || null, admitted: undefined })
  await store.keep('gate', place.gate)
  await keep()
}

function taken(told) {
  Object.assign(place, told)
  if (place.timezone) setZone(place.timezone)
  const list = at('gate')
  const options = [['', '—'], ...place.gates.map((gate) => [gate.slug, gate.name])]
  if (list.dataset.options !== JSON.stringify(options)) {
    list.dataset.options = JSON.stringify(options)
    list.replaceChildren(...options.map(([slug, name]) => new Option(name, slug)))
  }
  list.value = place.gate || ''
  list.disabled = Boolean(place.fixed)
}
