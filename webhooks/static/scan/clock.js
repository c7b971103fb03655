// What time it is by the server, whatever somebody does to the phone's clock: the server's time when it was last
// heard, and the milliseconds since by performance.now(), which nobody can set.
//
// What can be trusted when:
// - The two clocks of the phone go alike: both.
// - The phone's clock jumps while the page is open: performance.now(). Forward while the page is not seen, the phone has
//   far more likely slept, and then performance.now() stands still in most browsers: the phone's clock, unsurely.
// - After a reload performance.now() begins anew: the time that was kept, and what the phone's clock has gone on since.
//   Minutes of that are believed; more, or a clock that went back, makes the time unsure. It is never earlier than kept.
// While the time is unsure scans carry no anchor, and a refusal for the hour or the day says so.

import * as store from './store.js'

// Clocks that differ by less have drifted, or stood still while the page was busy.
const JUMP_MS = 2000
// What an answer takes at most on its way.
const LATE_MS = 5000
// How far a clock may be wrong (docs/contract.md#scans-without-a-network).
const SURE_MS = 120000
const BRIDGED_MS = 600000
const KEEP_MS = 60000

const state = { heard: 0, at: Date.now(), tick: performance.now(), wall: Date.now(), sure: false, doubted: false, bridged: 0, unseen: false, keptAt: -KEEP_MS }

// The server's time now in milliseconds, as far as it is known.
export function now() {
  const ticked = performance.now() - state.tick
  const walked = Date.now() - state.wall
  if (Math.abs(walked - ticked) > JUMP_MS) jumped(ticked, walked)
  if (document.visibilityState === 'visible') state.unseen = false
  return state.at + performance.now() - state.tick
}

function jumped(ticked, walked) {
  const slept = state.unseen && walked > ticked
  const much = walked - ticked > SURE_MS
  goOn(state.at + (slept ? walked : ticked))
  Object.assign(state, { sure: state.sure && !(slept && much), doubted: state.doubted || much })
}

function goOn(at) {
  Object.assign(state, { at, tick: performance.now(), wall: Date.now() })
}

// Whether a refusal for the hour or the day can be relied on.
export function isSure() {
  now()
  return state.sure && !state.doubted
}

// The server has just said its time. An answer that took longer on its way tells it less well than the one before.
export function heard(serverNow) {
  const ahead = now() - serverNow
  if (!isSure() || ahead < 0 || ahead > LATE_MS) goOn(serverNow)
  Object.assign(state, { heard: serverNow, sure: true, doubted: false, bridged: 0 })
}

// When a scan is made, as the server takes it: `at`, and the anchor where there is one.
export function stamp() {
  const moment = now()
  const at = new Date(moment).toISOString()
  if (!state.sure) return { at }
  return { at, anchored_at: new Date(state.heard).toISOString(), elapsed_ms: Math.max(0, Math.round(moment - state.heard)) }
}

// Go on with the time that an earlier page has kept.
export async function restore() {
  const kept = await store.fact('clock')
  if (!kept || state.heard) return
  const gone = Date.now() - kept.wall
  const bridged = kept.bridged + gone
  goOn(kept.at + Math.max(gone, 0))
  Object.assign(state, { heard: kept.heard, sure: kept.sure && gone > -JUMP_MS && bridged < BRIDGED_MS, doubted: kept.doubted, bridged: Math.max(bridged, 0) })
}

// Keep it for a page after this one; now and then, since writing wears a phone's memory and its battery.
export async function keep({ always = false } = {}) {
  if (!state.heard || !always && performance.now() - state.keptAt < KEEP_MS) return
  state.keptAt = performance.now()
  const at = now()
  const { heard, sure, doubted, bridged } = state
  await store.keep('clock', { at, wall: Date.now(), heard, sure, doubted, bridged })
}

document.addEventListener('visibilitychange', () => {
  now()
  if (document.visibilityState === 'visible') return
  state.unseen = true
  keep({ always: true }).catch(() => {})
})
