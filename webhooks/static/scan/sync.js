// The list for scanning without a network: fetched, kept on the disk, and its keys made ready.

import * as clock from './clock.js'
import { ask } from './net.js'
import { bytesOf, kept } from './book.js'
import { verifier } from './token.js'
import * as store from './store.js'

const FORMAT = 1
// A large event's first list on a poor network takes its time; nothing waits for it.
const LIST_MS = 180000
const noble = () => import('../lib/ed25519.js')

// What scans are judged by: {book, verifiers}; book null where there is none yet.
export async function load() {
  const book = (await store.fact('book')) || null
  return { book, verifiers: await verifiers(book) }
}

export async function forgetList() {
  await store.forget('book')
}

// The list as it is now: whole the first time, then what has changed; null where nothing has.
export async function refresh(event, before) {
  const same = before && before.head.event.slug === event ? before : null
  const path = `/api/v1/events/${encodeURIComponent(event)}/offline${same ? `?since=${encodeURIComponent(same.head.next)}` : ''}`
  const askedAt = clock.now()
  const { status, body } = await ask(path, { within: LIST_MS })
  if (status !== 200 || body.format !== FORMAT) return null
  const book = { ...kept(body, same, askedAt), syncedAt: askedAt }
  await store.keep('book', book)
  return { book, verifiers: await verifiers(book) }
}

async function verifiers(book) {
  const keys = book ? book.head.keys : []
  return new Map(await Promise.all(keys.map(async (key) => [key.number, await verifier(bytesOf(key.public), noble)])))
}
