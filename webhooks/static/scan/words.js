// What the page says, in the language that this scanner speaks. All languages are in the page: it must not need a network.

const LANGUAGE = 'pravesh-scanner-language'
const all = JSON.parse(document.getElementById('words').textContent)

let language = localStorage.getItem(LANGUAGE) in all ? localStorage.getItem(LANGUAGE) : document.documentElement.lang
let zone
let dates

const filled = (text, params) => text.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? '')

export const spoken = () => language
export const label = (key, params = {}) => filled(all[language].labels[key], params)
export const title = (result) => all[language].titles[result] || all[language].titles.refused
// The help that somebody needs (flows/text/access_needs.py), with its sign; as it is where an organiser has worded it.
export const need = (kept) => (kept ? `♿ ${all[language].needs[kept] || kept}` : '')
export const reason = (result, params = {}) => filled(all[language].reasons[result] || '', params)

// The event's time zone, in which all hours are shown.
export function setZone(name) {
  if (zone === name && dates) return
  zone = name
  dates = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
}

// As the messages and the pass write them (flows/text/translate.py): 10:07 pm, Thu 14 Jan; रात 10:07 बजे, गुरुवार, 14 जनवरी.
const hours = () => all[language].hours
const format = (options) =>
  new Intl.DateTimeFormat(`${language}-IN`, { timeZone: zone, numberingSystem: 'latn', ...options })
// Several are joined by commas, so none has one of its own after an English weekday.
const dayOf = (moment, more) =>
  format({ day: 'numeric', weekday: hours().weekday, month: hours().month, ...more }).format(new Date(moment)).replace(/^(\w+),/, '$1')
const day = (text) => dayOf(text, { timeZone: 'UTC' })

export const days = (list) => list.map(day).join(', ')

export function hour(moment) {
  const { after, period } = hours()
  const parts = format({ hour: 'numeric', minute: '2-digit', hour12: true, ...(period && { dayPeriod: period }) }).formatToParts(new Date(moment))
  const whole = parts.some(({ type, value }) => type === 'minute' && value === '00')
  // A whole hour is said without its minutes, and without what stands before them.
  const said = parts.filter(({ type }, place) => !whole || type !== 'minute' && parts[place + 1]?.type !== 'minute')
  return said.map(({ value }) => value).join('') + after
}

// Both: whoever is told that a clock may be wrong must see which of the two is.
export const dayAndHour = (moment) => `${dayOf(moment)}, ${hour(moment)}`

// The date of a moment at the event's place, as 2027-01-14.
export const dateOf = (moment) => dates?.format(moment)

export const count = (number) => new Intl.NumberFormat(`${language}-IN`, { numberingSystem: 'latn' }).format(number)

// Speak this language from now on, and say again all that stands on the page.
export function speak(code) {
  if (!(code in all)) return
  language = code
  localStorage.setItem(LANGUAGE, code)
  document.documentElement.lang = code
  for (const place of document.querySelectorAll('[data-say]')) place.textContent = label(place.dataset.say)
  for (const place of document.querySelectorAll('[data-say-label]')) place.setAttribute('aria-label', label(place.dataset.sayLabel))
}
