// The dashboard asks for its figures every few seconds; only parts that have changed are put in anew.
import { draw, restyle } from './charts.js'

const root = document.querySelector('#dashboard')
const fresh = document.querySelector('#fresh')
const trouble = document.querySelector('#trouble')
const heard = document.querySelector('#heard')
const EVERY = Number(root.dataset.every) * 1000
// Behind another tab nobody looks, but the title still tells of alerts.
const HIDDEN = 60_000
const SLOWEST = 30_000
const title = document.title

let tag = `W/"${root.dataset.tag}"`
let last = ''
let told = new Set(keys())
let failures = 0
let timer = 0

function keys () {
  return [...document.querySelectorAll('#alerts [data-key]')].map(one => one.dataset.key)
}

function ask () {
  clearTimeout(timer)
  // Should no answer and no failure ever come.
  timer = setTimeout(ask, SLOWEST)
  window.htmx.trigger(root, 'look')
}

function wait () {
  clearTimeout(timer)
  const pace = document.hidden ? HIDDEN : EVERY
  timer = setTimeout(ask, failures ? Math.min(pace * failures, Math.max(pace, SLOWEST)) : pace)
}

function say (kind) {
  const words = trouble.querySelector('span')
  const text = root.dataset[kind].replace('{time}', last)
  // Read out once, not every few seconds.
  if (words.textContent !== text) words.textContent = text
  trouble.querySelector('a').hidden = kind !== 'out'
  trouble.hidden = false
}

function well (answer) {
  failures = 0
  last = decodeURIComponent(answer.getResponseHeader('X-As-Of'))
  fresh.textContent = root.dataset.asOf.replace('{time}', last)
  tag = answer.getResponseHeader('ETag') || tag
  trouble.hidden = true
}

function alerted () {
  const now = keys()
  const added = now.filter(key => !told.has(key))
  told = new Set(now)
  document.title = now.length ? `(${now.length}) ${title}` : title
  if (added.length) heard.textContent = added.map(key => document.querySelector(`#alerts [data-key="${CSS.escape(key)}"] strong`).textContent).join(' ')
}

function marked (part) {
  const chosen = getSelection()
  return !chosen.isCollapsed && chosen.containsNode(part, true)
}

root.addEventListener('htmx:configRequest', event => { event.detail.headers['If-None-Match'] = tag })
root.addEventListener('htmx:beforeOnLoad', event => {
  const answer = event.detail.xhr
  const good = answer.status === 200 || answer.status === 304
  // Another event, another language, a new release: these figures belong to another page.
  const moved = good && answer.getResponseHeader('X-Page') !== root.dataset.page
  if (moved) location.reload()
  else if (good) well(answer)
  if (moved || answer.status === 304) event.preventDefault()
})
// What is as it was stays, and so does what somebody is just copying.
document.addEventListener('htmx:oobBeforeSwap', event => {
  const { target, fragment } = event.detail
  const changed = target.innerHTML !== fragment.innerHTML
  event.detail.shouldSwap = changed && !marked(target)
  // It is to come again once nobody is copying.
  if (changed && marked(target)) tag = ''
})
root.addEventListener('htmx:afterRequest', event => {
  const { status } = event.detail.xhr
  if (status === 200 || status === 304) {
    draw()
    alerted()
  } else {
    failures += 1
    say(status === 401 || status === 403 ? 'out' : status ? 'broken' : 'away')
  }
  wait()
})
document.addEventListener('visibilitychange', () => document.hidden ? wait() : ask())
addEventListener('online', ask)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', restyle)
// What was drawn before its letters had come shows boxes in their place.
document.fonts.addEventListener('loadingdone', restyle)

last = root.dataset.hour
draw()
alerted()
wait()
