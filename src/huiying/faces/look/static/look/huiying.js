// Extras. Every page works without this file; nothing here sends anything anywhere.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Theme: the same cookie that the plain form sets, without leaving the page.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    const theme = event.submitter?.value;
    if (!form || !theme) return;
    event.preventDefault();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    root.dataset.theme = theme;
    for (const button of all("[data-theme-form] button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  });

  // Buttons that only make sense with this file are hidden until now.
  const reveal = (within) => {
    for (const button of all("[data-dismiss][hidden], [data-print][hidden]", within)) button.hidden = false;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".hy-notice").remove();
    for (const menu of all("details.hy-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Characters left, counted as the server counts them (code points).
  const showCount = (area) => {
    const output = document.getElementById(`${area.id}-count`);
    if (!output) return;
    const left = Number(area.dataset.count) - [...area.value].length;
    const words = left < 0 ? output.dataset.over : output.dataset.left;
    output.textContent = words.replace("{n}", Math.abs(left).toLocaleString(root.lang));
    output.classList.toggle("hy-count--over", left < 0);
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("textarea[data-count]")) showCount(event.target);
  });

  // A draft of a letter stays in this browser for a day, and only what is marked as its words.
  const DAY = 24 * 60 * 60 * 1000;
  const keyOf = (name) => `huiying-draft-${name}`;
  const readDraft = (name) => {
    try {
      const draft = JSON.parse(localStorage.getItem(keyOf(name)));
      if (draft && Date.now() - draft.at < DAY) return draft.fields;
      localStorage.removeItem(keyOf(name));
    } catch { /* storage is off or unreadable: no drafts */ }
    return null;
  };
  const forget = (name) => { try { localStorage.removeItem(keyOf(name)); } catch { /* storage is off */ } };
  const draftFields = (form) => all("textarea, input[type=text], select", form)
    .filter((field) => field.name && !field.closest("[data-draft-skip]"));
  const saveDraft = (form) => {
    const fields = draftFields(form).map((field) => [field.name, field.value]).filter(([, value]) => value);
    if (!fields.some(([, value]) => value.trim().length > 3)) return;
    try {
      localStorage.setItem(keyOf(form.dataset.draft), JSON.stringify({ at: Date.now(), fields }));
    } catch { /* storage is full or off */ }
  };
  const offerDraft = (form) => {
    const name = form.dataset.draft;
    const fields = readDraft(name);
    const box = document.querySelector(`[data-draft-box="${name}"]`);
    const touched = all("textarea", form).some((field) => field.value.trim());
    if (fields && box && !touched) {
      box.hidden = false;
      box.querySelector("[data-draft-restore]").addEventListener("click", () => {
        for (const [field, value] of fields) {
          const target = form.elements[field];
          if (target && "value" in target) target.value = value;
        }
        all("textarea[data-count]", form).forEach(showCount);
        box.hidden = true;
        form.querySelector("textarea")?.focus();
      });
      box.querySelector("[data-draft-discard]").addEventListener("click", () => { forget(name); box.hidden = true; });
    }
    let timer;
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => saveDraft(form), 400); });
  };

  // Chosen files by name and size, and what cannot be sent before anything is.
  const sizeOf = (bytes) => bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
  document.addEventListener("change", (event) => {
    const field = event.target;
    const list = field.type === "file" && field.closest("[data-files]")?.querySelector("[data-chosen]");
    if (!list) return;
    const { most, mostBytes, tooLarge, tooMany } = field.dataset;
    const line = (words, wrong) => {
      const item = document.createElement("li");
      item.textContent = words;
      item.classList.toggle("hy-chosen--wrong", wrong);
      return item;
    };
    const lines = [...field.files].map((file) => {
      const wrong = file.size > Number(mostBytes);
      return line(`${file.name} · ${sizeOf(file.size)}${wrong ? ` · ${tooLarge}` : ""}`, wrong);
    });
    const waiting = all("input[type=checkbox]:checked", field.closest("[data-files]")).length;
    if (lines.length + waiting > Number(most)) lines.push(line(tooMany, true));
    list.replaceChildren(...lines);
    list.hidden = !lines.length;
  });

  // Codes are shown in groups of four while they are typed at the end.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("input[data-group]") || field.selectionStart !== field.value.length) return;
    const size = Number(field.dataset.group);
    field.value = field.value.replace(/[\s-]/g, "").replace(new RegExp(`(.{${size}})(?=.)`, "g"), "$1 ");
  });

  // Escape closes the menu.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details.hy-menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  const begin = (within) => {
    reveal(within);
    all("textarea[data-count]", within).forEach(showCount);
    all("form[data-draft]", within).forEach(offerDraft);
  };
  if (document.querySelector("[data-receipt]")) forget("write-in");
  begin(document);
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.target instanceof Element ? event.target : document;
    reveal(target);
    all("textarea[data-count]", target).forEach(showCount);
  });
})();
