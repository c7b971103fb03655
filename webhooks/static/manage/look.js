// Shows a colour and pictures in the preview as they are chosen; what is kept, the server checks.

const head = document.querySelector('.look-preview .event-head')
const INKS = ['#ffffff', '#11141c']

const part = (text, at) => {
  const share = parseInt(text.slice(at, at + 2), 16) / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
const luminance = (text) => 0.2126 * part(text, 1) + 0.7152 * part(text, 3) + 0.0722 * part(text, 5)
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

document.getElementById('colour').addEventListener('input', ({ target }) => {
  const ink = INKS.find((one) => contrast(one, target.value) >= 4.5) ?? INKS[1]
  head.style.setProperty('--event', target.value)
  head.style.setProperty('--event-ink', ink)
})

function placed(kind) {
  let image = head.querySelector(kind === 'logo' ? '.event-logo img' : '.event-header')
  if (image) return image
  image = document.createElement('img')
  image.alt = ''
  if (kind === 'header') {
    image.className = 'event-header'
    head.prepend(image)
  } else {
    const plate = document.createElement('span')
    plate.className = 'event-logo'
    plate.append(image)
    head.querySelector('.event-band').prepend(plate)
  }
  return image
}

for (const kind of ['logo', 'header']) {
  document.getElementById(kind).addEventListener('change', ({ target }) => {
    if (target.files.length) placed(kind).src = URL.createObjectURL(target.files[0])
  })
}
