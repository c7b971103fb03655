// The token in a pass's QR: its layout, and its signature. See bot/domain/passes/tokens.py.

export const SIGNED = 17
const VERSION = 1
const EPOCH = Date.UTC(2020, 0, 1)
const DAY = 86400000

// What 81 bytes say; null where they are of another version.
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getUint8(0) !== VERSION) return null
  const first = view.getUint16(10)
  const mask = view.getUint32(12)
  const offsets = [...Array(32).keys()].filter((place) => mask >>> place & 1)
  return {
    key: view.getUint8(1),
    event: view.getUint16(2),
    kind: view.getUint8(4),
    pass: view.getUint8(5) * 2 ** 32 + view.getUint32(6),
    days: offsets.map((offset) => new Date(EPOCH + (first + offset) * DAY).toISOString().slice(0, 10)),
    party: view.getUint8(16),
  }
}

// A function (bytes) -> whether the signature is good, for one public key of 32 bytes.
export async function verifier(key, noble) {
  const parts = (bytes) => [bytes.slice(SIGNED), bytes.slice(0, SIGNED)]
  try {
    const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify'])
    return (bytes) => crypto.subtle.verify({ name: 'Ed25519' }, imported, ...parts(bytes))
  } catch {
    // A browser that knows no Ed25519; what it can do is SHA-512, and that is enough.
    const { verifyAsync } = await noble()
    return async (bytes) => verifyAsync(...parts(bytes), key).catch(() => false)
  }
}
