// The operator's page. Every text of an agent's goes through show(), which
// makes text nodes: nothing is ever parsed as HTML.
"use strict";

const $ = (id) => document.getElementById(id);

// el makes an element; props are its properties, or attributes where a name
// has a dash.
function el(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props || {})) {
    if (k.includes("-") || k === "role") e.setAttribute(k, v);
    else e[k] = v;
  }
  e.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return e;
}

// show returns a text of the server's: what stands at odd places are escapes of
// what couldn't be seen.
function show(parts) {
  const out = document.createDocumentFragment();
  (parts || []).forEach((p, i) => out.append(...(i % 2 ? escapes(p) : wide(p))));
  return out;
}

function escapes(p) {
  return p.match(/\\[ux][0-9a-f]+/g).map((e) => e === "\\u0009"
    ? el("span", { className: "tab", title: "tab" }, "→   ")
    : el("span", { className: "esc", title: "a character that can't be seen, or a byte that is no text" }, e));
}

// wide underlines what isn't ASCII: a letter may look like another.
function wide(p) {
  return p.split(/([^\x00-\x7f]+)/).filter((s) => s).map((s) => s.charCodeAt(0) < 128 ? s
    : el("span", { className: "wide-char", title: [...s].slice(0, 8).map((c) => "U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")).join(" ") }, s));
}

const plain = (parts) => (parts || []).join("");

// Words and signs for effects and states: colour is only the third way to
// tell them apart.
const badges = {
  allow: ["ok", "✓ allow"], ask: ["ask", "? ask"], deny: ["no", "✕ deny"],
  pending: ["ask", "? waiting"], approved: ["ok", "✓ approved"], denied: ["no", "✕ denied"], spent: ["note", "● used"], expired: ["note", "○ expired"],
  operated: ["note", "◆ operator"],
  create: ["ok", "+ create"], overwrite: ["ask", "~ overwrite"], delete: ["no", "− delete"], mode: ["note", "~ mode"], impossible: ["no", "✕ impossible"],
};
const badge = (name) => name ? el("span", { className: "badge " + (badges[name] || ["note"])[0] }, (badges[name] || ["", name])[1]) : null;

let skew = 0; // the server's clock less this one's, in ms
function ago(t) {
  const s = Math.round((Date.now() + skew - new Date(t)) / 1000);
  const n = Math.abs(s);
  const text = n < 50 ? (s < 0 ? "in a moment" : "just now") : span(n);
  return n < 50 ? text : s < 0 ? "in " + text : text + " ago";
}
function span(s) {
  for (const [size, unit] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const n = Math.round(s / size);
    if (n >= 1 && s >= size * 0.9) return n + " " + unit + (n > 1 ? "s" : "");
  }
  return "a minute";
}
const time = (t) => el("time", { dateTime: t, title: new Date(t).toLocaleString() }, ago(t));
const count = (n, unit) => n.toLocaleString("en") + " " + unit + (n === 1 ? "" : "s");
function size(n) {
  for (const unit of ["bytes", "KiB", "MiB"]) {
    if (n < 1024) return (unit === "bytes" ? n : n.toFixed(1)) + " " + unit;
    n /= 1024;
  }
  return n.toFixed(1) + " GiB";
}

// The session. The token comes behind the "#" of the link's redirect, and is
// kept where only this origin, and only this tab, can read it.
const token = (() => {
  const m = /^#([\w-]{43})$/.exec(location.hash);
  if (m) {
    sessionStorage.setItem("token", m[1]);
    history.replaceState(null, "", "#waiting");
  }
  return sessionStorage.getItem("token") || "";
})();

async function call(path, body) {
  const answer = await fetch("api/" + path, {
    method: body ? "POST" : "GET",
    headers: body ? { "X-Runtimeguard-Token": token, "Content-Type": "application/json" } : { "X-Runtimeguard-Token": token },
    body: body && JSON.stringify(body), cache: "no-store", redirect: "error", credentials: "same-origin",
  });
  if (answer.status === 401) over();
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

function over() {
  if (stream) stream.close();
  $("main").hidden = true;
  document.querySelector(".bar nav").hidden = document.querySelector(".state").hidden = true;
  $("banner").className = "banner over";
  $("banner").textContent = "This session is over. Open the link that “runtimeguard serve” printed, in this window or another.";
  $("banner").hidden = false;
}

// Views.
const views = {
  waiting: { title: "Waiting", path: () => "requests", items: (d) => d.pending, line: requestLine, detail: requestDetail, on: ["requests", "halt"],
    empty: "Nothing waits for you. A call that the policy asks about appears here by itself.",
    note: (d) => d.more ? `${d.pending.length} oldest of ${d.pending.length + d.more}` : d.pending.length ? "Oldest first" : "" },
  history: { title: "History", path: () => "requests", items: (d) => d.past, line: requestLine, detail: requestDetail, on: ["requests", "halt"],
    empty: "Nothing has been answered yet.", note: () => "What was answered, used or expired" },
  record: { title: "Record", path: recordPath, items: (d) => d.entries, line: recordLine, detail: recordDetail, on: ["audit"],
    empty: "No entry matches.", note: () => "Every decision, and what operators did" },
  backups: { title: "Backups", path: () => "backups", items: (d) => d.backups, line: backupLine, detail: backupDetail, on: ["audit"],
    empty: "Nothing has been saved yet. Where the policy requires a backup, it appears here.", note: (d) => d.more ? `newest ${d.backups.length} of ${d.backups.length + d.more}` : "What was saved before it was changed" },
};
const keyOf = (item) => item.id || String(item.seq);

let view = "waiting";
let data = null;      // of the view
let chosen = "";      // key of the item in the detail
let shownRequest = null; // the request that the keys a and d answer
let shownBackup = null;
let until = "";       // of the record's page

async function load() {
  const v = view;
  let d;
  try {
    d = await call(views[v].path());
  } catch (err) {
    problem(err);
    return;
  }
  if (v !== view) return; // meanwhile another was chosen
  data = d;
  drawList();
  if (v === "waiting" || v === "history") general(d);
}

function problem(err) {
  if ($("main").hidden) return;
  data = null;
  $("list").replaceChildren();
  $("older").hidden = true;
  $("empty").replaceChildren(el("span", { className: "error" }, err.message));
  $("empty").hidden = false;
}

function drawList() {
  const v = views[view];
  const items = v.items(data);
  $("side-title").textContent = v.title;
  $("side-note").textContent = v.note(data);
  const list = $("list");
  const lines = items.map((item) => {
    const li = el("li", { role: "option", id: "item-" + keyOf(item), "aria-selected": String(keyOf(item) === chosen) }, ...v.line(item));
    li.dataset.key = keyOf(item);
    return li;
  });
  list.replaceChildren(...lines);
  active();
  const problems = (data.problem || []).map((p) => el("span", { className: "error" }, show(p), el("br")));
  $("empty").replaceChildren(...(problems.length ? problems : [v.empty]));
  $("empty").hidden = items.length > 0 && !problems.length;
  $("older").hidden = !data.older;
}

function active() {
  let on = "";
  for (const li of $("list").children) {
    const yes = li.dataset.key === chosen;
    li.setAttribute("aria-selected", String(yes));
    if (yes) on = li.id;
  }
  if (on) $("list").setAttribute("aria-activedescendant", on);
  else $("list").removeAttribute("aria-activedescendant");
}

// general shows what every view shows: how many wait, and whether all is
// stopped.
let waiting = -1;
function general(d) {
  skew = new Date(d.now) - Date.now();
  const n = d.pending.length + d.more;
  if (waiting >= 0 && n > waiting) toast(n - waiting === 1 ? "A request has arrived" : n - waiting + " requests have arrived");
  waiting = n;
  $("count").hidden = n === 0;
  $("count").textContent = n;
  $("count").setAttribute("aria-label", n + " waiting");
  document.title = (n ? `(${n}) ` : "") + (d.halted ? "■ halted · " : "") + "runtimeguard";
  $("running").className = "badge " + (d.halted ? "no" : "ok");
  $("running").textContent = d.halted ? "■ halted" : "● running";
  $("halt").textContent = d.halted ? "Resume…" : "Halt…";
  $("halt").dataset.halted = d.halted ? "yes" : "";
  $("banner").hidden = !d.halted;
  $("banner").replaceChildren("■ Halted: every call is refused.", plain(d.why) ? " Reason: " : "", show(d.why));
  $("help").title = "Keys (?) · you answer as " + plain(d.who);
}

async function go(name) {
  view = name;
  until = "";
  history.replaceState(null, "", "#" + name);
  for (const b of document.querySelectorAll("nav button")) {
    if (b.dataset.view === name) b.setAttribute("aria-current", "page");
    else b.removeAttribute("aria-current");
  }
  $("filters").hidden = $("chain").hidden = name !== "record";
  $("list").replaceChildren();
  $("empty").hidden = true;
  close();
  if (name === "record") verify();
  await load();
}

function close() {
  chosen = "";
  shownRequest = shownBackup = null;
  $("main").classList.remove("open");
  $("detail").replaceChildren(el("p", { className: "nothing" }, "Choose one from the list, with j and k or the arrow keys. Press ? for all keys."));
  active();
}

async function open(key) {
  const v = view;
  chosen = key;
  shownRequest = shownBackup = null;
  active();
  $("main").classList.add("open");
  const item = views[v].items(data).find((i) => keyOf(i) === key);
  let made;
  try {
    made = await views[v].detail(item);
  } catch (err) {
    made = { content: [el("p", { className: "error" }, err.message)] };
  }
  if (chosen !== key || view !== v) return; // meanwhile another was chosen
  draw(made);
  $("detail").scrollTop = 0;
}

// draw shows a detail. What the keys answer is what is shown, and nothing else.
function draw(made) {
  shownRequest = made.request || null;
  shownBackup = made.backup || null;
  const back = el("button", { type: "button", className: "quiet back" }, "← Back");
  back.addEventListener("click", close);
  $("detail").replaceChildren(back, ...made.content.filter((c) => c));
}

function move(by) {
  if (!data) return;
  const keys = views[view].items(data).map(keyOf);
  if (!keys.length) return;
  const at = keys.indexOf(chosen);
  const next = at < 0 ? 0 : Math.max(0, Math.min(keys.length - 1, at + by));
  open(keys[next]);
  const li = $("item-" + keys[next]);
  if (li) li.scrollIntoView({ block: "nearest" });
}

// Requests.
function requestLine(r) {
  return [
    el("div", { className: "what" }, show(r.summary)),
    el("div", { className: "meta" }, badge(r.state), el("span", {}, show(r.agent)), r.answered ? el("span", {}, "by ", show(r.by), " ", time(r.answered)) : time(r.created)),
  ];
}

async function requestDetail(item) {
  const r = await call("requests/" + item.id);
  const wait = r.state === "pending";
  const actions = r.sections.filter((s) => s.kind === "action");
  const decided = actions.find((s) => s.decided) || actions[0];
  r.asks = !decided ? r.summary : decided.title === "exec" ? decided.does : [decided.title + " " + decided.does[0], ...decided.does.slice(1)];
  const content = [
    el("div", { className: "facts" }, badge(r.state), el("span", {}, "Tool ", el("b", {}, show(firstRow(r, "tool")))), el("span", {}, "Request ", el("b", {}, r.id))),
    el("h2", {}, show(r.asks)),
    el("div", { className: "facts" },
      el("span", {}, "Agent ", el("b", {}, show(r.agent)), r.verified ? "" : " (says so itself)"),
      el("span", {}, "Session ", el("b", {}, show(r.session))),
      el("span", {}, "Asked ", time(r.created)),
      wait ? el("span", {}, "Answer ", time(r.decideBy)) : null,
      r.answered ? el("span", {}, "Answered by ", el("b", {}, show(r.by)), " ", time(r.answered)) : null),
    wait ? decideButtons() : null,
    plain(r.said) ? el("p", { className: "said" }, "“", show(r.said), "”") : null,
    el("h3", {}, wait ? "Why you are asked" : "Why a human was asked"),
    el("div", { className: "why" }, show(r.why), el("small", {}, "Rule ", show(r.rule))),
    el("h3", {}, "What the agent sends"),
    ...args(r),
    ...r.sections.filter((s) => s.kind === "preview").flatMap(preview),
    actions.length ? el("h3", {}, "What it would do") : null,
    actions.length ? el("ul", { className: "actions" }, ...actions.map(action)) : null,
    el("details", { className: "all" }, el("summary", {}, "All of it, as it is signed"),
      ...r.sections.filter((s) => ["call", "why", "times"].includes(s.kind)).map((s) => el("div", {}, el("h3", {}, { call: "The call", why: "The decision", times: "The times" }[s.kind]), rows(s.rows)))),
  ];
  return { content, request: wait ? r : null };
}

function firstRow(r, label) {
  const row = r.sections[0].rows.find((x) => x.label === label);
  return row ? row.value : [""];
}

function decideButtons() {
  const yes = el("button", { type: "button", className: "primary", id: "approve" }, "✓ Approve once ", el("kbd", {}, "a"));
  const no = el("button", { type: "button", className: "danger", id: "deny" }, "✕ Deny… ", el("kbd", {}, "d"));
  yes.addEventListener("click", approve);
  no.addEventListener("click", deny);
  return el("div", { className: "decide buttons" }, yes, no);
}

function args(r) {
  if (!r.args.length) return [code(show1(firstRow(r, "arguments")))];
  return r.args.flatMap((a) => [el("p", { className: "name" }, show(a.name)), code(a.lines.map((l, i) => [a.lines.length > 1 ? String(i + 1) : "", show(l)]))]);
}
const show1 = (parts) => [["", show(parts)]];

// code shows numbered or marked lines: [label, content, class].
function code(lines) {
  const bare = lines.every(([label]) => !label);
  return el("div", { className: bare ? "code bare" : "code" }, ...lines.map(([label, content, name]) =>
    el("div", { className: name || "" }, el("span", {}, label), el("span", {}, content))));
}

function preview(s) {
  const kind = { "+": "add", "-": "del" };
  const facts = s.rows.filter((r) => !r.line);
  const lines = s.rows.filter((r) => r.line);
  return [
    el("h3", {}, s.title.startsWith("code") ? "What would run" : "What would change"),
    rows(facts),
    lines.length ? code(lines.map((r) => [r.label, show(r.value), kind[r.label]])) : null,
  ].filter((x) => x);
}

function action(s, i, all) {
  const details = el("details", { open: !!s.decided || all.length <= 6 },
    el("summary", {}, el("span", { className: "kind" }, s.title), el("span", { className: "does" }, show(s.does)), s.decided ? el("span", { className: "badge ask" }, "? asks") : ""),
    rows(s.rows.slice(1).filter((r) => r.label !== "asks" && plain(r.value) !== plain(s.does))));
  return el("li", { className: s.decided ? "decided" : "" }, details);
}

const rows = (list) => el("dl", { className: "rows" }, ...(list || []).flatMap((r) => [el("dt", {}, r.label), el("dd", {}, show(r.value))]));

function approve() {
  const r = shownRequest;
  if (!r) return;
  ask({
    title: "Approve this call, once?", yes: "Approve once", body: [el("div", { className: "text" }, show(r.asks)),
      el("p", {}, "It is good for exactly the call that is shown, for a short time. If anything about it changes, you are asked again.")],
    act: () => call(`requests/${r.id}/approve`, {}), done: () => answered("Approved: ", r),
  });
}

function deny() {
  const r = shownRequest;
  if (!r) return;
  ask({
    title: "Deny this call?", yes: "Deny", danger: true, field: "Reason, for the agent and the record (may be empty)", body: [el("div", { className: "text" }, show(r.asks))],
    act: (reason) => call(`requests/${r.id}/deny`, { reason }), done: () => answered("Denied: ", r),
  });
}

async function answered(word, r) {
  toast(word + clip(plain(r.asks), 50));
  if (chosen === r.id) close();
  await load();
}

// The record.
function recordPath() {
  const q = new URLSearchParams();
  for (const [k, v] of new FormData($("filters"))) if (v.trim()) q.set(k, v.trim());
  if (until) q.set("until", until);
  return "audit?" + q;
}

const kindOf = (e) => e.event === "operated" ? e.event : e.approved ? "approved" : e.effect;

const what = (e) => [plain(e.tool) ? show(e.tool) : e.event, plain(e.does) ? ": " : "", show(e.does)];

function recordLine(e) {
  return [
    el("div", { className: "what" }, ...what(e), e.more ? ` (+${e.more})` : ""),
    el("div", { className: "meta" }, badge(kindOf(e)), e.event === "operated" ? null : el("span", {}, e.event), e.failed ? el("span", {}, "failed") : null, el("span", {}, show(e.agent)), time(e.time)),
  ];
}

function recordDetail(e) {
  return { content: [
    el("div", { className: "facts" }, badge(e.event === "operated" ? e.event : e.effect), e.approved ? badge("approved") : null, el("span", {}, "Event ", el("b", {}, e.event)), el("span", {}, "Line ", el("b", {}, String(e.seq))), time(e.time)),
    el("h2", {}, ...(e.event === "operated" || !plain(e.does) ? what(e) : [show(e.does)])),
    el("div", { className: "facts" },
      plain(e.tool) && e.event !== "operated" ? el("span", {}, "Tool ", el("b", {}, show(e.tool))) : null,
      plain(e.agent) ? el("span", {}, e.event === "operated" ? "Operator " : "Agent ", el("b", {}, show(e.agent))) : null,
      plain(e.rule) ? el("span", {}, "Rule ", el("b", {}, show(e.rule))) : null),
    el("h3", {}, "What was recorded"),
    rows(e.rows),
  ] };
}

async function verify() {
  const chain = $("chain");
  chain.className = "chain";
  chain.replaceChildren("Reading the whole chain …");
  let v;
  try {
    v = await call("audit/verify");
  } catch (err) {
    chain.className = "chain broken";
    chain.replaceChildren(el("span", {}, "The chain could not be read: " + err.message));
    return;
  }
  const again = el("button", { type: "button", className: "quiet" }, "Verify again");
  again.addEventListener("click", verify);
  const what = `${count(v.lines, "line")}, ${count(v.segments, "file")}, ${count(v.checkpoints, "signed checkpoint")}`;
  if (v.broken) {
    chain.className = "chain broken";
    chain.replaceChildren(el("strong", {}, "✕ The chain is broken"), again, el("p", {}, show(v.broken)), el("p", {}, "Good up to there: " + what));
    return;
  }
  if (v.twice) {
    chain.className = "chain broken";
    chain.replaceChildren(el("strong", {}, "✕ A spent grant was put back, and used again"), again, ...v.twice.map((g) => el("p", {}, "Grant ", show(g))));
    return;
  }
  chain.replaceChildren(el("span", { className: "badge ok" }, "✓ the chain holds"), again, el("p", {}, what));
  if (v.unknown && v.unknown.length) chain.append(el("details", {}, el("summary", {}, "What this doesn't show"), el("ul", {}, ...v.unknown.map((u) => el("li", {}, show(u))))));
}

// Backups.
function backupLine(b) {
  return [
    el("div", { className: "what" }, show(b.tool), ": ", count(b.files, "file"), ", ", size(b.bytes)),
    el("div", { className: "meta" }, b.restore ? el("span", { className: "badge" }, "↶ undoes a restore") : null, el("span", {}, show(b.agent)), time(b.time)),
  ];
}

async function backupDetail(item) {
  const b = await call("backups/" + item.id);
  const button = el("button", { type: "button", className: "primary", id: "restore" }, "Restore… ", el("kbd", {}, "r"));
  button.addEventListener("click", restore);
  const content = [
    el("div", { className: "facts" }, b.restore ? el("span", { className: "badge" }, "↶ undoes a restore") : null, el("span", {}, "Backup ", el("b", {}, b.id))),
    el("h2", {}, show(b.tool), ": ", count(b.files, "file"), ", ", size(b.bytes)),
    el("div", { className: "facts" }, el("span", {}, "Saved ", time(b.time)), plain(b.agent) ? el("span", {}, "Agent ", el("b", {}, show(b.agent))) : null, el("span", {}, "Call ", el("b", {}, b.call))),
    b.changes ? el("div", { className: "decide buttons" }, button) : null,
    el("h3", {}, "What restoring would change now"),
    b.changes ? code(b.diff.map(diffLine)) : el("p", {}, "Nothing: everything is as it was."),
    b.cut ? el("p", { className: "error" }, `This is only the beginning: ${count(b.changes, "change")} in all. “runtimeguard backups diff” shows them.`) : null,
  ];
  return { content, backup: b.changes ? b : null };
}

// diffLine reads a line of the vault's diff: two spaces and a sign before
// lines of files, else a change with its path.
function diffLine(line) {
  const m = /^ {2}([ +-])(.*)$/.exec(line);
  if (m) return [m[1] === "-" ? "−" : m[1], m[2], { "+": "add", "-": "del" }[m[1]]];
  return line === "  ..." ? ["⋯", ""] : ["", line, "file"];
}

function restore() {
  const b = shownBackup;
  if (!b) return;
  ask({
    title: "Restore this backup?", yes: "Restore", body: [el("p", {}, `${count(b.changes, "change")} will be made, exactly as shown. What is there now is saved first, so that this can be undone.`)],
    act: () => call(`backups/${b.id}/restore`, { plan: b.plan }),
    done: async (result) => {
      const bad = result.outcomes.filter((o) => o.error);
      toast(bad.length ? `${bad.length} of ${result.outcomes.length} changes failed` : `Restored: ${count(result.outcomes.length, "change")}`);
      await load();
      await open(b.id);
      if (result.error) $("detail").append(el("p", { className: "error" }, show(result.error)), rows(bad.map((o) => ({ label: plain(o.path), value: o.error }))));
    },
  });
}

// halt or resume.
function stop() {
  const halted = $("halt").dataset.halted === "yes";
  ask(halted ? {
    title: "Resume?", yes: "Resume", body: [el("p", {}, "Calls are judged by the policy again.")], act: () => call("resume", {}), done: () => { toast("Resumed"); refresh(); },
  } : {
    title: "Halt everything?", yes: "Halt", danger: true, field: "Reason, which agents are told (may be empty)", body: [el("p", {}, "Every call of every agent that uses this state folder is refused until you resume. What runs already goes on.")],
    act: (reason) => call("halt", { reason }), done: () => { toast("Halted"); refresh(); },
  });
}

// The dialog: title, body, an optional field, and what "yes" does.
let asking = null;
function ask(a) {
  asking = a;
  $("dialog-title").textContent = a.title;
  $("dialog-body").replaceChildren(...a.body);
  $("dialog-field").hidden = !a.field;
  $("dialog-label").textContent = a.field || "";
  $("dialog-text").value = "";
  $("dialog-error").textContent = "";
  $("dialog-yes").hidden = !a.yes;
  $("dialog-yes").disabled = false;
  $("dialog-yes").className = a.danger ? "danger" : "primary";
  $("dialog-yes").replaceChildren(a.yes || "", " ", el("kbd", {}, "Enter"));
  $("dialog-no").firstChild.textContent = a.yes ? "Cancel " : "Close ";
  $("dialog").showModal();
  (a.field ? $("dialog-text") : a.yes ? $("dialog-yes") : $("dialog-no")).focus();
}

async function answer() {
  const a = asking;
  if (!a || !a.act || $("dialog-yes").disabled) return;
  $("dialog-yes").disabled = true;
  try {
    const result = await a.act($("dialog-text").value.trim());
    shut();
    await a.done(result);
    if (plain(result.unrecorded)) ask({ title: "It is done, but the log has no record of it", body: [el("p", { className: "error" }, show(result.unrecorded))] });
  } catch (err) {
    $("dialog-error").textContent = err.message;
    $("dialog-yes").disabled = false;
  }
}

// shut closes the dialog; the keys are the list's again.
function shut() {
  $("dialog").close();
  $("list").focus();
}

function keys() {
  const all = [["j  ↓", "next"], ["k  ↑", "the one before"], ["a", "approve what is shown, once"], ["d", "deny it, with a reason"], ["r", "restore the backup that is shown"],
    ["1 – 4", "waiting, history, record, backups"], ["Esc", "close"], ["?", "these keys"]];
  ask({ title: "Keys", body: [el("dl", { className: "rows keys" }, ...all.flatMap(([k, what]) => [el("dt", {}, el("kbd", {}, k)), el("dd", {}, what)])), el("p", {}, $("help").title.replace(/^.*· y/, "Y") + ".")] });
}

const clip = (s, n) => [...s].length > n ? [...s].slice(0, n - 1).join("") + "…" : s;

let toasting = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("on");
  clearTimeout(toasting);
  toasting = setTimeout(() => $("toast").classList.remove("on"), 4000);
}

// The stream says when something has changed; the data are asked for.
let stream = null;
let heard = {};
function listen() {
  stream = new EventSource("events");
  stream.onopen = () => { $("link").className = "link"; $("link").textContent = "live"; };
  stream.onerror = () => {
    $("link").className = "link lost";
    $("link").textContent = "not connected";
    if (stream.readyState === EventSource.CLOSED) setTimeout(retry, 3000);
  };
  stream.onmessage = (e) => {
    const now = JSON.parse(e.data);
    const changed = Object.keys(now).filter((k) => now[k] !== heard[k]);
    heard = now;
    if (changed.length) refresh(changed);
  };
}

async function retry() {
  try {
    await call("requests"); // says so if the session is over
    listen();
  } catch { if (!$("main").hidden) setTimeout(retry, 3000); }
}

let refreshing = Promise.resolve();
function refresh(changed) {
  refreshing = refreshing.then(async () => {
    const mine = views[view].on.some((k) => !changed || changed.includes(k));
    if (mine && !until) await load();
    if (view !== "waiting" && view !== "history") general(await call("requests"));
    else if (shownRequest && !data.pending.some((r) => r.id === shownRequest.id)) await gone();
  }).catch(() => {});
}

// gone: what is shown was answered elsewhere, or has expired.
async function gone() {
  if ($("dialog").open) return;
  const id = chosen;
  const made = await requestDetail({ id }).catch(() => null);
  if (made && chosen === id) draw(made);
}

// Keys and clicks.
const pressed = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  a: approve, d: deny, r: restore, "?": keys, Escape: close,
  1: () => go("waiting"), 2: () => go("history"), 3: () => go("record"), 4: () => go("backups"),
};

document.addEventListener("keydown", (e) => {
  if ($("dialog").open) {
    if (e.key === "Enter" && e.target === $("dialog-text") && !e.shiftKey && !e.isComposing) { e.preventDefault(); answer(); }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.repeat && !/^[jk]|Arrow/.test(e.key)) return;
  if (e.target.matches("input, select, textarea")) {
    if (e.key === "Escape") $("list").focus();
    return;
  }
  if (Object.hasOwn(pressed, e.key)) {
    e.preventDefault();
    pressed[e.key]();
  }
});

$("dialog").addEventListener("close", () => { asking = null; });
$("dialog").querySelector("form").addEventListener("submit", (e) => { e.preventDefault(); answer(); });
$("dialog-no").addEventListener("click", shut);
$("halt").addEventListener("click", stop);
$("help").addEventListener("click", keys);
$("list").addEventListener("click", (e) => {
  const li = e.target.closest("li");
  if (li) open(li.dataset.key);
});
for (const b of document.querySelectorAll("nav button")) b.addEventListener("click", () => go(b.dataset.view));
$("filter-box").open = matchMedia("(min-width: 761px)").matches;
$("filters").addEventListener("submit", (e) => e.preventDefault());
$("filters").addEventListener("change", () => { until = ""; close(); load(); });
$("filters").addEventListener("reset", () => setTimeout(() => { until = ""; close(); load(); }));
$("older").addEventListener("click", () => { until = data.older; close(); load().then(() => { $("side-note").textContent = "Older entries"; }); });
setInterval(() => { for (const t of document.querySelectorAll("time")) t.textContent = ago(t.dateTime); }, 15000);

const first = location.hash.slice(1);
go(Object.hasOwn(views, first) ? first : "waiting").then(listen);
if (Object.hasOwn(views, first) && first !== "waiting" && first !== "history") call("requests").then(general).catch(() => {});
