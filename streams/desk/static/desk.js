// Comforts on top of pages that work without it: keys, sorting, and live lists.
"use strict";
const rows = () => [...document.querySelectorAll("[data-row]")];
let here = -1;

function go(step) {
  const all = rows();
  if (!all.length) return;
  all[here]?.classList.remove("here");
  here = Math.max(0, Math.min(all.length - 1, here + step));
  all[here].classList.add("here");
  all[here].querySelector("a")?.focus({ preventScroll: true });
  all[here].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const answer = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (answer) { event.preventDefault(); answer.click(); return; }
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "/") { event.preventDefault(); document.getElementById("find").focus(); }
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (event.key === "p") document.getElementById("live")?.click();
  else if (event.key === "Enter" && event.target === document.body && here >= 0) rows()[here].querySelector("a")?.click();
});

function sortable(table) {
  table.querySelectorAll("thead th").forEach((head, column) => {
    if (head.querySelector(".hidden") || !head.textContent.trim()) return;
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => {
        const cell = row.cells[column];
        return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
      };
      const order = (a, b) => {
        const [x, y] = [value(a), value(b)];
        return typeof x === "number" ? x - y : x.localeCompare(y, undefined, { numeric: true });
      };
      const body = table.tBodies[0];
      const sorted = [...body.rows].sort(order);
      body.append(...(down ? sorted.reverse() : sorted));
    });
  });
}
document.querySelectorAll("table.sortable").forEach(sortable);

const list = document.getElementById("rows");
const button = document.getElementById("live");
if (list?.dataset.live && button) {
  let paused = false, waiting = 0, busy = false, behind = false;
  const label = () => {
    button.textContent = paused ? (waiting ? `Paused: ${waiting} new` : "Paused") : "Live";
    button.setAttribute("aria-pressed", String(!paused));
  };
  const refresh = async () => {
    if (busy) { behind = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("rows");
      if (!fresh) return;
      const known = new Map([...list.children].map((row) => [row.querySelector("a")?.getAttribute("href"), row.textContent]));
      const focused = list.children[here]?.querySelector("a")?.getAttribute("href");
      list.replaceChildren(...fresh.children);
      [...list.children].forEach((row, place) => {
        const address = row.querySelector("a")?.getAttribute("href");
        if (known.get(address) !== row.textContent) row.classList.add("fresh");
        if (focused && address === focused) { here = place; row.classList.add("here"); }
      });
      waiting = 0;
    } finally {
      busy = false;
      if (behind) { behind = false; setTimeout(refresh, 1000); }
    }
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    if (!paused) refresh();
    label();
  });
  let seen = null;
  const source = new EventSource("/live");
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data)[list.dataset.live];
    if (seen !== null && now !== seen) {
      if (paused) waiting += now - seen;
      else refresh();
      label();
    }
    seen = now;
  });
  label();
}
document.querySelectorAll("details.filters").forEach((box) => {
  if (matchMedia("(max-width: 900px)").matches && !box.querySelector(".wrong")) box.open = false;
});
