// Brings the live part of the page up to date when the server says that something changed.
// Without it the page shows the same figures after a reload.
"use strict";
const board = document.getElementById("board");
const status = document.getElementById("live");
const updated = document.getElementById("live-at"); // beside the status, so that it is not read out at every change
const FIRST_WAIT = 1000, LONGEST_WAIT = 60000;
let loading = false, again = false, live = false, wait = FIRST_WAIT;

async function refresh() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const answer = await fetch("/parts/board", { headers: { Accept: "text/html" }, redirect: "manual" });
    if (answer.ok) {
      const open = [...board.querySelectorAll("details")].map((d) => d.open);
      const focused = document.activeElement?.getAttribute?.("href");
      board.innerHTML = await answer.text();
      board.querySelectorAll("details").forEach((d, n) => { if (open[n]) d.open = true; });
      if (focused) board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      updated.textContent = "· cập nhật lúc " + new Date().toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh" });
    }
  } catch { say("Mất kết nối, đang thử lại…"); }
  loading = false;
  if (again) { again = false; setTimeout(refresh, 500); }
}

function say(text) {
  updated.textContent = "";
  status.classList.remove("on");
  if (status.textContent !== text) status.textContent = text;
}

// the status of an event stream is hidden from scripts: the part of the page tells whether the session is over
async function lost() {
  say("Mất kết nối, đang thử lại…");
  try {
    const answer = await fetch("/parts/board", { redirect: "manual" });
    if (!live && ([401, 403].includes(answer.status) || answer.type === "opaqueredirect")) {
      const link = document.createElement("a");
      link.href = "/login?next=" + encodeURIComponent(location.pathname + location.search);
      link.textContent = "Đăng nhập lại";
      say("Phiên làm việc đã kết thúc, số liệu trên trang không còn được cập nhật. ");
      status.append(link);
    }
  } catch { /* no connection at all: said above */ }
}

// EventSource gives up at any HTTP error (a restart behind a proxy, the end of the session) and a screen on the wall
// would stand still; so each stream that breaks is closed, and a new one is opened after a growing wait
function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => { live = true; status.textContent = "Trực tiếp"; status.classList.add("on"); });
  events.addEventListener("changed", () => { wait = FIRST_WAIT; refresh(); });
  events.addEventListener("error", () => {
    events.close();
    live = false;
    lost();
    setTimeout(listen, wait * (0.75 + Math.random() / 2));
    wait = Math.min(2 * wait, LONGEST_WAIT);
  });
}
listen();
