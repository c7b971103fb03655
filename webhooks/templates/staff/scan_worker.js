// Keeps the scanner's page and all that it loads. A new release is a new list here, and so a new worker.
const CACHE = {{ ("pravesh-scanner-" ~ release)|tojson }}
const FILES = {{ files|tojson }}
const PAGE = {{ page|tojson }}

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('pravesh-scanner-') && name !== CACHE
  const clear = async () => Promise.all((await caches.keys()).filter(old).map((name) => caches.delete(name)))
  event.waitUntil(clear().then(() => self.clients.claim()))
})

// The page opens from here at once, with or without a network; what it asks of the server is never kept.
self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url)
  if (event.request.method !== 'GET' || address.origin !== location.origin) return
  const name = event.request.mode === 'navigate' ? PAGE : address.pathname
  if (!FILES.includes(name)) return
  event.respondWith(caches.match(name, { cacheName: CACHE }).then((kept) => kept || fetch(event.request)))
})
