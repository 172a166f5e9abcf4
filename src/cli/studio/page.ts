/** The page of `drizzle-crr studio`. It has everything in it, and loads only the answers of the handler. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>drizzle-crr studio</title>
<style>
  :root { color-scheme: light dark; --line: light-dark(#dde1ea, #313744); --faint: light-dark(#5b6478, #9fa8ba);
    --accent: light-dark(#3b55d9, #8fa2ff); --warn: light-dark(#935a00, #f2bb62); --page: light-dark(#fff, #16181e);
    --head: light-dark(#f3f5f9, #1f232c); font: 14px/1.45 system-ui, sans-serif; background: var(--page); }
  body { margin: 0; }
  header { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; align-items: baseline; padding: .8rem 1.2rem;
    background: var(--head); border-bottom: 1px solid var(--line); }
  h1 { font-size: 1rem; margin: 0; } h2 { font-size: .95rem; margin: 1.4rem 0 .4rem; }
  header span { color: var(--faint); } code, td.mono { font: .86rem ui-monospace, monospace; }
  main { padding: 0 1.2rem 2rem; } .scroll { overflow-x: auto; }
  table { border-collapse: collapse; min-width: 100%; } th { text-align: left; color: var(--faint); font-weight: 600; }
  th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
  td.value { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
  td button { all: unset; cursor: pointer; color: var(--accent); } td button:focus-visible { outline: 2px solid; }
  .warn { color: var(--warn); } .new td { background: color-mix(in srgb, var(--accent) 14%, transparent); }
  .empty { color: var(--faint); } #why { padding: .6rem .9rem; border-left: 3px solid var(--accent); background: var(--head); }
  #why:empty { display: none; } label { color: var(--faint); } select, input { font: inherit; }
</style>
<header><h1>drizzle-crr studio</h1><span id="facts"></span><span id="error" class="warn" role="alert"></span></header>
<main>
  <h2>Tables</h2><div class="scroll" id="tables"></div>
  <h2>To decide and waiting</h2><div class="scroll" id="waiting"></div>
  <h2>Peers</h2><div class="scroll" id="peers"></div>
  <h2>Feed <label>of <select id="table"><option value="">all tables</option></select></label>
    <label><input type="checkbox" id="pause"> pause</label></h2>
  <p id="why" role="status"></p>
  <div class="scroll" id="feed"></div>
</main>
<script>
const token = new URLSearchParams(location.search).get('token');
const $ = (id) => document.getElementById(id);
const ask = async (what, query = {}) => {
  const response = await fetch('/' + what + '?' + new URLSearchParams({ ...query, token }));
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
};
// Everything is set as text: values are the users'.
const cell = (value, kind) => {
  const td = document.createElement('td');
  if (value instanceof Node) td.append(value); else td.textContent = value ?? '';
  if (kind) td.className = kind;
  return td;
};
const table = (headings, rows, empty) => {
  if (rows.length === 0) {
    const p = document.createElement('p');
    p.className = 'empty';
    p.textContent = empty;
    return p;
  }
  const element = document.createElement('table');
  const head = element.createTHead().insertRow();
  for (const heading of headings) {
    const th = document.createElement('th');
    th.textContent = heading;
    head.append(th);
  }
  const body = element.createTBody();
  for (const { cells, kind } of rows) {
    const row = body.insertRow();
    if (kind) row.className = kind;
    row.append(...cells);
  }
  return element;
};
const short = (site) => site.slice(0, 8);
const count = (n, what) => n + ' ' + what + (n === 1 ? '' : 's');
let mine = '';
let seen;

const showStatus = (status) => {
  mine = status.siteId;
  $('facts').textContent = [status.database, 'site ' + short(status.siteId), 'db_version ' + status.dbVersion,
    count(status.pending, 'pending change'), status.horizon ? 'deletes forgotten up to ' + status.horizon : '',
    status.bookkeepingBytes === null ? '' : Math.round(status.bookkeepingBytes / 1024) + ' kB bookkeeping',
    status.differences ? count(status.differences, 'difference') + ' to the schema: drizzle-crr check' : ''].filter(Boolean).join('  ·  ');
  $('tables').replaceChildren(table(['table', 'rows', 'tombstones', 'not shown', 'masked'],
    status.tables.map((t) => ({ cells: [cell(t.name), cell(t.rows), cell(t.tombstones), cell(t.parked || ''), cell(t.masked || '')] })), 'No CRRs.'));
  $('peers').replaceChildren(table(['site', 'part', 'received up to', 'to send', 'refused rows', 'address'],
    status.peers.map((p) => ({ cells: [cell(short(p.siteId), 'mono'), cell(p.tag), cell(p.received && p.received.dbVersion),
      cell(p.sent && count(p.sent.dbVersionsLeft, 'db_version')), cell(p.refused || ''), cell(p.url)] })), 'No peers yet.'));
  const select = $('table');
  for (const { name } of status.tables) {
    if (![...select.options].some((o) => o.value === name)) select.add(new Option(name, name));
  }
};
const showWaiting = ({ conflicts, rejected, pending }) => {
  const rows = [
    ...conflicts.map((c) => ({ cells: [cell(c.table), cell(JSON.stringify(c.key), 'mono'), cell(c.reason),
      cell(c.values ? c.column + ': ' + c.values.map((v) => JSON.stringify(v.value)).join(' or ')
        : c.error ?? (c.winner ? 'shown by ' + JSON.stringify(c.winner.key) : c.parent ? 'refers to ' + c.parent.table + ' ' + JSON.stringify(c.parent.key) : ''), 'value')] })),
    ...rejected.map((r) => ({ cells: [cell(r.table), cell(JSON.stringify(r.key), 'mono'), cell('rejected'), cell(r.reason, 'value')] })),
  ];
  $('waiting').replaceChildren(table(['table', 'key', 'reason', ''], rows,
    pending ? count(pending, 'change') + ' waits for a table, column or row.' : 'Nothing.'));
};
const why = (c) => {
  const who = c.site === mine ? 'this site' : 'site ' + short(c.site);
  if (c.column === null) return 'Row ' + c.key + ' of ' + c.table + ' is ' + (c.isAlive ? 'alive' : 'deleted') + ' with causal length ' + c.causalLength
    + ': it was ' + (c.isAlive ? 'inserted' : 'deleted') + ' last by ' + who + '. A greater causal length would win, whatever the time.';
  return c.table + ' ' + c.key + ', ' + c.column + ' = ' + c.value + ': version ' + c.version + ', written by ' + who + ', in life '
    + c.causalLength + ' of the row. It wins over every cell with a smaller causal length, then over smaller versions; among equal versions the greater value wins (columns with a type of their own by the rule of that type).';
};
const showFeed = ({ version, changes }) => {
  $('feed').replaceChildren(table(['db_version', 'table', 'key', 'column', 'value', 'version', 'life', 'site', ''],
    changes.map((c) => {
      const button = document.createElement('button');
      button.textContent = 'why?';
      button.onclick = () => { $('why').textContent = why(c); };
      return { kind: seen !== undefined && c.dbVersion > seen ? 'new' : '', cells: [cell(c.dbVersion), cell(c.table), cell(c.key, 'mono'),
        cell(c.column ?? (c.isAlive ? '(row)' : '(deleted)')), cell(c.value, 'mono value'), cell(c.version), cell(c.causalLength),
        cell(c.site === mine ? 'here' : short(c.site), 'mono'), cell(button)] };
    }), 'No changes.'));
  seen = version;
};
let shown = '';
const refresh = async (isForced) => {
  try {
    const status = await ask('status');
    const state = JSON.stringify(status) + $('table').value;
    if (isForced || (state !== shown && !$('pause').checked)) {
      shown = state;
      showStatus(status);
      showWaiting(await ask('waiting'));
      showFeed(await ask('feed', $('table').value ? { table: $('table').value } : {}));
    }
    $('error').textContent = '';
  } catch (error) {
    shown = '';
    $('error').textContent = error.message;
  }
};
$('table').onchange = () => { seen = undefined; refresh(true); };
const loop = async () => { await refresh(false); setTimeout(loop, document.hidden ? 5000 : 1000); };
loop();
</script>
</html>
`;
