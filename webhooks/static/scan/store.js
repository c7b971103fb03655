// What this scanner keeps, in IndexedDB: it survives a closed tab and a flat battery.
//   scans: one row a scan, by `scan_id`; `order` is the order in which they were made
//   facts: the list for scanning without a network, who this is, where it stands

const NAME = 'pravesh-scanner'
const VERSION = 1

let opened

function open() {
  opened ??= new Promise((resolve, reject) => {
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
  return opened
}

// Run `act` with an object store; what the request that it gives came to, once it is on the disk.
async function within(name, mode, act) {
  const base = await open()
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(name, mode, { durability: 'strict' })
    const request = act(transaction.objectStore(name))
    transaction.oncomplete = () => resolve(request ? request.result : undefined)
    transaction.onabort = transaction.onerror = () => reject(transaction.error)
  })
}

export const fact = (name) => within('facts', 'readonly', (facts) => facts.get(name))
export const keep = (name, value) => within('facts', 'readwrite', (facts) => void facts.put(value, name))
export const forget = (name) => within('facts', 'readwrite', (facts) => void facts.delete(name))

// Keep scans as they are now.
export const put = (...rows) => within('scans', 'readwrite', (scans) => void rows.forEach((row) => scans.put(row)))
export const drop = (...ids) => within('scans', 'readwrite', (scans) => void ids.forEach((id) => scans.delete(id)))

// All scans that are kept, in the order in which they were made.
export const scans = () => within('scans', 'readonly', (rows) => rows.index('order').getAll())

// Ask the browser not to throw this away when space runs short.
export function persist() {
  return navigator.storage?.persist?.().catch(() => false)
}
