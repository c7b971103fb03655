// The scanner: what is seen, typed or tapped, and what is done with it.

import * as camera from './camera.js'
import * as link from './link.js'
import * as overruling from './overruling.js'
import * as place from './place.js'
import * as scanner from './scanner.js'
import * as screen from './screen.js'
import * as senses from './senses.js'
import * as store from './store.js'
import * as words from './words.js'
import { at } from './screen.js'
import { begin as beginBackground, hurry, known } from './background.js'
import { begin as beginCounting } from './counting.js'
import { begin as beginFinding } from './finding.js'
import { closedHours } from './judge.js'
import { listen } from './keys.js'
import { takeToken } from './net.js'
import { draw } from './bar.js'
import { tend } from './tending.js'

// A QR seen again within this time counts as seen once: a hand shakes. Longer, and whoever comes next with a
// copy of it would find the screen still green.
const SAME_MS = 2000
const MOST = 255

const view = { text: '', seenAt: 0, busy: false, count: 0, lastId: '' }

const direction = () => document.querySelector('input[name=direction]:checked').value

// `read`: by the camera or a hardware scanner, not typed by a hand.
async function scan(text, seen = performance.now(), read = false) {
  if (!place.now().who || store.isLost()) return
  if (place.mustChoose()) return at('gate').focus()
  if (view.busy) return void setTimeout(() => scan(text, seen, read), 100)
  view.busy = true
  place.now().problem = ''
  try {
    const asked = scanner.begin(text, place.now(), { direction: direction(), count: view.count || null, read })
    const answer = await scanner.settle(asked, known(), words.spoken())
    if (answer.result === 'signed_out') return draw(true)
    view.lastId = asked.scan_id
    shown(asked, answer)
    Object.assign(at('result').dataset, { ms: Math.round(performance.now() - seen), scan: asked.scan_id })
    setCount(0)
    if (answer.result === 'too_fast') view.text = ''
    if (answer.offline) hurry()
  } catch {
    // A disk that is full: what cannot be kept is not shown as good.
    screen.show({ result: 'refused' }, { gates: [], listTime: '' })
    senses.signal('bad')
  } finally {
    view.busy = false
    view.seenAt = performance.now()
    scanner.settled().then(() => draw())
  }
}

function shown(scan, answer) {
  const moment = Date.parse(scan.at)
  const hours = closedHours(known().book, moment, words.dateOf(moment))
  screen.show(answer, { gates: place.now().gates, listTime: listTime(), hours })
  senses.signal(screen.look(answer.result))
  overruling.offer(scan, answer)
}

const listTime = () => (known().book ? words.hour(known().book.syncedAt) : '')

function see(text, frame) {
  const now = performance.now()
  if (text === null || view.busy || overruling.isOpen()) return
  const same = text === view.text && now - view.seenAt < SAME_MS
  Object.assign(view, { text, seenAt: now })
  if (!same && at('pause').hidden && at('signed-out').hidden) scan(text, frame, true)
}

function setCount(number) {
  view.count = Math.max(0, Math.min(MOST, number))
  at('party').textContent = view.count ? words.count(view.count) : words.label('all')
}

async function undo(scanId) {
  const done = await scanner.undo(scanId, place.now(), words.spoken()).catch(() => false)
  place.now().problem = done ? '' : 'undo_failed'
  view.text = ''
  screen.hideResult()
  draw()
}

async function openCamera(id) {
  const video = at('video')
  try {
    const track = await camera.open(video, id)
    at('camera-trouble').hidden = true
    at('torch').hidden = !camera.hasTorch(track)
    at('torch').setAttribute('aria-pressed', 'false')
    at('other-camera').hidden = !await camera.another(track)
    return track
  } catch {
    at('camera-trouble').hidden = false
    return null
  }
}

async function wireCamera() {
  const tended = tend(at('video'), openCamera)
  await tended.open()
  at('torch').addEventListener('click', () => {
    const on = at('torch').getAttribute('aria-pressed') !== 'true'
    camera.torch(tended.track(), on).then(() => at('torch').setAttribute('aria-pressed', String(on)), () => {})
  })
  at('other-camera').addEventListener('click', async () => {
    const id = tended.track() && await camera.another(tended.track())
    if (!id) return
    camera.choose(id)
    await tended.open(id)
  })
  camera.watch(at('video'), see).catch(() => { at('camera-trouble').hidden = false })
}

// One of the four ways: what is shown below the camera.
function show(tab) {
  document.body.dataset.tab = tab
  for (const button of at('tabs').children) button.setAttribute('aria-pressed', String(button.value === tab))
  if (tab === 'code') at('code').focus()
  if (tab === 'find') at('words-to-find').focus()
}

function wire() {
  for (const button of at('tabs').children) button.addEventListener('click', () => show(button.value))
  at('typed').addEventListener('submit', (event) => {
    event.preventDefault()
    const text = at('code').value.trim()
    at('code').value = ''
    if (text) scan(text)
  })
  at('fewer').addEventListener('click', () => setCount(view.count - 1))
  at('more').addEventListener('click', () => setCount(view.count + 1))
  at('gate').addEventListener('change', () => place.choose(at('gate').value).then(() => draw()))
  at('result-next').addEventListener('click', screen.hideResult)
  at('result-undo').addEventListener('click', () => undo(view.lastId))
  at('let-out').addEventListener('click', () => {
    document.querySelector('input[name=direction][value=out]').checked = true
    draw()
  })
  at('direction').addEventListener('change', () => draw())
  at('language').addEventListener('change', () => {
    words.speak(at('language').value)
    setCount(view.count)
    draw()
  })
  at('lost-again').addEventListener('click', () => location.reload())
  document.addEventListener('undo-scan', (event) => undo(event.detail))
  document.addEventListener('pointerdown', () => { at('sound').hidden = senses.canBeHeard() })
  listen((text) => see(text, performance.now()))
}

async function begin() {
  takeToken()
  words.speak(words.spoken())
  at('language').value = words.spoken()
  wire()
  setCount(0)
  beginCounting()
  overruling.begin((scan, answer) => {
    shown(scan, answer)
    scanner.settled().then(() => draw())
  })
  beginFinding((code) => scan(code))
  await place.restore().catch(() => {})
  await beginBackground()
  at('sound').hidden = senses.canBeHeard()
  senses.stayAwake()
  await wireCamera()
}

begin()
