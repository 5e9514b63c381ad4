// Keeps the page current: fetches it again, and puts the new list in place with what was unfolded still unfolded.
const refreshMs = 1500;
const list = document.querySelector("#received");
let shown = "";

function pageAddress() {
  const address = document.querySelector("#address");
  if (address !== null) address.textContent = location.origin + location.pathname;
}

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const text = await response.text();
  if (text === shown) return;
  shown = text;
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#received");
  const open = new Set([...list.querySelectorAll("details[open]")].map((item) => item.dataset.key));
  for (const item of fresh.querySelectorAll("details")) item.open = open.has(item.dataset.key);
  list.replaceChildren(...fresh.childNodes);
  pageAddress();
}

document.querySelector("#clear").addEventListener("click", async () => {
  await fetch(location.pathname, { method: "DELETE" });
  await refresh();
});
pageAddress();
setInterval(() => refresh().catch(() => undefined), refreshMs);
