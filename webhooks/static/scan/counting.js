// People without a pass, counted by taps. Taps that follow one another are one count; a count waits like a scan.

import * as clock from './clock.js'
import * as place from './place.js'
import * as store from './store.js'
import { at } from './screen.js'
import { count, label } from './words.js'
import { hurry } from './background.js'
import { WAITING } from './queue.js'

const PAUSE_MS = 1500
// People who were tapped and are not kept yet, and those of today who are.
const taps = { in: 0, out: 0 }
let kept = { in: 0, out: 0 }
let timer
let keeping = Promise.resolve()

export function begin() {
  at('one-in').addEventListener('click', () => tap('in'))
  at('one-out').addEventListener('click', () => tap('out'))
  addEventListener('pagehide', () => void keep().catch(() => {}))
  write()
}

function tap(direction) {
  if (!place.now().who) return
  taps[direction] += 1
  write()
  clearTimeout(timer)
  timer = setTimeout(() => keep().then(hurry, () => {}), PAUSE_MS)
}

// One after the other: the page may be left while a count is being kept.
function keep() {
  keeping = keeping.catch(() => {}).then(keepTaps)
  return keeping
}

async function keepTaps() {
  const { gate, event, who } = place.now()
  for (const direction of ['in', 'out']) {
    const people = taps[direction]
    if (!people) continue
    const { at } = clock.stamp()
    await store.put({ scan_id: crypto.randomUUID(), order: Math.round(clock.now()), at, direction, people_counted: people, gate, event, who, state: WAITING })
    taps[direction] -= people
    kept[direction] += people
  }
}

// Show what has been counted; `rows` are the counts of today that are kept.
export function draw(rows) {
  const people = (direction) => rows.filter((row) => row.direction === direction).reduce((all, row) => all + row.people_counted, 0)
  kept = { in: people('in'), out: people('out') }
  write()
}

function write() {
  at('counted').textContent = label('counted', { came: count(kept.in + taps.in), went: count(kept.out + taps.out) })
}
