// Asking the server: with the session's cookie, or with a device's token; never longer than it may take.

const TOKEN = 'pravesh-device-token'

// Thrown where the network is away or too slow. What was asked may have happened all the same.
export class Away extends Error {}

// The token in the address's fragment, which no server ever sees, is moved into the browser's storage.
export function takeToken(place = location) {
  const found = /[#&]token=([A-Za-z0-9_]+)/.exec(place.hash)
  if (!found) return
  localStorage.setItem(TOKEN, found[1])
  history.replaceState(null, '', place.pathname + place.search)
}

export const token = () => localStorage.getItem(TOKEN) || ''
export const forgetToken = () => localStorage.removeItem(TOKEN)

// The answer as {status, body, headers}; raises Away.
export async function ask(path, { body, within = 10000, etag, language } = {}) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), within)
  const headers = { Accept: 'application/json' }
  if (token()) headers.Authorization = `Bearer ${token()}`
  if (etag) headers['If-None-Match'] = etag
  if (language) headers['Accept-Language'] = language
  if (body) headers['Content-Type'] = 'application/json'
  const options = { method: body ? 'POST' : 'GET', headers, signal: stop.signal, cache: 'no-store', credentials: token() ? 'omit' : 'same-origin' }
  if (body) options.body = JSON.stringify(body)
  try {
    const answer = await fetch(path, options)
    const body = (answer.headers.get('Content-Type') || '').includes('json') ? await answer.json() : null
    // A page where JSON was asked for is not from us: a hotspot wants somebody to sign in there.
    if (!body && answer.status < 500 && ![304, 429].includes(answer.status)) throw new Away('not_ours')
    return { status: answer.status, body, headers: answer.headers }
  } catch (problem) {
    throw new Away(problem.name)
  } finally {
    clearTimeout(timer)
  }
}
