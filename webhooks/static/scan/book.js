// The list for scanning without a network: what docs/offline.md describes, turned into something to look things up in.

const STATES = ['valid', 'revoked', 'replaced']
const NONE = 65535

export function bytesOf(base64) {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place)
  return bytes
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

// The first place from `low` on whose id is not below this one.
function placeOf(ids, id, low = 0) {
  let high = ids.length
  while (low < high) {
    const middle = low + high >> 1
    if (ids[middle] < id) low = middle + 1
    else high = middle
  }
  return low
}

// The two tables as one, in runs of rows: [table, from, to]. Few rows are new, so that the runs are long.
function runs(older, newer) {
  const made = []
  let at = 0
  for (let row = 0; row < newer.ids.length; row++) {
    const place = placeOf(older.ids, newer.ids[row], at)
    if (place > at) made.push([older, at, place])
    made.push([newer, row, row + 1])
    at = older.ids[place] === newer.ids[row] ? place + 1 : place
  }
  if (at < older.ids.length) made.push([older, at, older.ids.length])
  return made
}

// The rows of `newer` put over those of `older`; both are sorted by id.
export function merged(older, newer) {
  if (!newer.ids.length) return older
  const parts = runs(older, newer)
  const rows = parts.reduce((all, [, from, to]) => all + to - from, 0)
  return Object.fromEntries(Object.keys(older).map((name) => {
    const width = WIDTHS[name] || 1
    const column = new older[name].constructor(rows * width)
    let at = 0
    for (const [table, from, to] of parts) {
      column.set(table[name].subarray(from * width, to * width), at)
      at += (to - from) * width
    }
    return [name, column]
  }))
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
  const place = placeOf(book.table.ids, id)
  return book.table.ids[place] === id ? row(book, place) : null
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
