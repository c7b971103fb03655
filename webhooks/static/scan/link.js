// How the network is: on, slow or off; and when the server was last heard.

import * as clock from './clock.js'

export const ON = 'on', SLOW = 'slow', OFF = 'off'
const MISSES = 2
const DEAF_MS = 5 * 60 * 1000

const state = { is: navigator.onLine ? ON : OFF, misses: 0, heardAt: 0, heardBy: Date.now() }

export const is = () => state.is
// Whether a scan should wait for the server at all: where the last answer was slow or none, the next one will be too.
export const worthTrying = () => state.is === ON
// Too long without the server to hear a stop of entry, by either clock.
export const deaf = (since) => clock.now() - Math.max(state.heardAt, since) > DEAF_MS || Date.now() - state.heardBy > DEAF_MS

export function heard(tookMs, slowMs) {
  Object.assign(state, { heardAt: clock.now(), heardBy: Date.now(), misses: 0 })
  state.is = tookMs > slowMs ? SLOW : ON
}

// Asked without an answer in time: that is a slow network once, none the second time.
export function missed() {
  state.misses += 1
  state.is = state.misses >= MISSES || !navigator.onLine ? OFF : SLOW
}

export function lost() {
  state.is = OFF
}
