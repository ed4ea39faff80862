"use strict";
// Everything works without this file; it only makes things quicker.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)];

  const setTheme = (theme) => {
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };

  const openDialog = (dialog) => {
    if (!dialog || typeof dialog.showModal !== "function") return false;
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector("[autofocus], textarea, input:not([type=hidden])");
    if (first) first.focus();
    return true;
  };

  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-theme-to]");
    if (theme) {
      event.preventDefault();
      setTheme(theme.dataset.themeTo);
      return;
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener && openDialog(document.getElementById(opener.dataset.dialog))) {
      event.preventDefault();
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close();
    const reveal = event.target.closest("[data-reveal]");
    if (reveal) {
      const input = document.getElementById(reveal.dataset.reveal);
      input.type = input.type === "password" ? "text" : "password";
      reveal.setAttribute("aria-pressed", String(input.type === "text"));
    }
    all("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const print = event.target.closest("[data-print]");
    if (print) window.print();
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      event.preventDefault();
      navigator.clipboard.writeText(copy.dataset.copy || location.href);
      copy.setAttribute("data-copied", "");
    }
  });

  const typing = (target) =>
    target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");

  const moveInTimeline = (event) => {
    const link = event.target.closest("[data-timeline] a");
    if (!link) return;
    const links = all("a", link.closest("[data-timeline]")).filter((one) => one.getClientRects().length);
    const here = link.getBoundingClientRect();
    const middle = here.left + here.width / 2;
    let next;
    if (event.key === "ArrowRight") next = links[links.indexOf(link) + 1];
    if (event.key === "ArrowLeft") next = links[links.indexOf(link) - 1];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const down = event.key === "ArrowDown";
      const boxes = links.map((one) => [one, one.getBoundingClientRect()]);
      const beyond = boxes.filter(([, box]) => (down ? box.top > here.bottom - 4 : box.bottom < here.top + 4));
      const score = ([, box]) => Math.abs(box.top - here.top) * 4 + Math.abs(box.left + box.width / 2 - middle);
      next = beyond.sort((a, b) => score(a) - score(b))[0]?.[0];
    }
    if (next) {
      event.preventDefault();
      next.focus();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !typing(event.target)) {
      const search = document.querySelector("[data-search]");
      if (search && search.getClientRects().length) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      all("details[data-menu][open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    if (event.key.startsWith("Arrow") && event.target.closest) moveInTimeline(event);
  });

  // Filters apply when changed; text fields on Enter, as ever.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto-submit]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
    const table = event.target.closest("table[data-select]");
    if (table) selectRows(table, event.target);
  });

  const selectRows = (table, changed) => {
    const boxes = all("tbody .check input:not(:disabled)", table);
    const head = table.querySelector("[data-select-all]");
    if (changed === head) boxes.forEach((box) => { box.checked = head.checked; });
    const chosen = boxes.filter((box) => box.checked).length;
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
    all("[data-selected-count]").forEach((one) => { one.textContent = String(chosen); });
    all("[data-when-selected]").forEach((one) => { one.hidden = chosen === 0; });
  };

  // What is typed in a draft form stays in this window until it is sent; never a secret.
  const keepable = (field) =>
    field.name && field.name !== "csrf_token" && !["password", "file", "hidden", "submit"].includes(field.type);
  const draftKey = (form) => `draft:${location.pathname}:${form.dataset.draft}`;
  const restoreDraft = (form) => {
    if (form.querySelector(".error-summary")) return;
    const kept = JSON.parse(sessionStorage.getItem(draftKey(form)) || "{}");
    all("input, select, textarea", form).filter(keepable).forEach((field) => {
      const values = kept[field.name];
      if (!values) return;
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (field.multiple) [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
      else field.value = values[0];
    });
  };
  const keepDraft = (form) => {
    const kept = {};
    new FormData(form).forEach((value, name) => {
      const field = form.elements[name];
      if (typeof value === "string" && (field instanceof RadioNodeList || keepable(field))) (kept[name] ||= []).push(value);
    });
    delete kept.csrf_token;
    sessionStorage.setItem(draftKey(form), JSON.stringify(kept));
  };
  all("form[data-draft]").forEach((form) => {
    restoreDraft(form);
    form.addEventListener("input", () => keepDraft(form));
    form.addEventListener("submit", () => sessionStorage.removeItem(draftKey(form)));
  });

  // One press sends once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = "yes";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => all("form[data-sending]").forEach((form) => {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  }));

  const tell = (text) => {
    let place = document.getElementById("live");
    if (!place) {
      place = document.createElement("div");
      place.id = "live";
      place.className = "notice s-blocked live-notice";
      place.setAttribute("role", "alert");
      document.body.append(place);
    }
    place.textContent = text;
  };
  const words = root.lang.startsWith("zh")
    ? { failed: "未能更新，請重新載入頁面。", offline: "網絡中斷，你輸入的內容仍保留在此視窗。" }
    : { failed: "This part could not be refreshed. Load the page again.", offline: "The network is gone. What you typed stays in this window." };
  document.addEventListener("htmx:responseError", () => tell(words.failed));
  document.addEventListener("htmx:sendError", () => tell(words.offline));
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrf_token]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });

  const narrow = matchMedia("(max-width: 1200px)").matches;
  all("[popover][data-open]").forEach((panel) => { if (narrow && panel.showPopover) panel.showPopover(); });
  all("[data-reveal]").forEach((button) => { button.hidden = false; });
  all("dialog[data-open]").forEach(openDialog);
  document.querySelector("[data-focus]")?.focus();
  const chosen = document.querySelector(".timeline .bar-selected");
  const scroller = chosen?.closest(".timeline");
  if (scroller && scroller.scrollWidth > scroller.clientWidth) {
    const gap = chosen.getBoundingClientRect().left - scroller.getBoundingClientRect().left;
    scroller.scrollLeft += gap - scroller.clientWidth / 2;
  }
})();
