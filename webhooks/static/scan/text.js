// Reads what a camera, a hardware scanner or a person gave: a code or a token. See bot/domain/checkins/scan_input.py.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LONGEST = 2000
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const TOKEN_LENGTH = 130
const TOKEN_BYTES = 81
const LOOKALIKES = { O: '0', I: '1', L: '1' }

function folded(character) {
  const point = character.codePointAt(0)
  if (point >= 0xff01 && point <= 0xff5e) return String.fromCodePoint(point - 0xfee0)
  if (point >= 0x0966 && point <= 0x096f) return String.fromCodePoint(point - 0x0936)
  return character
}

// Case, surrounding space, what cannot be seen, and all up to the last /P/ do not count.
export function cleaned(text) {
  const ink = Array.from(text.slice(0, LONGEST), folded).join('').replace(/[\s\x1c-\x1f\p{Cc}\p{Cf}\p{Mn}]/gu, '')
  const whole = ink.replace(/\\[0-9]{6}/g, '').toUpperCase()
  return whole.slice(whole.lastIndexOf('/P/') < 0 ? 0 : whole.lastIndexOf('/P/') + 3)
}

export function checkCharacter(body) {
  let total = 0
  Array.from(body).reverse().forEach((character, place) => {
    const value = ALPHABET.indexOf(character) * (place % 2 === 0 ? 2 : 1)
    total += Math.floor(value / 32) + value % 32
  })
  return ALPHABET[(32 - total % 32) % 32]
}

// The eight characters of a code; '' where it is none; null where its check character is wrong.
export function codeOf(clean) {
  const mended = clean.replace(/\p{Pd}/gu, '').replace(/[OIL]/g, (letter) => LOOKALIKES[letter])
  if (mended.length !== 8 || Array.from(mended).some((one) => !ALPHABET.includes(one))) return ''
  return checkCharacter(mended.slice(0, 7)) === mended[7] ? mended : null
}

// The 81 bytes of a token; null for all but the one way to write them.
export function tokenBytes(clean) {
  if (clean.length !== TOKEN_LENGTH) return null
  const bytes = new Uint8Array(TOKEN_BYTES)
  let bits = 0, held = 0, place = 0
  for (const character of clean) {
    const value = BASE32.indexOf(character)
    if (value < 0) return null
    held = held << 5 | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[place++] = held >> bits
      held &= (1 << bits) - 1
    }
  }
  return held === 0 ? bytes : null
}
