// A suggestion fills its form without loading the page again; nothing is sent. Keys 1 to 3 do the same.
(() => {
  "use strict";
  const root = document.documentElement;
  const fill = (link) => {
    const field = link.closest("details")?.querySelector("select[name=category_code]");
    if (!field || ![...field.options].some((option) => option.value === link.dataset.fill)) return false;
    for (let each = link.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
    field.value = link.dataset.fill;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus(); // which reads out, once, what now stands there
    return true;
  };
  const links = [...document.querySelectorAll("[data-fill]")];
  for (const link of links) {
    link.addEventListener("click", (event) => { if (fill(link)) event.preventDefault(); });
    if (root.dataset.keys !== "off" && link.dataset.fillKey) link.setAttribute("aria-keyshortcuts", link.dataset.fillKey);
  }
  if (!links.length || root.dataset.keys === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    const link = links.find((each) => each.dataset.fillKey === event.key);
    if (link && fill(link)) event.preventDefault();
  });
})();
