// People without a pass, counted by taps. Taps that follow one another are one count; a count waits like a scan.

import * as place from './place.js'
import * as store from './store.js'
import { at } from './screen.js'
import { count, label } from './words.js'
import { hurry } from './background.js'
import { WAITING } from './queue.js'

const PAUSE_MS = 1500
const taps = { in: 0, out: 0 }
const told = { in: 0, out: 0 }
let timer

export function begin() {
  at('one-in').addEventListener('click', () => tap('in'))
  at('one-out').addEventListener('click', () => tap('out'))
  addEventListener('pagehide', () => void keep())
  draw()
}

function tap(direction) {
  if (!place.now().who) return
  taps[direction] += 1
  told[direction] += 1
  draw()
  clearTimeout(timer)
  timer = setTimeout(() => keep().then(hurry), PAUSE_MS)
}

async function keep() {
  const { gate, event, who, skew } = place.now()
  for (const direction of ['in', 'out']) {
    const people = taps[direction]
    taps[direction] = 0
    if (!people) continue
    const at = new Date(Date.now() + (skew || 0)).toISOString()
    await store.put({ scan_id: crypto.randomUUID(), order: Date.now(), at, direction, people_counted: people, gate, event, who, state: WAITING })
  }
}

function draw() {
  at('counted').textContent = label('counted', { came: count(told.in), went: count(told.out) })
}
