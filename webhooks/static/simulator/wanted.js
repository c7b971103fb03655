// What a link to this page asks for. It is asked for once: a reload shows the page as it is then.

export function wanted() {
  const asked = new URLSearchParams(location.search);
  if (asked.size) history.replaceState(null, "", location.pathname);
  return { phone: asked.get("phone") ?? "", text: asked.get("text") ?? "", newest: asked.has("newest") };
}
