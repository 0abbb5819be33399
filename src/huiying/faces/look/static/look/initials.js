// In a list of Chinese names, letters typed one after another find a name by its initials in pinyin: jtj, 交通局.
// A browser alone finds what a name begins with; it still does where no initials fit.
(() => {
  "use strict";
  const PAUSE = 1200;
  let typed = "", last = 0, where = null;
  const fits = (option, start) => (option.dataset.initials ?? "").split(" ")
    .some((way) => (start ? way.startsWith(typed) : way.includes(typed)));
  document.addEventListener("keydown", (event) => {
    const list = event.target;
    if (!(list instanceof HTMLSelectElement) || list.multiple || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^[a-z0-9]$/i.test(event.key)) return;
    if (where !== list || event.timeStamp - last > PAUSE) typed = "";
    [where, last, typed] = [list, event.timeStamp, typed + event.key.toLowerCase()];
    const options = [...list.options].filter((option) => !option.disabled);
    const found = options.find((option) => fits(option, true)) ?? options.find((option) => fits(option, false));
    if (!found) return;
    event.preventDefault();
    if (found.selected) return;
    found.selected = true;
    list.dispatchEvent(new Event("input", { bubbles: true }));
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
