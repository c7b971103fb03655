// What this scanner keeps, in IndexedDB: it survives a closed tab and a flat battery.
//   scans: one row a scan, by `scan_id`; `order` is the order in which they were made
//   facts: the list for scanning without a network, who this is, where it stands, what time it is
//
// Browsers close the connection when a phone has slept or its memory runs short. What fails is tried once more with a
// new one: whatever is written has a key, so that writing it twice is writing it once.

const NAME = 'pravesh-scanner'
const VERSION = 1
// A browser may leave either without an answer.
const OPEN_MS = 5000
const WHOLE_MS = 20000

// Thrown where nothing can be written or read, with a new connection either.
export class Lost extends Error {}

let opened
let lost = ''

// Whether storage cannot be relied on now.
export const isLost = () => lost !== ''

function open() {
  if (!opened) {
    const mine = within(OPEN_MS, opening())
    opened = mine
    mine.then((base) => watch(base, mine), () => gone(mine))
  }
  return opened
}

function opening() {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.open(NAME, VERSION)
    asking.onupgradeneeded = () => {
      const scans = asking.result.createObjectStore('scans', { keyPath: 'scan_id' })
      scans.createIndex('order', 'order')
      scans.createIndex('state', 'state')
      asking.result.createObjectStore('facts')
    }
    asking.onsuccess = () => resolve(asking.result)
    asking.onerror = () => reject(asking.error)
  })
}

function watch(base, mine) {
  base.onclose = () => gone(mine)
  base.onversionchange = () => {
    base.close()
    gone(mine)
  }
}

function gone(mine) {
  if (opened === mine) opened = undefined
}

function within(ms, act) {
  let timer
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Lost('no answer')), ms) })
  return Promise.race([act, late]).finally(() => clearTimeout(timer))
}

// Run `act` with an object store: the result of the request that it returns, once it is on the disk. Throws Lost.
async function run(name, mode, act) {
  try {
    const answer = await once(name, mode, act).catch(() => again(name, mode, act))
    // That something can be read says nothing of a disk that is full.
    if (mode === 'readwrite' || lost === 'readonly') lost = ''
    return answer
  } catch (problem) {
    lost = mode
    throw new Lost(problem.name)
  }
}

async function again(name, mode, act) {
  const before = opened
  gone(before)
  before?.then((base) => base.close(), () => {})
  return once(name, mode, act)
}

async function once(name, mode, act) {
  const base = await open()
  return within(WHOLE_MS, new Promise((resolve, reject) => {
    const transaction = base.transaction(name, mode, { durability: 'strict' })
    const request = act(transaction.objectStore(name))
    transaction.oncomplete = () => resolve(request ? request.result : undefined)
    transaction.onabort = transaction.onerror = () => reject(transaction.error)
  }))
}

export const fact = (name) => run('facts', 'readonly', (facts) => facts.get(name))
export const has = (name) => run('facts', 'readonly', (facts) => facts.count(name))
export const keep = (name, value) => run('facts', 'readwrite', (facts) => void facts.put(value, name))
export const forget = (name) => run('facts', 'readwrite', (facts) => void facts.delete(name))

// Write scans as they are now.
export const put = (...rows) => run('scans', 'readwrite', (scans) => void rows.forEach((row) => scans.put(row)))
export const drop = (...ids) => run('scans', 'readwrite', (scans) => void ids.forEach((id) => scans.delete(id)))

// All stored scans, in the order in which they were made.
export const scans = () => run('scans', 'readonly', (rows) => rows.index('order').getAll())

// Ask the browser not to throw this away when space runs short.
export function persist() {
  return navigator.storage?.persist?.().catch(() => false)
}
