// A hardware scanner types what it reads and ends with Enter, wherever the page is.

const GAP_MS = 120
const LEAST = 6

// Give every text that is typed faster than people type to `see`.
export function listen(see) {
  let typed = '', last = 0
  document.addEventListener('keydown', (event) => {
    const now = event.timeStamp
    if (now - last > GAP_MS) typed = ''
    last = now
    if (event.key === 'Enter') {
      const inField = event.target.matches('input, select, textarea')
      if (typed.length >= LEAST && !inField) {
        event.preventDefault()
        see(typed)
      }
      typed = ''
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      typed += event.key
    }
  }, true)
}
