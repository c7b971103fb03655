// What can be heard and felt of a result, and a screen that stays awake.

const TONES = {
  good: [[880, 0, 0.12], [1320, 0.13, 0.2]],
  out: [[1320, 0, 0.12], [880, 0.13, 0.2]],
  used: [[600, 0, 0.14], [600, 0.22, 0.14]],
  ask: [[600, 0, 0.14], [500, 0.2, 0.2]],
  bad: [[180, 0, 0.5]],
}
const SHAKES = { good: [60], out: [60, 60, 60], used: [120, 80, 120], ask: [120, 80, 120], bad: [400, 100, 400] }

let audio

// A browser lets us be heard only after the first touch; whether it does now.
export function canBeHeard() {
  if (!audio && navigator.userActivation && !navigator.userActivation.hasBeenActive) return false
  audio ??= new AudioContext()
  if (audio.state === 'suspended') audio.resume().catch(() => {})
  return audio.state === 'running'
}

export function signal(look) {
  // Before the first touch a browser only complains.
  if (!navigator.userActivation || navigator.userActivation.hasBeenActive) navigator.vibrate?.(SHAKES[look])
  if (!canBeHeard()) return
  for (const [pitch, from, lasting] of TONES[look]) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.type = look === 'bad' ? 'sawtooth' : 'sine'
    tone.frequency.value = pitch
    const begins = audio.currentTime + from
    volume.gain.setValueAtTime(0.4, begins)
    volume.gain.exponentialRampToValueAtTime(0.001, begins + lasting)
    tone.connect(volume).connect(audio.destination)
    tone.start(begins)
    tone.stop(begins + lasting)
  }
}

// The lock ends whenever the page is hidden, and is taken anew when it is seen again.
export function stayAwake() {
  const take = () => document.visibilityState === 'visible' && navigator.wakeLock?.request('screen').catch(() => {})
  document.addEventListener('visibilitychange', take)
  take()
}
