// Until when each thread of each phone has been read. The browser keeps it, so that a reload loses no badge.

const name = (number, thread) => `read ${number} ${thread}`;

export function seenUntil(number, thread) {
  try {
    return Number(localStorage.getItem(name(number, thread)) ?? 0);
  } catch {
    return 0; // storage is forbidden: everything is unread after a reload
  }
}

export function markSeen(number, thread, at) {
  try {
    localStorage.setItem(name(number, thread), String(at));
  } catch {
    // As above.
  }
}
