// The list for scanning without a network: what docs/offline.md describes, turned into something to look things up in.

const STATES = ['valid', 'revoked', 'replaced']
const NONE = 65535

export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

// The columns of a document as rows beside one another, in typed arrays.
function columns(table) {
  const ids = new Float64Array(table.count)
  const packed = bytesOf(table.ids)
  let place = 0, id = 0
  for (let row = 0; row < table.count; row++) {
    let step = 0, weight = 1, byte
    do {
      byte = packed[place++]
      step += (byte & 127) * weight
      weight *= 128
    } while (byte & 128)
    ids[row] = id += step
  }
  const rest = ['codes', 'parties', 'kinds', 'states', 'used', 'inside', 'minutes', 'gates']
  return { ids, ...Object.fromEntries(rest.map((name) => [name, bytesOf(table[name])])) }
}

const WIDTHS = { codes: 5, minutes: 2 }

// Where each row of the two tables together comes from: a row of `older`, or of `newer` as its complement (~row).
function places(older, newer) {
  const order = new Int32Array(older.length + newer.length)
  let count = 0, one = 0, other = 0
  while (one < older.length || other < newer.length) {
    if (other >= newer.length || older[one] < newer[other]) {
      order[count++] = one++
    } else {
      if (older[one] === newer[other]) one++
      order[count++] = ~other++
    }
  }
  return order.subarray(0, count)
}

// The rows of `newer` put over those of `older`; both are sorted by id.
export function merged(older, newer) {
  const order = places(older.ids, newer.ids)
  const table = { ids: Float64Array.from(order, (row) => (row >= 0 ? older.ids[row] : newer.ids[~row])) }
  for (const name of Object.keys(older).filter((column) => column !== 'ids')) {
    const width = WIDTHS[name] || 1
    table[name] = new Uint8Array(order.length * width)
    order.forEach((row, at) => {
      const [from, place] = row >= 0 ? [older[name], row] : [newer[name], ~row]
      for (let byte = 0; byte < width; byte++) table[name][at * width + byte] = from[place * width + byte]
    })
  }
  return table
}

// The book to keep after a document has come; `before` is the one that there was.
export function kept(document, before, askedAt) {
  const table = columns(document.passes)
  const head = { ...document, passes: undefined }
  const whole = document.since === null || !before
  return { head, askedAt, table: whole ? table : merged(before.table, table) }
}

// The row of a pass as an object; null where the list has none.
export function byId(book, id) {
  const { ids } = book.table
  let low = 0, high = ids.length
  while (low < high) {
    const middle = low + high >> 1
    if (ids[middle] < id) low = middle + 1
    else high = middle
  }
  return ids[low] === id ? row(book, low) : null
}

// The row of a code, by the first bytes of its digest.
export async function byCode(book, code) {
  const key = await crypto.subtle.importKey(
    'raw', bytesOf(book.head.code_key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const digest = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(code)))
  const { ids, codes } = book.table
  for (let place = 0; place < ids.length; place++) {
    const at = place * 5
    if (codes[at] === digest[0] && codes[at + 1] === digest[1] && codes[at + 2] === digest[2]
      && codes[at + 3] === digest[3] && codes[at + 4] === digest[4]) return row(book, place)
  }
  return null
}

function row(book, place) {
  const { table, head } = book
  const minutes = table.minutes[place * 2] * 256 + table.minutes[place * 2 + 1]
  const gate = head.gates[table.gates[place]]
  return {
    pass: table.ids[place],
    party: table.parties[place],
    kind: table.kinds[place],
    state: STATES[table.states[place]] || 'revoked',
    used: table.used[place],
    inside: table.inside[place],
    first: minutes === NONE ? null : { at: new Date(Date.parse(head.zero) + minutes * 60000).toISOString(), gate: gate ? gate.slug : null },
  }
}
