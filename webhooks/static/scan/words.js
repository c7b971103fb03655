// What the page says, in the language that this scanner speaks. All languages are in the page: it must not need a network.

const LANGUAGE = 'pravesh-scanner-language'
const all = JSON.parse(document.getElementById('words').textContent)

let language = localStorage.getItem(LANGUAGE) in all ? localStorage.getItem(LANGUAGE) : document.documentElement.lang
let zone

const filled = (text, params) => text.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? '')

export const spoken = () => language
export const label = (key, params = {}) => filled(all[language].labels[key], params)
export const title = (result) => all[language].titles[result] || all[language].titles.refused
export const reason = (result, params = {}) => filled(all[language].reasons[result] || '', params)

// The event's time zone, in which all hours are shown.
export function setZone(name) {
  zone = name
}

const format = (options) => new Intl.DateTimeFormat(`${language}-IN`, { timeZone: zone, ...options })
export const hour = (moment) => format({ hour: 'numeric', minute: '2-digit' }).format(new Date(moment))
export const days = (list) => list.map((day) => format({ timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }).format(new Date(day))).join(', ')
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
