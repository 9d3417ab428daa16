// Brings the live part of the page up to date when the server says that something changed.
// Without it the page shows the same figures after a reload.
"use strict";
const board = document.getElementById("board");
const status = document.getElementById("live");
let loading = false, again = false;

async function refresh() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const answer = await fetch("/parts/board", { headers: { Accept: "text/html" }, redirect: "error" });
    if (answer.ok) {
      const open = [...board.querySelectorAll("details[open]")].length > 0;
      const focused = document.activeElement?.getAttribute?.("href");
      board.innerHTML = await answer.text();
      if (open) board.querySelectorAll("details").forEach((d) => { d.open = true; });
      if (focused) board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      status.textContent = "Trực tiếp · cập nhật lúc " + new Date().toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh" });
    }
  } catch { status.textContent = "Mất kết nối, đang thử lại…"; }
  loading = false;
  if (again) { again = false; setTimeout(refresh, 500); }
}

const events = new EventSource("/events");
events.addEventListener("open", () => { status.textContent = "Trực tiếp"; status.classList.add("on"); });
events.addEventListener("changed", refresh);
events.addEventListener("error", () => { status.textContent = "Mất kết nối, đang thử lại…"; status.classList.remove("on"); });
