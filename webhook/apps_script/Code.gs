/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tabrelay: tells the webhook what people edit in this spreadsheet, and shows them the answer.
 *
 * Paste it whole into Extensions > Apps Script, reload the spreadsheet, and choose tabrelay >
 * Install. Functions whose name ends in _ are not meant to be run by hand.
 *
 * What to know before changing it:
 * - A trigger is a hint, not a delta. The rows are read when the script runs and sent as they are;
 *   triggers may be late, doubled or lost, and tabrelay compares the whole tab now and then.
 * - Nothing is dropped in silence. What cannot be sent waits in the script properties, in order and
 *   with its ids; what does not fit there leaves a mark that asks for a comparison.
 * - Only mapped cells are written, only in a row that is still the row which was sent, and only where
 *   nobody has typed since.
 * - Reading and sending happen under one lock, so edits of a row arrive in the order of the runs.
 */

var MAX_EDITS = 500; /* of one request */
var MAX_REQUEST_CHARS = 600000; /* the webhook takes 1 MiB unless told otherwise */
var MAX_VALUE_CHARS = 8500; /* Google keeps 9 KB in one property ... */
var MAX_QUEUE_CHARS = 400000; /* ... and 500 KB in all of them */
var MAX_SEARCH_CELLS = 500000; /* a larger tab is not searched for a row that has moved */
var MAX_TWIN_CELLS = 20000; /* so many key cells are read with every edit, to see whether a key stands twice */
var LOCK_WAIT_MS = 30000;
var RUN_MS = 270000; /* Google ends a run after six minutes */
var REFRESH_MS = 600000; /* how old the list of mappings may be */
var GROWN_MS = 3000; /* ... when somebody edits a tab that it lacks, where tabs are made by themselves */
var PAUSE_MS = 600000; /* between tries after a refusal */
var RETRY_S = 600; /* so long at most a webhook that is busy may have us wait */
var MOVE_WAIT_MS = 300; /* so long an edit of several cells waits to hear that rows were only moved ... */
var MOVE_MS = 3000; /* ... within so long of it */
var MAX_CHANGES = 20; /* whose times are remembered */
var EVENT_MS = 60000; /* how long an event is remembered */
var EVENT_ORDER_MS = 2000; /* runs of later events may start that much earlier; where the cell shows something else, EVENT_MS */
var NOTE = 'tabrelay: '; /* starts every note of ours */
/* After these rows, columns or tabs may be gone: tabrelay has to compare. */
var STRUCTURE_CHANGES = ['INSERT_ROW', 'REMOVE_ROW', 'REMOVE_COLUMN', 'REMOVE_GRID', 'INSERT_COLUMN', 'INSERT_GRID', 'OTHER'];
var ERROR_VALUE = /^#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A|ERROR!)$/;

/* ==== Settings ==== */

/* `tabrelay script` fills these in; what is blank, Install asks for. The secret is better left blank: a copy of the spreadsheet
 * takes this file along, but not what Install has stored. */
var WEBHOOK_URL = '';
var WEBHOOK_SECRET = '';

/* ==== Menu and installation ==== */

function onOpen() {
  SpreadsheetApp.getUi().createMenu('tabrelay')
    .addItem('Install', 'install')
    .addItem('Check connection', 'checkConnection')
    .addItem('Sync this row again', 'syncRow')
    .addSeparator()
    .addItem('Uninstall', 'uninstall')
    .addToUi();
}

/* Store the webhook's address and the secret, and install the triggers. Asks for what is not given. */
function install(url, secret) {
  var properties = PropertiesService.getScriptProperties();
  url = url || WEBHOOK_URL || ask_('Address of the tabrelay webhook (https://...)');
  secret = url ? secret || WEBHOOK_SECRET || ask_('Its secret (webhook.secret in tabrelay.yaml)') : null;
  if (!url || !secret) {
    return 'Not installed.';
  }
  if (!/^https?:\/\/[^\s?#]+$/.test(url)) {
    throw new Error('"' + url + '" is no address. It looks like https://hooks.example.com');
  }
  properties.setProperties({url: url.replace(/\/+$/, ''), secret: secret});
  removeTriggers_();
  addTriggers_();
  return checkConnection();
}

function uninstall() {
  removeTriggers_();
  PropertiesService.getScriptProperties().deleteAllProperties();
  return answer_('Uninstalled. Edits are no longer sent; notes that start with "' + NOTE.trim() + '" may stay.');
}

/* Fetch the mappings now and say what there is. */
function checkConnection() {
  var state = loadState_();
  var problem = state.url ? refreshMappings_(state) : 'Not installed: choose tabrelay > Install.';
  if (problem) {
    return answer_(problem);
  }
  state.properties.deleteProperty('pause');
  return answer_('Connected. Mapped tabs: ' + (state.mappings.map(function (mapping) {
    return mapping.tab;
  }).join(', ') || 'none') + '. Waiting to be sent: ' + state.queue.length + '.');
}

/* Send rows (the selected ones, or A1) again, with every cell as if it had just been typed. */
function syncRow(a1) {
  var range = a1 ? SpreadsheetApp.getActiveSpreadsheet().getRange(a1) : SpreadsheetApp.getActiveRange();
  var sheet = range.getSheet();
  var job = newJob_({range: sheet.getRange(range.getRow(), 1, range.getNumRows(), sheet.getMaxColumns()),
    user: Session.getActiveUser()}, Date.now());
  if (!job) {
    return answer_('This tab is not mapped.');
  }
  runJob_(job);
  return answer_('Sent again: ' + range.getNumRows() + (range.getNumRows() === 1 ? ' row.' : ' rows.'));
}

function addTriggers_() {
  var spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  ScriptApp.newTrigger('handleEdit').forSpreadsheet(spreadsheet).onEdit().create();
  ScriptApp.newTrigger('handleChange').forSpreadsheet(spreadsheet).onChange().create();
  ScriptApp.newTrigger('flush').timeBased().everyMinutes(1).create();
}

function removeTriggers_() {
  ScriptApp.getProjectTriggers().forEach(function (trigger) {
    if (['handleEdit', 'handleChange', 'flush'].indexOf(trigger.getHandlerFunction()) >= 0) {
      ScriptApp.deleteTrigger(trigger);
    }
  });
}

/* ==== Triggers ==== */

/* Somebody changed values. */
function handleEdit(e) {
  var job = newJob_(e, Date.now()); /* first of all: it is all there is to order events by */
  if (job) {
    noteEvent_(job);
    runJob_(job);
  }
}

/* Rows, columns or tabs were added, removed or moved. The event does not say which. */
function handleChange(e) {
  var cache = CacheService.getScriptCache(), name = 'change.' + e.changeType; /* isLately_ */
  cache.put(name, (cache.get(name) || '').split(',').slice(-MAX_CHANGES).concat(Date.now()).join(','), 60);
  if (STRUCTURE_CHANGES.indexOf(e.changeType) < 0) {
    return;
  }
  CacheService.getScriptCache().put('moved', e.changeType, 120);
  loadState_().mappings.forEach(function (mapping) {
    markRecheck_(mapping, e.changeType);
  });
  withLock_(function () {
    var state = loadState_();
    if (drain_(state)) {
      sendRechecks_(state);
    }
  });
}

/* Every minute: send what waits, and keep the list of mappings fresh. */
function flush(e) {
  withLock_(function () {
    var state = loadState_();
    if (!state.url) {
      return;
    }
    forgetEvents_(state);
    state.pausedUntil = e ? state.pausedUntil : 0; /* called by hand */
    state.retryAt = e ? state.retryAt : 0;
    if (Date.now() - state.refreshedAt > REFRESH_MS) {
      refreshMappings_(state);
    }
    if (drain_(state)) {
      sendRechecks_(state);
    }
  });
}

/* ==== From an event to edits ==== */

/* What an edit event asks for; null if its tab is not mapped. */
function newJob_(e, now) {
  var sheet = e.range.getSheet();
  var state = loadState_();
  var mapping = mappingOf_(state.mappings, sheet.getSheetId(), sheet.getName());
  if (!mapping && (isTitleMapped_(state.mappings, sheet.getName()) || mayBeNew_(state))) {
    refreshMappings_(state); /* a new tab has the name of a mapped one, or was made by itself */
    mapping = mappingOf_(state.mappings, sheet.getSheetId(), sheet.getName());
  }
  if (!mapping) {
    return null;
  }
  var job = {mapping: mapping, sheet: sheet, time: now, editor: (e.user && e.user.getEmail()) || '',
    firstRow: e.range.getRow(), lastRow: e.range.getLastRow(),
    firstColumn: e.range.getColumn(), lastColumn: e.range.getLastColumn(),
    isSingle: e.range.getNumRows() === 1 && e.range.getNumColumns() === 1,
    value: e.value, oldValue: e.oldValue, isRecheck: false, beside: [], waiting: []};
  job.isHeaderTouched = job.firstRow === 1;
  return job;
}

/* The mapping of a tab: by its id, else by its title. */
function mappingOf_(mappings, sheetId, title) {
  var byId = mappings.filter(function (mapping) {
    return mapping.sheet_id === sheetId;
  });
  var byTitle = mappings.filter(function (mapping) {
    return typeof mapping.sheet_id !== 'number' && mapping.tab === title;
  });
  return byId[0] || byTitle[0] || null;
}

/* Where values get tabs by themselves: may there be one that the list does not have yet? */
function mayBeNew_(state) {
  return state.grows && Date.now() - state.refreshedAt > GROWN_MS;
}

function isTitleMapped_(mappings, title) {
  return mappings.some(function (mapping) {
    return mapping.tab === title;
  });
}

/* Where the mapped columns are now: people move them, so row 1 is read each time. */
function layoutOf_(sheet, mapping) {
  var width = sheet.getLastColumn();
  var headers = width > 0 ? sheet.getRange(1, 1, 1, width).getDisplayValues()[0] : [];
  var layout = {columns: [], width: 0, hasKey: true,
    zone: SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone()};
  mapping.columns.forEach(function (column) {
    var position = headers.indexOf(column.header) + 1;
    if (position > 0) {
      layout.columns.push({header: column.header, key: column.key, type: column.type, position: position});
      layout.width = Math.max(layout.width, position);
    } else if (column.key) {
      layout.hasKey = false;
    }
  });
  layout.hasKey = layout.hasKey && layout.columns.length > 0;
  return layout;
}

/* A mapped column is known by its header: one that is typed over, or cleared, is put back. */
function restoreHeader_(job) {
  var cell = job.sheet.getRange(1, job.firstColumn);
  var isOurs = job.isSingle && job.mapping.columns.some(function (column) {
    return column.header === job.oldValue;
  });
  var isFound = isOurs && job.sheet.getRange(1, 1, 1, job.sheet.getLastColumn()).getDisplayValues()[0]
    .indexOf(job.oldValue) >= 0;
  if (isOurs && !isFound && cell.getDisplayValue() === (job.value || '') && isPlainText_(job.oldValue)) {
    cell.setValue(job.oldValue);
    cell.setNote(withOurs_(cell.getNote(), 'the column is known by this header; to show another one, set "header" in ' +
      'the configuration'));
    job.layout = layoutOf_(job.sheet, job.mapping);
  }
}

function touchedColumns_(job) {
  return job.layout.columns.filter(function (column) {
    return column.position >= job.firstColumn && column.position <= job.lastColumn;
  });
}

/* Were rows sorted or moved? Google tells that as an edit of all their cells, too. Nobody edited
 * anything then: a comparison, which the change asks for, finds what really differs. An edit brings
 * another change with it; if both came, whole rows are taken for moved ones. The triggers come in any
 * order. The rows were read before, for tabrelay may write while this waits. */
function isMove_(job) {
  if (job.isMove === undefined) {
    job.isMove = false;
    if (job.event && !job.isSingle && !job.isHeaderTouched) {
      Utilities.sleep(MOVE_WAIT_MS);
      job.isMove = isMoveOf_(job.layout, job.time, job.firstColumn, job.lastColumn);
    }
  }
  return job.isMove;
}

/* Was the event of those columns a move, as far as its change has been told by now? */
function isMoveOf_(layout, time, firstColumn, lastColumn) {
  var isWhole = layout.columns.every(function (column) {
    return column.position >= firstColumn && column.position <= lastColumn;
  });
  return isLately_('OTHER', time) && (isWhole || !isLately_('EDIT', time));
}

/* Did a change of that type come at that time? */
function isLately_(type, time) {
  return (CacheService.getScriptCache().get('change.' + type) || '').split(',').some(function (at) {
    return at !== '' && Math.abs(Number(at) - time) < MOVE_MS;
  });
}

/* Read and send the job's rows, after everything that already waits. */
function runJob_(job) {
  var hadLock = withLock_(function () {
    var state = loadState_();
    job.layout = layoutOf_(job.sheet, job.mapping); /* now: columns may have moved while we waited */
    var fate = job.isHeaderTouched ? 'newest' : touchedColumns_(job).length === 0 ? 'over' : fate_(state, job);
    if (fate === 'over') {
      return;
    }
    state.isBlocked = !drain_(state);
    if (job.isHeaderTouched) {
      refreshMappings_(state);
      restoreHeader_(job);
    }
    (fate === 'unseen' ? sendUnseen_ : sendJob_)(state, job);
    if (!state.isBlocked) {
      sendRechecks_(state);
    }
  });
  if (!hadLock) {
    console.warn('tabrelay: too many edits at once; a comparison will find this one');
    markRecheck_(job.mapping, 'OTHER');
  }
}

function sendJob_(state, job) {
  var row = Math.max(job.firstRow, 2);
  /* What was typed below may be gone with its row: the row is read all the same. */
  var lastRow = Math.min(job.lastRow, job.event && job.isSingle ? job.sheet.getMaxRows() : job.sheet.getLastRow());
  var edits;
  if (isOfColumns_(job)) {
    markRecheck_(job.mapping, 'OTHER');
    return;
  }
  job.waiting = waitingNew_(state, job);
  /* Rows past the last one are blank, so they were cleared; without a key no row can be named. */
  job.isRecheck = job.isHeaderTouched || !job.layout.hasKey || (job.lastRow > lastRow && isChange_(job)) ||
    (job.event && !job.isSingle && touchesKey_(job)); /* keys may have been pasted over: their rows are looked for */
  for (; row <= lastRow && job.layout.hasKey; row += MAX_EDITS) {
    if (Date.now() - job.time > RUN_MS) {
      job.isRecheck = true;
      break;
    }
    edits = editsOf_(job, row, Math.min(MAX_EDITS, lastRow - row + 1));
    if (edits.length > 0 && isMove_(job)) {
      return;
    }
    sendEdits_(state, job, edits);
  }
  if (job.isRecheck) {
    markRecheck_(job.mapping, 'OTHER');
  }
}

/* Whole columns, with their headers. They were moved, and until tabrelay knows that, what it writes lands in the wrong ones: what
 * people typed is for a comparison to find. */
function isOfColumns_(job) {
  return job.isHeaderTouched && !job.isSingle && job.lastRow >= job.sheet.getLastRow();
}

/* In requests that are small enough, or into the queue if something waits already. */
function sendEdits_(state, job, edits) {
  var chars = 0;
  var part = newItem_(job.sheet.getSheetId(), job.sheet.getName(), job.editor);
  edits.forEach(function (edit) {
    var size = ascii_(edit).length;
    if (chars + size > MAX_REQUEST_CHARS && part.edits.length > 0) {
      deliver_(state, part);
      part = newItem_(part.sheet_id, part.tab, part.editor);
      chars = 0;
    }
    part.edits.push(edit);
    chars += size;
  });
  if (part.edits.length > 0) {
    deliver_(state, part);
  }
}

function newItem_(sheetId, tab, editor) {
  return {sheet_id: sheetId, tab: tab, editor: editor, edits: []};
}

function deliver_(state, item) {
  if (state.isBlocked || !send_(state, item)) {
    state.isBlocked = true;
    enqueue_(state, item);
  }
}

function editsOf_(job, firstRow, rows) {
  var range = job.sheet.getRange(firstRow, 1, rows, job.layout.width);
  var formulas = range.getFormulas();
  return range.getValues().map(function (row, i) {
    return editOf_(job, firstRow + i, row, formulas[i]);
  }).concat(job.beside).filter(function (edit) {
    return edit !== null;
  });
}

/* One row's edit; null if there is nothing to send for it. */
function editOf_(job, row, values, formulas) {
  var cells = cellsOf_(job.layout, values);
  var touched = touchedColumns_(job);
  var edit = {id: Utilities.getUuid(), kind: 'upsert', time: job.time, row: row, edited: headersOf_(touched),
    cells: cells};
  if (hasVanished_(job, row, touched, values, formulas) && !isSentOver_(job, row, touched[0], edit)) {
    return null;
  }
  if (isBlank_(job.layout.columns, cells) || isKeyCleared_(job, touched, cells)) {
    job.isRecheck = job.isRecheck || isChange_(job);
    return null;
  }
  if (isTwin_(job, row, cells)) {
    return null;
  }
  if (job.isSingle && touched.length === 1) {
    addOld_(job, touched[0], edit);
  }
  addAfter_(job, row, edit);
  addFormulas_(touched, formulas, edit);
  return edit;
}

/* Formulas that people typed; MySQL gets their values, and the log says where these came from. */
function addFormulas_(touched, formulas, edit) {
  touched.forEach(function (column) {
    var formula = formulas[column.position - 1];
    if (formula !== '') {
      edit.formulas = edit.formulas || {};
      edit.formulas[column.header] = clean_(formula);
    }
  });
}

/* Was something there before? A blank cell that is emptied changes nothing. */
function isChange_(job) {
  return !job.isSingle || job.oldValue !== undefined;
}

/* A key that was cleared names no row any more: only a comparison can tell which one is gone. In a
 * paste a blank key is that of a new row, unless nothing but blanks was pasted. */
function isKeyCleared_(job, touched, cells) {
  var cleared = touched.filter(function (column) {
    return column.key && cells[column.header] === null;
  });
  if (cleared.length === 0) {
    return false;
  }
  job.isRecheck = job.isRecheck || isChange_(job);
  return job.isSingle || isBlank_(touched, cells);
}

/* A row that was copied has a key that stands in the tab already. It is not that row: it says so, as a comparison would, and is not
 * sent before it has a key of its own. Where one key was typed over another the webhook gives the old one back. Otherwise the first
 * row with a key counts. */
function isTwin_(job, row, cells) {
  var keys = keysOf_(job.layout);
  var hasOthers = !(job.isSingle && job.oldValue !== undefined && touchesKey_(job)) &&
    (rowsByKey_(job)[keyText_(keys, cells)] || []).some(function (other) {
      return other < row || (touchesKey_(job) && other > job.lastRow); /* of those that came together the first one counts */
    });
  if (hasOthers) {
    var cell = job.sheet.getRange(row, keys[0].position);
    cell.setNote(withOurs_(cell.getNote(), 'this key stands in another row already; this row is not synchronised'));
  }
  return hasOthers;
}

/* The rows of each whole key, read once a job; none where looking would take too long. */
function rowsByKey_(job) {
  var keys = keysOf_(job.layout), count = job.sheet.getLastRow() - 1, found = {}, columns;
  if (!job.rowsByKey && count * keys.length <= (touchesKey_(job) ? MAX_SEARCH_CELLS : MAX_TWIN_CELLS)) {
    columns = keys.map(function (column) {
      return job.sheet.getRange(2, column.position, count, 1).getValues();
    });
    for (var i = 0; i < count; i++) {
      var cells = {};
      keys.forEach(function (column, k) {
        cells[column.header] = cellOf_(columns[k][i][0], job.layout.zone);
      });
      var text = keyText_(keys, cells);
      found[text] = text === '' ? [] : (found[text] || []).concat(i + 2);
    }
  }
  job.rowsByKey = job.rowsByKey || found;
  return job.rowsByKey;
}

function keysOf_(layout) {
  return layout.columns.filter(function (column) {
    return column.key;
  });
}

function touchesKey_(job) {
  return touchedColumns_(job).some(function (column) {
    return column.key;
  });
}

/* '' if the key is not whole. */
function keyText_(keys, cells) {
  return isWhole_(keys, cells) ? JSON.stringify(keys.map(function (column) {
    return cells[column.header];
  })) : '';
}

function isWhole_(keys, cells) {
  return keys.every(function (column) {
    return cells[column.header] !== null;
  });
}

/* What only the event of a single cell knows. */
function addOld_(job, column, edit) {
  if (typeof job.oldValue === 'string') {
    edit.old = {};
    edit.old[column.header] = typed_(job.oldValue);
    /* Another key is another row: the old one has to be looked for. */
    job.isRecheck = job.isRecheck || column.key;
  }
}

/* A new row is told once a cell, and while nothing can be sent it has no key that says so; its number does not either, for rows
 * move. If it is the only row that shows what an edit that waits was sent for, it is that edit's row. */
function addAfter_(job, row, edit) {
  var waiting = job.waiting.length === 0 || isWhole_(keysOf_(job.layout), edit.cells) ? [] : job.waiting.filter(function (other) {
    return isRowOf_({layout: job.layout, values: rowsWithoutKey_(job)}, row, other);
  });
  var last = waiting[waiting.length - 1];
  var rows = !last ? [] : Object.keys(rowsWithoutKey_(job)).filter(function (other) {
    return isRowOf_({layout: job.layout, values: rowsWithoutKey_(job)}, other, last);
  });
  if (rows.length === 1) {
    edit.after = last.id;
  }
}

/* Edits of the job's tab that wait, of rows without a key. */
function waitingNew_(state, job) {
  var all = state.queue.length === 0 ? [] : state.queue.map(function (name) {
    return JSON.parse(state.all[name]);
  });
  return all.reduce(function (edits, item) {
    return item.sheet_id !== job.sheet.getSheetId() ? edits : edits.concat(item.edits.filter(function (edit) {
      return !edit.lost && !isWhole_(keysOf_(job.layout), edit.cells);
    }));
  }, []);
}

/* Row number -> values of the rows that have no key, read once a job; none where that would take too long. */
function rowsWithoutKey_(job) {
  var count = job.sheet.getLastRow() - 1;
  if (!job.rowsWithoutKey) {
    job.rowsWithoutKey = {};
    (count * job.layout.width > MAX_SEARCH_CELLS ? [] : job.sheet.getRange(2, 1, count, job.layout.width).getValues())
      .forEach(function (values, i) {
        if (!isWhole_(keysOf_(job.layout), cellsOf_(job.layout, values))) {
          job.rowsWithoutKey[i + 2] = values;
        }
      });
  }
  return job.rowsWithoutKey;
}

/* Does the cell show something else than was typed, although nobody typed there later? */
function hasVanished_(job, row, touched, values, formulas) {
  var position = job.isSingle && touched.length === 1 && typeof job.value === 'string' ? touched[0].position : 0;
  return position > 0 && formulas[position - 1] === '' && !isTyped_(job, values[position - 1], '') &&
    job.sheet.getRange(row, position).getDisplayValue() !== job.value;
}

/* Is that what was typed? The event gives it as text: a date as its serial number. */
function isTyped_(job, raw, displayed) {
  var value = job.value;
  return String(raw) === value || String(raw).toUpperCase() === value || (value !== '' && Number(value) === raw) ||
    (raw instanceof Date && Math.abs(serial_(raw, job.layout.zone) - Number(value)) < 1e-6) || displayed === value;
}

/* Does the job's single cell show what was typed? */
function isShown_(job) {
  var cell = job.sheet.getRange(job.firstRow, job.firstColumn);
  return typeof job.value !== 'string' || cell.getFormula() !== '' || isTyped_(job, cell.getValue(), cell.getDisplayValue());
}

/* What was typed is not there any more. Either tabrelay wrote over it between the keystroke and this
 * run: then it must be sent, or it would be lost without a conflict. Or rows have moved. True: EDIT is to
 * be sent. */
function isSentOver_(job, row, column, edit) {
  if (isFoundElsewhere_(job, column)) {
    return false;
  }
  if (CacheService.getScriptCache().get('moved') === null && !column.key && isWhole_(keysOf_(job.layout), edit.cells)) {
    edit.cells[column.header] = typed_(job.value);
    edit.over = true;
    return true;
  }
  addLost_(job, row, column);
  tell_('What you typed under "' + column.header + '" ("' + short_(job.value).replace(/^\d+:/, '') +
    '") was written over while rows moved. Please type it again.');
  return false;
}

/* A row that has moved is sent from where it stands now. */
function isFoundElsewhere_(job, column) {
  var rows = rowsOfTyped_(job, column);
  job.isRecheck = job.isRecheck || rows.length > 0;
  addMoved_(job, rows, column);
  return rows.length > 0;
}

/* All that can be done is to say so. */
function addLost_(job, row, column) {
  var edit = {id: Utilities.getUuid(), kind: 'upsert', time: job.time, row: row, edited: [column.header], cells: {}, lost: true};
  edit.cells[column.header] = typed_(job.value);
  job.isRecheck = true;
  job.beside.push(edit);
}

/* Somebody typed there since, and saw something else than this: either tabrelay had written over it, or it was another row. */
function sendUnseen_(state, job) {
  var column = touchedColumns_(job)[0];
  if (job.layout.hasKey && typeof job.value === 'string' && !isFoundElsewhere_(job, column)) {
    addLost_(job, job.firstRow, column);
  }
  sendEdits_(state, job, job.beside);
}

/* The rows that show what was typed in the column. */
function rowsOfTyped_(job, column) {
  var range = job.sheet.getRange(2, column.position, Math.max(1, job.sheet.getLastRow() - 1), 1);
  var displayed = range.getDisplayValues(), rows = [];
  range.getValues().forEach(function (line, i) {
    if (isTyped_(job, line[0], displayed[i][0])) {
      rows.push(i + 2);
    }
  });
  return rows;
}

/* Were it another row that shows the same, nothing would be changed: its cells are sent as they are. A row without a key is left
 * to a comparison, and so is one whose key stands above already. */
function addMoved_(job, rows, column) {
  var keys = keysOf_(job.layout), cells = {};
  if (rows.length === 1) {
    cells = cellsOf_(job.layout, job.sheet.getRange(rows[0], 1, 1, job.layout.width).getValues()[0]);
  }
  if (rows.length === 1 && !column.key && isWhole_(keys, cells) &&
      (rowsByKey_(job)[keyText_(keys, cells)] || rows)[0] === rows[0]) {
    job.beside.push({id: Utilities.getUuid(), kind: 'upsert', time: job.time, row: rows[0], edited: [column.header], cells: cells});
  }
}

/* ==== Which of several events of a cell is the last one ==== */

/* Runs overlap and take the lock in any order. Each notes its event before it waits, so that a run
 * whose cell was edited again leaves it to the run of that later edit. */
function noteEvent_(job) {
  job.event = 'event.' + job.time + '.' + Utilities.getUuid();
  PropertiesService.getScriptProperties().setProperty(job.event, ascii_({sheet: job.sheet.getSheetId(),
    rows: [job.firstRow, job.lastRow], columns: [job.firstColumn, job.lastColumn], isSingle: job.isSingle,
    value: short_(job.value), oldValue: short_(job.oldValue)}));
}

function short_(text) {
  return typeof text === 'string' ? text.length + ':' + clean_(text.slice(0, 100)) : null;
}

/* 'newest': no later edit of the job's cell is known. 'over': somebody has typed over it. 'unseen': somebody has typed there since,
 * over something else. */
function fate_(state, job) {
  var events = job.isSingle && job.event ? withoutMoves_(job, eventsOf_(state, job)) : [];
  var mine = events.filter(function (event) {
    return event.name === job.event;
  })[0];
  function isOver(event, earlierMs) {
    return events.some(function (other) {
      return other.name !== event.name && isTypedOver_(events, event, other, earlierMs);
    });
  }
  if (mine && (isOver(mine, EVENT_ORDER_MS) || (isOldOf_(events, mine) && !isShown_(job) && isOver(mine, EVENT_MS)))) {
    return 'over';
  }
  return mine && events.some(function (other) {
    return other.name > mine.name && !isOver(other, EVENT_ORDER_MS);
  }) ? 'unseen' : 'newest';
}

/* Has some earlier event found in the cell what EVENT put there? */
function isOldOf_(events, event) {
  return events.some(function (other) {
    return other.isSingle && other.name < event.name && other.oldValue === event.value;
  });
}

/* The events between which rows have not moved: before and after that another cell stood there. Rows that were sorted or moved
 * are told as an edit themselves, and their change perhaps a moment after. */
function withoutMoves_(job, events) {
  var isYoung = events.some(function (event) {
    return !event.isSingle && event.name > job.event && Date.now() - event.time < MOVE_WAIT_MS;
  });
  if (isYoung) {
    Utilities.sleep(MOVE_WAIT_MS);
  }
  var moves = events.filter(function (event) {
    return !event.isSingle && isMoveOf_(job.layout, event.time, event.columns[0], event.columns[1]);
  }).map(function (event) {
    return event.name;
  });
  return events.filter(function (event) {
    return moves.every(function (name) {
      return event.name !== name && (event.name < name) === (job.event < name);
    });
  });
}

/* What one edit found in the cell is what the other had put there: that is surer than when they ran (the later one's run started at
 * most EARLIER_MS before). It says nothing if they go round in a circle, as the clicks on a checkbox do. */
function isTypedOver_(events, event, other, earlierMs) {
  if (!other.isSingle || other.name > event.name) {
    return other.name > event.name && (!other.isSingle || other.oldValue === event.value);
  }
  return other.oldValue === event.value && other.time > event.time - earlierMs &&
    !leadsTo_(events, other, event, []);
}

/* Is there a chain of edits from one to the other? */
function leadsTo_(events, from, to, seen) {
  return events.some(function (next) {
    if (!next.isSingle || next.oldValue !== from.value || seen.indexOf(next.name) >= 0) {
      return false;
    }
    seen.push(next.name);
    return next.name === to.name || leadsTo_(events, next, to, seen);
  });
}

function eventsOf_(state, job) {
  return Object.keys(state.all).filter(startsWith_('event.')).map(function (name) {
    var event = JSON.parse(state.all[name]);
    event.name = name;
    event.time = Number(name.split('.')[1]);
    return event;
  }).filter(function (event) {
    return event.sheet === job.sheet.getSheetId() &&
      event.rows[0] <= job.firstRow && event.rows[1] >= job.firstRow &&
      event.columns[0] <= job.firstColumn && event.columns[1] >= job.firstColumn;
  });
}

function forgetEvents_(state) {
  Object.keys(state.all).filter(startsWith_('event.')).forEach(function (name) {
    if (Date.now() - Number(name.split('.')[1]) > EVENT_MS) {
      state.properties.deleteProperty(name);
    }
  });
}

/* ==== Cells ==== */

function headersOf_(columns) {
  return columns.map(function (column) {
    return column.header;
  });
}

function cellsOf_(layout, values) {
  var cells = {};
  layout.columns.forEach(function (column) {
    cells[column.header] = cellOf_(values[column.position - 1], layout.zone);
  });
  return cells;
}

/* A value as getValues() gives it -> a cell of the protocol. */
function cellOf_(value, zone) {
  if (value === '' || value === null || value === undefined) {
    return null;
  }
  if (value instanceof Date) {
    return {date: Utilities.formatDate(value, zone, "yyyy-MM-dd'T'HH:mm:ss.SSS")};
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return ERROR_VALUE.test(value) ? {error: value} : clean_(String(value));
}

/* Text that JSON and UTF-8 can carry: no NUL, no half of a surrogate pair. */
function clean_(text) {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]|\u0000/g, function (match) {
    return match.length === 2 ? match : match === '\u0000' ? '' : '\ufffd';
  });
}

/* An event's text -> a cell: a number if that loses nothing ("007" stays text). */
function typed_(text) {
  var number = Number(text);
  return text !== '' && isFinite(number) && String(number) === text ? number : clean_(text) || null;
}

/* Days since 1899-12-30 in the spreadsheet's clock. */
function serial_(date, zone) {
  var at = Utilities.formatDate(date, zone, 'yyyy-M-d-H-m-s-S').split('-').map(Number);
  return Date.UTC(at[0], at[1] - 1, at[2], at[3], at[4], at[5], at[6]) / 86400000 + 25569;
}

function isBlank_(columns, cells) {
  return columns.every(function (column) {
    return cells[column.header] === null;
  });
}

function isSame_(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/* ==== Sending ==== */

/* Everything a run needs of what is stored, in one read. */
function loadState_() {
  var properties = PropertiesService.getScriptProperties();
  var all = properties.getProperties();
  var names = Object.keys(all).sort();
  var stored = names.filter(startsWith_('mappings.')).map(function (name) {
    return all[name];
  }).join('');
  var state = {properties: properties, all: all, url: all.url, secret: all.secret, mappings: [], version: '', grows: false,
    refreshedAt: Number(all.refreshed_at || 0), pausedUntil: Number(all.pause || 0), retryAt: Number(all.retry || 0), startedAt: Date.now(),
    queue: names.filter(startsWith_('queue.')), isBlocked: false, isFull: false};
  if (stored) {
    stored = JSON.parse(stored);
    state.mappings = stored.mappings;
    state.version = stored.version;
    state.grows = stored.grows === true;
  }
  return state;
}

function startsWith_(prefix) {
  return function (name) {
    return name.indexOf(prefix) === 0;
  };
}

/* One lock for everything that reads rows and sends them. False if it could not be had in time. */
function withLock_(action) {
  var lock = LockService.getScriptLock();
  if (!lock.tryLock(LOCK_WAIT_MS)) {
    return false;
  }
  try {
    action();
    SpreadsheetApp.flush();
  } finally {
    lock.releaseLock();
  }
  return true;
}

/* JSON in ASCII: the bytes that are signed are the bytes that are sent, whatever the charset. */
function ascii_(value) {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, function (character) {
    return '\\u' + ('000' + character.charCodeAt(0).toString(16)).slice(-4);
  });
}

function hex_(bytes) {
  return bytes.map(function (value) {
    return ((value & 0xff) + 0x100).toString(16).slice(1); /* Google's bytes are signed */
  }).join('');
}

/* A signed request; {status, json} or {problem}. */
function request_(state, method, path, body) {
  var timestamp = String(Math.floor(Date.now() / 1000));
  var options = {method: method, muteHttpExceptions: true, followRedirects: false, headers: {
    'X-Tabrelay-Timestamp': timestamp,
    'X-Tabrelay-Signature': 'v1=' + hex_(Utilities.computeHmacSha256Signature(timestamp + '.' + body, state.secret,
      Utilities.Charset.UTF_8))
  }};
  var response;
  if (body !== '') {
    options.contentType = 'application/json';
    options.payload = body;
  }
  try {
    response = UrlFetchApp.fetch(state.url + path, options);
  } catch (error) {
    return {status: 0, json: null, problem: String(error.message || error)};
  }
  return {status: response.getResponseCode(), json: parse_(response.getContentText()), problem: '', retryS: retryAfter_(response)};
}

/* So many seconds we are asked to wait; 0: that was not said. */
function retryAfter_(response) {
  var headers = response.getAllHeaders();
  return Object.keys(headers).reduce(function (seconds, name) {
    return name.toLowerCase() === 'retry-after' ? Math.min(Number(headers[name]) || 0, RETRY_S) : seconds;
  }, 0);
}

function parse_(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

function codeOf_(answer) {
  return answer.json && answer.json.error ? answer.json.error.code : '';
}

/* Why an answer is not what was hoped for, in words. */
function problemOf_(answer) {
  var error = answer.json && answer.json.error;
  if (answer.problem || !error) {
    return answer.problem || 'HTTP ' + answer.status;
  }
  return error.message + ' (' + answer.status + ' ' + error.code + ')';
}

/* Fetch and store the mappings; what went wrong, or ''. */
function refreshMappings_(state) {
  var id = SpreadsheetApp.getActiveSpreadsheet().getId();
  var answer = request_(state, 'get', '/v1/mappings?spreadsheet=' + encodeURIComponent(id), '');
  var changes = {refreshed_at: String(Date.now())};
  if (answer.status === 404 && codeOf_(answer) === 'unknown_mapping') {
    answer = {status: 200, json: {version: '', mappings: []}}; /* nothing of this spreadsheet is mapped */
  }
  if (answer.status === 200 && answer.json && Array.isArray(answer.json.mappings)) {
    cut_(ascii_(answer.json), MAX_VALUE_CHARS).forEach(function (part, i) {
      changes['mappings.' + ('00' + i).slice(-3)] = part;
    });
    Object.keys(state.all).filter(startsWith_('mappings.')).forEach(function (name) {
      if (changes[name] === undefined) {
        state.properties.deleteProperty(name);
      }
    });
    state.mappings = answer.json.mappings;
    state.version = answer.json.version;
    state.grows = answer.json.grows === true;
    state.refreshedAt = Date.now();
    state.properties.setProperties(changes);
    return '';
  }
  console.warn('tabrelay: cannot fetch the mappings: ' + problemOf_(answer));
  return 'Cannot reach tabrelay at ' + state.url + ': ' + problemOf_(answer);
}

function cut_(text, size) {
  var parts = [];
  for (var i = 0; i < text.length; i += size) {
    parts.push(text.slice(i, i + size));
  }
  return parts;
}

/* Send one request. True if that is settled, whatever the answer; false if it should be tried again. */
function send_(state, item) {
  if (Date.now() < state.retryAt) {
    return false; /* the webhook has asked for time */
  }
  var answer = request_(state, 'post', '/v1/edits', ascii_({version: 1, source: 'script',
    spreadsheet: SpreadsheetApp.getActiveSpreadsheet().getId(), sheet_id: item.sheet_id, tab: item.tab,
    editor: item.editor, edits: item.edits, changes: item.changes || []}));
  if (answer.status === 200 && answer.json && Array.isArray(answer.json.results)) {
    settle_(state, item, answer.json);
  } else if (answer.status === 413 && item.edits.length > 1) {
    return send_(state, half_(item, 0)) && send_(state, half_(item, 1));
  } else if (answer.status === 404 && codeOf_(answer) === 'unknown_mapping') {
    refreshMappings_(state); /* the tab is not mapped any more */
  } else if (codeOf_(answer) === 'stale_timestamp') {
    console.warn('tabrelay: a clock is wrong, the webhook\'s or this one; will be tried again');
    return false;
  } else if ([400, 401, 413].indexOf(answer.status) >= 0) {
    refuse_(state, item, problemOf_(answer));
  } else {
    console.warn('tabrelay: not sent, will be tried again: ' + problemOf_(answer));
    if (answer.retryS > 0) {
      state.retryAt = Date.now() + answer.retryS * 1000;
      state.properties.setProperty('retry', String(state.retryAt));
    }
    return false;
  }
  return true;
}

function half_(item, which) {
  var middle = Math.ceil(item.edits.length / 2);
  var half = newItem_(item.sheet_id, item.tab, item.editor);
  half.edits = which === 0 ? item.edits.slice(0, middle) : item.edits.slice(middle);
  half.changes = which === 0 ? [] : item.changes;
  return half;
}

/* It is committed. A failure to show the answer must not send it again: it is only logged. */
function settle_(state, item, json) {
  try {
    showResults_(state, item, json.results);
    if (state.pausedUntil > 0) {
      state.properties.deleteProperty('pause');
      state.pausedUntil = 0;
    }
    if (state.all.retry) {
      state.properties.deleteProperty('retry');
    }
    if (json.mappings_version && json.mappings_version !== state.version) {
      refreshMappings_(state);
    }
  } catch (error) {
    console.error('tabrelay: cannot show the answer: ' + (error.stack || error));
  }
}

/* The webhook will not take it as it is. People see why; a comparison finds it once that is mended. */
function refuse_(state, item, problem) {
  console.error('tabrelay: refused: ' + problem);
  tell_('tabrelay did not take your change: ' + problem);
  state.properties.setProperty('pause', String(Date.now() + PAUSE_MS));
  state.pausedUntil = Date.now() + PAUSE_MS;
  markRecheck_(item, 'OTHER');
  try {
    showResults_(state, item, item.edits.slice(0, 20).map(function (edit) {
      return {id: edit.id, outcome: 'rejected', message: 'not sent: ' + problem};
    }));
  } catch (error) {
    console.error('tabrelay: cannot show the refusal: ' + (error.stack || error));
  }
}

/* ==== What waits ==== */

/* Keep an item's edits, as many in a property as fit. What does not fit is left to a comparison. */
function enqueue_(state, item) {
  var used = state.queue.reduce(function (sum, name) {
    return sum + state.all[name].length;
  }, 0);
  var next = state.queue.length > 0 ? Number(state.queue[state.queue.length - 1].slice(6)) + 1 : 1;
  packed_(item).forEach(function (value) {
    var name = 'queue.' + ('00000000000' + next++).slice(-12);
    used += value.length;
    if (value.length > MAX_VALUE_CHARS || used > MAX_QUEUE_CHARS) {
      leaveToRecheck_(state, item);
      return;
    }
    state.properties.setProperty(name, value);
    state.all[name] = value;
    state.queue.push(name);
  });
}

function leaveToRecheck_(state, item) {
  if (!state.isFull) {
    state.isFull = true; /* said once a run */
    markRecheck_(item, 'OTHER');
    tell_('tabrelay cannot be reached and no more changes can wait. Yours is in the sheet and will be found later.');
  }
}

/* The texts of properties: edits side by side until one is full. */
function packed_(item) {
  var parts = [], chars = MAX_VALUE_CHARS;
  var frame = ascii_(newItem_(item.sheet_id, item.tab, item.editor)).length;
  item.edits.forEach(function (edit) {
    var size = ascii_(edit).length + 1;
    if (chars + size > MAX_VALUE_CHARS) {
      parts.push(newItem_(item.sheet_id, item.tab, item.editor));
      chars = frame;
    }
    parts[parts.length - 1].edits.push(edit);
    chars += size;
  });
  return parts.map(ascii_);
}

/* Send what waits, in order. True if nothing waits any more. */
function drain_(state) {
  while (state.queue.length > 0 && Date.now() - state.startedAt < RUN_MS) {
    var names = [];
    var item = nextItem_(state, names);
    if (!send_(state, item)) {
      return false;
    }
    names.forEach(function (name) {
      state.properties.deleteProperty(name);
    });
    state.queue = state.queue.slice(names.length);
  }
  return state.queue.length === 0;
}

/* The properties at the queue's front that can travel in one request; their NAMES are filled in. */
function nextItem_(state, names) {
  var item = null, chars = 0;
  state.queue.every(function (name) {
    var stored = JSON.parse(state.all[name]);
    chars += state.all[name].length;
    if (item && (stored.sheet_id !== item.sheet_id || stored.tab !== item.tab || stored.editor !== item.editor ||
        item.edits.length + stored.edits.length > MAX_EDITS || chars > MAX_REQUEST_CHARS)) {
      return false;
    }
    item = item || newItem_(stored.sheet_id, stored.tab, stored.editor);
    item.edits = item.edits.concat(stored.edits);
    names.push(name);
    return true;
  });
  return item;
}

/* A tab that has to be compared. One property a tab, set as a whole: no lock is needed. */
function markRecheck_(mapping, type) {
  var properties = PropertiesService.getScriptProperties();
  var tab = {sheet_id: typeof mapping.sheet_id === 'number' ? mapping.sheet_id : null, tab: mapping.tab, type: type};
  var name = 'recheck.' + mapping.tab.slice(0, 100);
  /* An inserted row only moves others: whatever waits already says more. */
  if (type !== 'INSERT_ROW' || properties.getProperty(name) === null) {
    properties.setProperty(name, ascii_(tab));
  }
}

/* The mark goes before the request: one that is set meanwhile must not be deleted with it. */
function sendRechecks_(state) {
  var all = state.properties.getProperties();
  if (Date.now() < state.pausedUntil) {
    return; /* after a refusal only a person, or time, makes another try worth while */
  }
  SpreadsheetApp.flush(); /* the comparison must see what we wrote */
  Object.keys(all).filter(startsWith_('recheck.')).every(function (name) {
    var mark = JSON.parse(all[name]);
    var item = newItem_(mark.sheet_id, mark.tab, '');
    item.changes = [mark.type];
    state.properties.deleteProperty(name);
    if (send_(state, item)) {
      return true;
    }
    state.properties.setProperty(name, all[name]);
    return false;
  });
}

/* ==== Showing the answer ==== */

function showResults_(state, item, results) {
  var sheet = sheetOf_(item);
  var mapping = mappingOf_(state.mappings, item.sheet_id, item.tab);
  var view = sheet && mapping && results.length > 0 ? newView_(sheet, layoutOf_(sheet, mapping)) : null;
  var edits = {}, rows = [], shown = [];
  if (!view || !view.layout.hasKey) {
    return;
  }
  item.edits.forEach(function (edit) {
    edits[edit.id] = edit;
  });
  results.forEach(function (result) {
    if (edits[result.id]) {
      rows.push(edits[result.id].row);
    }
  });
  readRows_(view, 'Values', rows);
  results.forEach(function (result) {
    var row = edits[result.id] ? locate_(view, edits[result.id]) : 0;
    if (row > 0) {
      shown.push({row: row, edit: edits[result.id], result: result});
    }
  });
  writeCells_(view, shown);
  writeNotes_(view, shown);
}

function sheetOf_(item) {
  var spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  return spreadsheet.getSheets().filter(function (sheet) {
    return sheet.getSheetId() === item.sheet_id;
  })[0] || spreadsheet.getSheetByName(item.tab);
}

/* Rows of the tab as they are now: values and notes by row number. */
function newView_(sheet, layout) {
  return {sheet: sheet, layout: layout, lastRow: sheet.getLastRow(), values: {}, notes: {}, isComplete: false};
}

/* Read WHAT ('Values', 'Notes') of ROWS into the view. Neighbours are read together: a gap is cheaper
 * than another call. */
function readRows_(view, what, rows) {
  var bands = [];
  rows.slice().sort(function (a, b) {
    return a - b;
  }).forEach(function (row) {
    var last = bands[bands.length - 1];
    if (last && row < last.first + last.count + 20) {
      last.count = Math.max(last.count, row - last.first + 1);
    } else if (row >= 2 && row <= view.lastRow) {
      bands.push({first: row, count: 1});
    }
  });
  bands.forEach(function (band) {
    readBand_(view, what, band.first, Math.min(band.count, view.lastRow - band.first + 1));
  });
}

function readBand_(view, what, first, count) {
  var lines = view.sheet.getRange(first, 1, count, view.layout.width)['get' + what]();
  lines.forEach(function (line, i) {
    view[what.toLowerCase()][first + i] = line;
  });
}

/* The row that was sent: where it was, or where it has moved to; 0 if that is not certain. */
function locate_(view, edit) {
  var found;
  if (isRowOf_(view, edit.row, edit)) {
    return edit.row;
  }
  if (view.lastRow < 2 || view.lastRow * view.layout.width > MAX_SEARCH_CELLS) {
    return 0;
  }
  if (!view.isComplete) {
    readBand_(view, 'Values', 2, view.lastRow - 1);
    view.isComplete = true;
  }
  found = Object.keys(view.values).map(Number).filter(function (row) {
    return isRowOf_(view, row, edit);
  });
  return found.length === 1 ? found[0] : 0;
}

/* By its key; a row that has none yet must have none still, and show all that was sent: more may have been typed since. */
function isRowOf_(view, row, edit) {
  var values = view.values[row], keys = keysOf_(view.layout), hasKey, hasContent = false;
  if (values === undefined) {
    return false;
  }
  hasKey = keys.length > 0 && keys.every(function (column) {
    return edit.cells[column.header] !== null && edit.cells[column.header] !== undefined;
  });
  return view.layout.columns.every(function (column) {
    var sent = edit.cells[column.header];
    var isKnown = sent !== undefined && (sent !== null || column.key);
    hasContent = hasContent || (isKnown && sent !== null);
    return !isKnown || (hasKey && !column.key) || isSame_(cellOf_(values[column.position - 1], view.layout.zone), sent);
  }) && hasContent;
}

/* The key that MySQL assigned, or holds otherwise than it was typed. */
function writeCells_(view, shown) {
  var writes = [];
  shown.forEach(function (one) {
    view.layout.columns.forEach(function (column) {
      var value = wanted_(one, column);
      var raw = view.values[one.row][column.position - 1];
      var now = cellOf_(raw, view.layout.zone);
      /* A cell that no longer is as it was sent has been typed in since: its own edit is on the way. */
      if (value !== undefined && isSame_(now, one.edit.cells[column.header]) && !isSame_(now, value) &&
          isWritable_(value, raw, column, view.layout.zone)) {
        writes.push({row: one.row, column: column.position, value: value === null ? '' : value});
      }
    });
  });
  runs_(writes).forEach(function (run) {
    writeRun_(view, run);
  });
}

/* Only the key of a row that MySQL has just inserted. A script cannot prove where its writes land: a person may move rows between
 * its reading and its writing. tabrelay can; it looks whether the key has arrived in the right row, and writes all other values itself
 * a moment later. */
function wanted_(one, column) {
  var cells = one.result.cells || {}, key = one.result.key || {};
  if (one.result.operation !== 'insert' || !column.key) {
    return undefined;
  }
  if (cells[column.header] !== undefined) {
    return cells[column.header];
  }
  return one.edit.cells[column.header] === null ? key[column.header] : undefined;
}

/* May setValue() write it as it is meant? It parses text as if typed, and a number needs its cell's
 * format to be a date. The rest is left to tabrelay, which writes typed cells a moment later. */
function isWritable_(value, raw, column, zone) {
  if (typeof value === 'number' && raw instanceof Date) {
    return Math.abs(serial_(raw, zone) - value) > 1e-6; /* else it shows that moment already */
  }
  if (typeof value === 'number') {
    return !/^(date|time)/i.test(column.type || '');
  }
  return typeof value !== 'string' || isPlainText_(value);
}

/* Does setValue() leave it as it is? */
function isPlainText_(text) {
  return !(/^[=+\-'@#\s]|[0-9]/.test(text) || /^(true|false)$/i.test(text));
}

/* Writes below each other, in one call each. */
function runs_(writes) {
  var runs = [];
  writes.sort(function (a, b) {
    return a.column - b.column || a.row - b.row;
  }).forEach(function (write) {
    var last = runs[runs.length - 1];
    if (last && last.column === write.column && last.row + last.values.length === write.row) {
      last.values.push([write.value]);
    } else {
      runs.push({row: write.row, column: write.column, values: [[write.value]]});
    }
  });
  return runs;
}

/* A formula that a person typed is never overwritten. */
function writeRun_(view, run) {
  var range = view.sheet.getRange(run.row, run.column, run.values.length, 1);
  var formulas = range.getFormulas();
  if (formulas.every(function (line) { return line[0] === ''; })) {
    range.setValues(run.values);
    return;
  }
  run.values.forEach(function (line, i) {
    if (formulas[i][0] === '') {
      view.sheet.getRange(run.row + i, run.column).setValue(line[0]);
    }
  });
}

/* Why a cell was refused, where it was typed; and away with it once an edit of the cell succeeds. */
function writeNotes_(view, shown) {
  readRows_(view, 'Notes', shown.map(function (one) {
    return one.row;
  }));
  shown.forEach(function (one) {
    view.layout.columns.forEach(function (column, i) {
      var old = view.notes[one.row][column.position - 1];
      var note = noteFor_(one, column, i === 0, old);
      if (note !== old) {
        view.sheet.getRange(one.row, column.position).setNote(note);
        view.notes[one.row][column.position - 1] = note;
      }
    });
  });
}

/* The note that a cell should have now. */
function noteFor_(one, column, isFirst, old) {
  var result = one.result;
  var text = (result.notes || {})[column.header];
  var isEdited = one.edit.edited.indexOf(column.header) >= 0;
  if (text === undefined && result.message && isNoteCell_(one, column, isFirst)) {
    text = (result.outcome === 'waiting' ? 'waiting: ' : '') + result.message;
  }
  if (text !== undefined) {
    return withOurs_(old, text || ''); /* null: what the note said is over */
  }
  if (result.outcome !== 'applied' && result.outcome !== 'unchanged') {
    return old;
  }
  return isEdited || result.operation === 'insert' || old.indexOf(NOTE + 'waiting: ') >= 0 ? withOurs_(old, '') : old;
}

/* Which cell a message is for that names none: the first one that was typed in, or the row's first. */
function isNoteCell_(one, column, isFirst) {
  var notes = one.result.notes || {};
  var hasNotes = Object.keys(notes).some(function (header) {
    return notes[header] !== null;
  });
  if (one.result.outcome === 'waiting') {
    return isFirst;
  }
  return !hasNotes && ['rejected', 'conflict'].indexOf(one.result.outcome) >= 0 &&
    (one.edit.edited.length > 0 ? one.edit.edited[0] === column.header : isFirst);
}

/* A person's own note stays; ours stands below it. */
function withOurs_(old, text) {
  var at = old.indexOf(NOTE);
  var theirs = (at < 0 ? old : old.slice(0, at)).replace(/\s+$/, '');
  return theirs + (theirs && text ? '\n\n' : '') + (text ? NOTE + text : '');
}

/* ==== Talking to people ==== */

function tell_(text) {
  try {
    SpreadsheetApp.getActiveSpreadsheet().toast(text, 'tabrelay', 15);
  } catch (error) {
    console.warn('tabrelay: ' + text); /* nobody is looking at the spreadsheet */
  }
}

/* The answer to somebody who chose a menu item, and the result of the function. */
function answer_(text) {
  try {
    SpreadsheetApp.getUi().alert('tabrelay', text, SpreadsheetApp.getUi().ButtonSet.OK);
  } catch (error) {
    console.info('tabrelay: ' + text);
  }
  return text;
}

function ask_(question) {
  var ui = SpreadsheetApp.getUi();
  var answer = ui.prompt('tabrelay', question, ui.ButtonSet.OK_CANCEL);
  return answer.getSelectedButton() === ui.Button.OK ? answer.getResponseText().trim() : null;
}
