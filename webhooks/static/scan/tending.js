// Keeps the camera's picture going: a phone pauses it while its screen is off, and gives the camera to other apps.

import * as camera from './camera.js'

const LOOK_MS = 2500

const isSeen = () => document.visibilityState === 'visible'

// Keep the picture of `video` going. `opened(id)` opens a camera and gives its track, null where none can be had.
// The answer is a function that opens the camera of this id, or the one in use anew, and one that gives the track.
export function tend(video, opened) {
  let track = null, opening = null, worked = false, before = -1, still = 0

  function open(id) {
    opening ??= opened(id).then((found) => {
      track = found
      worked ||= Boolean(found)
      found?.addEventListener('ended', look)
    }).finally(() => {
      opening = null
      still = 0
    })
    return opening
  }

  // A camera that was never had is not asked for again and again: somebody may have said no.
  async function look({ anew = false } = {}) {
    if (!isSeen() || opening || !worked && !anew) return
    if (!track || track.readyState === 'ended') return open()
    const moves = !track.muted && !video.paused && video.currentTime !== before
    before = video.currentTime
    still = moves ? 0 : still + 1
    // What is only paused goes on where it was; what stands still all the same is opened anew.
    if (still === 1) return camera.resume(video)
    if (still > 1) return open()
  }

  setInterval(look, LOOK_MS)
  document.addEventListener('visibilitychange', () => look({ anew: true }))
  return { open, track: () => track }
}
