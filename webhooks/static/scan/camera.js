// The camera, and what it reads: by the browser's own detector, or by zxing where there is none.

const FORMATS = ['qr_code']
const CAMERA = 'pravesh-scanner-camera'
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } }
// Milliseconds between frames: a cheap phone reads one in 30 to 80 ms, and more often only warms it.
const BETWEEN_MS = 60

const library = new URL('../lib/', import.meta.url)

async function ownDetector() {
  if (!('BarcodeDetector' in globalThis)) return null
  const known = await BarcodeDetector.getSupportedFormats().catch(() => [])
  return known.includes('qr_code') ? new BarcodeDetector({ formats: FORMATS }) : null
}

async function polyfill() {
  await new Promise((resolve, reject) => {
    const script = document.createElement('script')
    Object.assign(script, { src: new URL('barcode-detector.js', library).href, onload: resolve, onerror: reject })
    document.head.append(script)
  })
  const { BarcodeDetector: Detector, prepareZXingModule } = globalThis.BarcodeDetectionAPI
  const overrides = { locateFile: () => new URL('zxing_reader.wasm', library).href }
  await prepareZXingModule({ overrides, fireImmediately: true })
  return new Detector({ formats: FORMATS })
}

const wanted = (id) => ({ audio: false, video: id ? { deviceId: { exact: id }, ...SIZE } : { facingMode: { ideal: 'environment' }, ...SIZE } })

// The back camera, or the one that was chosen here before.
async function streamOf(id) {
  try {
    return await navigator.mediaDevices.getUserMedia(wanted(id))
  } catch (problem) {
    if (id && ['OverconstrainedError', 'NotFoundError'].includes(problem.name)) return navigator.mediaDevices.getUserMedia(wanted(''))
    throw problem
  }
}

export async function open(video, id = localStorage.getItem(CAMERA)) {
  close(video)
  const stream = await streamOf(id)
  video.srcObject = stream
  await video.play()
  const [track] = stream.getVideoTracks()
  const focus = track.getCapabilities?.().focusMode || []
  if (focus.includes('continuous')) track.applyConstraints({ advanced: [{ focusMode: 'continuous' }] }).catch(() => {})
  return track
}

// Resume a paused picture.
export const resume = (video) => video.play().catch(() => {})

export function close(video) {
  video.srcObject?.getTracks().forEach((track) => track.stop())
  video.srcObject = null
}

// The next camera; null where there is only one.
export async function another(track) {
  const all = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === 'videoinput')
  if (all.length < 2) return null
  const at = all.findIndex((device) => device.deviceId === track.getSettings().deviceId)
  return all[(at + 1) % all.length].deviceId
}

export const choose = (id) => localStorage.setItem(CAMERA, id)
export const hasTorch = (track) => Boolean(track.getCapabilities?.().torch)
export const torch = (track, on) => track.applyConstraints({ advanced: [{ torch: on }] })

// Give every text that is seen to `see`, and null for a frame without one, for as long as the page lives.
export async function watch(video, see) {
  const detector = await ownDetector() || await polyfill()
  // The first picture of all takes longest: it must not be somebody's pass.
  await detector.detect(new ImageData(64, 64)).catch(() => [])
  for (;;) {
    if (video.readyState >= 2 && video.srcObject && document.visibilityState === 'visible') {
      const frame = performance.now()
      const found = await detector.detect(video).catch(() => [])
      see(found.length ? found[0].rawValue : null, frame)
    }
    await new Promise((resume) => setTimeout(resume, BETWEEN_MS))
  }
}
