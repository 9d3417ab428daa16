// Brings the live part of the page up to date when the server says that something changed.
// Without it the page shows the same figures after a reload.
"use strict";
const board = document.getElementById("board");
const status = document.getElementById("live");
const updated = document.getElementById("live-at"); // beside the status, so that it is not read out at every change
const pause = document.getElementById("live-pause");
const FIRST_WAIT = 1000, LONGEST_WAIT = 60000;
let loading = false, again = false, live = false, paused = false, wait = FIRST_WAIT;

async function refresh() {
  if (paused) return;
  if (loading) { again = true; return; }
  loading = true;
  try {
    const answer = await fetch("/parts/board", { headers: { Accept: "text/html" }, redirect: "manual" });
    if (answer.ok) {
      replace(await answer.text());
      updated.textContent = "· cập nhật lúc " + new Date().toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh" });
    }
  } catch { say("Mất kết nối, đang thử lại…"); }
  loading = false;
  if (again) { again = false; setTimeout(refresh, 500); }
}

// what a person has opened, scrolled and come to stays
function replace(html) {
  const parts = (what) => [...board.querySelectorAll(what)];
  const open = parts("details").map((d) => d.open);
  const scrolled = parts(".scroll").map((s) => s.scrollLeft);
  const focused = document.activeElement, link = focused.getAttribute("href");
  const same = link ? `a[href="${CSS.escape(link)}"]` : ["summary", ".scroll"].find((what) => focused.matches(what));
  const place = same && board.contains(focused) ? parts(same).indexOf(focused) : -1;
  board.innerHTML = html;
  parts("details").forEach((d, n) => { if (open[n]) d.open = true; });
  parts(".scroll").forEach((s, n) => { s.scrollLeft = scrolled[n] ?? 0; });
  if (place >= 0) (parts(same)[place] ?? parts(same)[0])?.focus({ preventScroll: true });
}

function connected() {
  status.textContent = paused ? "Đã tạm dừng cập nhật" : "Trực tiếp";
  status.classList.toggle("on", !paused);
}

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Tiếp tục cập nhật" : "Tạm dừng cập nhật";
  if (live) connected();
  refresh();
});

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
  events.addEventListener("open", () => { live = true; connected(); });
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
