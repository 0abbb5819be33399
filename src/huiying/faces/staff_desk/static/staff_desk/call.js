// Keys of the call screen. Everything is reached by Tab as well; nothing here sends anything.
(() => {
  "use strict";
  const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  const single = document.documentElement.dataset.keys !== "off";
  const go = (key) => {
    const field = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (field) field.focus();
    return Boolean(field);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "F2" && go("s")) event.preventDefault();
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (!single || typing(event.target)) return;
    const help = document.querySelector("[data-key-help]");
    if (event.key === "?" && help) {
      help.open = !help.open;
      help.querySelector("summary").focus();
      event.preventDefault();
    } else if (event.key.length === 1 && go(event.key)) event.preventDefault();
  });
})();
