// Brings the live part of the page up to date when the server says that something changed.
// Without it the page shows the same figures after a reload. On an alert's page, where people type, nothing is replaced: it
// only says that there is more than is shown.
"use strict";
const board = document.getElementById("board");
const status = document.getElementById("live");
const updated = document.getElementById("live-at"); // beside the status, so that it is not read out at every change
const pause = document.getElementById("live-pause");
const watched = document.getElementById("watched"); // an alert as it is shown
const news = document.getElementById("watched-news");
const BETWEEN_LOOKS = 15000;
const FIRST_WAIT = 1000, LONGEST_WAIT = 60000;
let loading = false, again = false, live = false, paused = false, wait = FIRST_WAIT;

async function refresh() {
  if (paused) return;
  if (loading) { again = true; return; }
  loading = true;
  if (watched) return look();
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

// other news come every few seconds: of all of them one look in a quarter of a minute is enough
async function look() {
  try {
    const answer = await fetch("/api/v1/alerts/" + watched.dataset.alert, { redirect: "manual" });
    const now = answer.ok ? await answer.json() : null;
    const shown = (found) => `${found.timeline.length} ${found.alert.level}` === `${watched.dataset.lines} ${watched.dataset.level}`;
    if (now && !shown(now)) {
      const link = document.createElement("a");
      link.href = location.pathname;
      link.textContent = "Tải lại trang";
      news.replaceChildren("Cảnh báo vừa có diễn biến mới so với trang này. ", link, " (nội dung đang nhập chưa được lưu).");
      news.className = "notice";
      return; // it says so once, and looks no more
    }
  } catch { /* no connection: said elsewhere */ }
  await new Promise((after) => setTimeout(after, BETWEEN_LOOKS));
  loading = false;
  if (again) { again = false; refresh(); }
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

if (pause) pause.hidden = false;
pause?.addEventListener("click", () => {
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

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Đã sao chép";
  });
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
