// What the page asks of the server. Everything is JSON, on our own origin.

async function call(method, path, body, headers = {}) {
  const answer = await fetch(`/simulator${path}`, { method, headers, body, cache: "no-store" });
  if (answer.status === 204) return null;
  const found = (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(found.error ?? `The server answered ${answer.status}.`);
  return found;
}

const json = (method, path, value) =>
  call(method, path, JSON.stringify(value), { "Content-Type": "application/json" });

export const changes = (after) => call("GET", `/chat?after=${after}`);
export const write = (message) => json("POST", "/messages", message);
export const addPhone = (phone) => json("POST", "/phones", phone);
export const removePhone = (number) => call("DELETE", `/phones/${encodeURIComponent(number)}`);
export const attach = (file) =>
  call("PUT", `/media?name=${encodeURIComponent(file.name)}`, file, {
    "Content-Type": file.type || "application/octet-stream",
  });
