// Who scans, at which event and gate: as the server last said, and as it was kept for a start without a network.

import { ask } from './net.js'
import { at } from './screen.js'
import * as store from './store.js'
import { setZone } from './words.js'

const STATE_MS = 4000
const KEEP_MS = 60000
// A phone's clock that differs by less is right enough; by more it would be on another day at midnight.
const SKEW_MS = 20000
const place = { who: '', name: '', event: '', gate: null, gates: [], paused: false, since: Date.now() }

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
  taken(await store.fact('place') || {})
}

// What of it serves the next start.
function kept() {
  const { who, name, role, event, timezone, gate, gates, paused, fixed, skew, since } = place
  return { who, name, role, event, timezone, gate, gates, paused, fixed, skew, since }
}

// Ask the server; 200, 401 where it knows nobody here (any more), or its status. Raises Away.
export async function hear() {
  const { status, body } = await ask('/staff/scan/state', { within: STATE_MS })
  if (status === 200 && !body.who) return 401
  if (status === 200) {
    const { now: serverNow, ...told } = body
    const skew = serverNow - Date.now()
    const before = JSON.stringify({ ...kept(), since: 0 })
    const chosen = await store.fact('gate')
    const known = body.gates.some((gate) => gate.slug === chosen)
    taken({ ...told, gate: body.gate || (known ? chosen : body.gates.length === 1 ? body.gates[0].slug : null), fixed: Boolean(body.gate), skew: Math.abs(skew) > SKEW_MS ? skew : 0 })
    // Writing wears a phone's memory and its battery.
    const same = JSON.stringify({ ...kept(), since: 0 }) === before && Date.now() - place.since < KEEP_MS
    if (!same) {
      place.since = Date.now()
      await store.keep('place', kept())
    }
  }
  return status
}

// The volunteer's own word where they stand; a scanner that was made for a gate stays there.
export async function choose(slug) {
  Object.assign(place, { gate: slug || null, admitted: undefined })
  await store.keep('gate', place.gate)
  await store.keep('place', kept())
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
