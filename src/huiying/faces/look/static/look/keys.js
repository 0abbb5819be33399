// Single keys of the desk. Each only moves the focus: nothing is done before Enter. Whoever wants none
// switches them off under "My account"; everything is reached by Tab as well.
(() => {
  "use strict";
  const root = document.documentElement;
  if (root.dataset.keys === "off") return;
  root.dataset.keysOn = "";
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  for (const target of document.querySelectorAll("[data-act-key]")) {
    if (target.matches("a, button, summary")) target.setAttribute("aria-keyshortcuts", target.dataset.actKey);
  }

  // The rows of a list.
  const links = () => [...document.querySelectorAll("[data-queue] tbody th a, [data-queue] tbody td:first-child a")];
  const rowOf = (target) => target.closest("[data-queue] tbody tr");
  const walk = (step) => {
    const all = links();
    const row = rowOf(document.activeElement);
    const here = all.findIndex((link) => row?.contains(link));
    all[Math.max(0, Math.min(all.length - 1, here + step))]?.focus();
  };
  const choose = () => {
    const box = rowOf(document.activeElement)?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  };

  const open = (part) => { for (let each = part.closest("details"); each; each = each.parentElement.closest("details")) each.open = true; };
  const goTo = (target) => {
    open(target);
    const field = target.matches("a, button") ? target : target.matches("summary")
      ? [...target.parentElement.querySelectorAll(FIELDS)].find((each) => each.checkVisibility()) : target.querySelector(FIELDS);
    (field ?? target).focus();
  };
  const toSearch = () => {
    const field = document.querySelector("[data-search] input:not([type=hidden]), input[type=search], [data-filters] input:not([type=hidden]), [data-filters] select")
      ?? document.querySelector("a[href$='/desk/search/']");
    if (!field) return false;
    open(field);
    field.focus();
    field.select?.();
    return true;
  };

  let cameFrom = null;
  const help = () => {
    const list = document.querySelector("[data-key-help]");
    if (!list || document.querySelector("[data-key]")) return false; // the call screen opens its own
    list.open = !list.open;
    if (list.open) { cameFrom = document.activeElement; list.querySelector("summary").focus(); } else cameFrom?.focus();
    return true;
  };
  const KEYS = {
    "/": toSearch,
    "?": help,
    j: () => { walk(1); return links().length > 0; },
    k: () => { walk(-1); return links().length > 0; },
    x: choose,
    ArrowDown: () => rowOf(document.activeElement) && (walk(1), true),
    ArrowUp: () => rowOf(document.activeElement) && (walk(-1), true),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const list = document.querySelector("[data-key-help][open]");
    if (event.key === "Escape" && list?.contains(document.activeElement)) { list.open = false; cameFrom?.focus(); return; }
    if (typing(event.target)) return;
    const act = event.key.length === 1 && document.querySelector(`[data-act-key="${CSS.escape(event.key)}"]`);
    if (act) { goTo(act); event.preventDefault(); } else if (KEYS[event.key]?.()) event.preventDefault();
  });
})();
