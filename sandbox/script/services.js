/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Apps Script services that Code.gs uses, as Google documents them, over one native door:
 * host(operation, arguments as JSON) -> JSON (the table in ops.c).
 *
 * The file is one function expression. It gets the door and the global object, defines the services
 * there and returns what starts a run. The script sees neither the door nor anything else of this
 * file. Rows and columns are 1-based here, as in Google's API, and 0-based behind the door.
 */
(function (door, global, context) {
  'use strict';

  function host(operation, args) {
    return JSON.parse(door(operation, JSON.stringify(args || {})));
  }

  function define(prototype, methods) {
    Object.keys(methods).forEach(function (name) {
      Object.defineProperty(prototype, name, {value: methods[name], enumerable: false});
    });
  }

  function text(value) {
    return value === null || value === undefined ? '' : String(value);
  }

  /* Cells through the door: null, number, text, boolean, {"date": ms}, {"error": "#N/A"}. */

  function cellIn(cell) {
    if (cell === null) {
      return '';
    }
    if (typeof cell !== 'object') {
      return cell;
    }
    return cell.error !== undefined ? cell.error : new Date(cell.date);
  }

  function cellOut(value) {
    if (value === null || value === undefined || value === '') {
      return null;
    }
    if (value instanceof Date) {
      return {date: value.getTime()};
    }
    if (typeof value === 'boolean' || (typeof value === 'number' && isFinite(value))) {
      return value;
    }
    return String(value);
  }

  function mapCells(rows, change) {
    return rows.map(function (row) {
      return row.map(change);
    });
  }

  /* ---- A1 notation ---- */

  function columnLetters(column) {
    var letters = '';
    for (; column > 0; column = Math.floor((column - 1) / 26)) {
      letters = String.fromCharCode(65 + (column - 1) % 26) + letters;
    }
    return letters;
  }

  function columnNumber(letters) {
    return letters.toUpperCase().split('').reduce(function (sum, letter) {
      return sum * 26 + letter.charCodeAt(0) - 64;
    }, 0);
  }

  function parseA1(a1, sheet) {
    var match = /^\$?([A-Za-z]{1,3})?\$?(\d+)?(?::\$?([A-Za-z]{1,3})?\$?(\d+)?)?$/.exec(a1);
    var isRange = a1.indexOf(':') >= 0;
    var row, column, endRow, endColumn;
    if (!match || (!isRange && !(match[1] && match[2])) || (isRange && !(match[3] || match[4]))) {
      throw new Error('Range not found');
    }
    row = Number(match[2] || 1);
    column = match[1] ? columnNumber(match[1]) : 1;
    endRow = isRange ? Number(match[4] || sheet.getMaxRows()) : row;
    endColumn = isRange ? (match[3] ? columnNumber(match[3]) : sheet.getMaxColumns()) : column;
    return [Math.min(row, endRow), Math.min(column, endColumn), Math.abs(endRow - row) + 1,
      Math.abs(endColumn - column) + 1];
  }

  /* ---- Range ---- */

  function Range(sheet, row, column, rows, columns) {
    this.sheet_ = sheet;
    this.row_ = row;
    this.column_ = column;
    this.rows_ = rows;
    this.columns_ = columns;
    /* Events carry these four as plain members. */
    this.rowStart = row;
    this.rowEnd = row + rows - 1;
    this.columnStart = column;
    this.columnEnd = column + columns - 1;
  }

  function ask(range, operation, more) {
    var args = {sheet: range.sheet_.id_, row: range.row_ - 1, column: range.column_ - 1,
      rows: range.rows_, columns: range.columns_};
    Object.keys(more || {}).forEach(function (name) {
      args[name] = more[name];
    });
    return host(operation, args);
  }

  function checkShape(range, values, what) {
    if (!Array.isArray(values) || values.length !== range.rows_) {
      throw new Error('The number of rows in the ' + what + ' does not match the number of rows in the range. The ' +
        what + ' has ' + (values ? values.length : 0) + ' but the range has ' + range.rows_ + '.');
    }
    values.forEach(function (row) {
      if (!Array.isArray(row) || row.length !== range.columns_) {
        throw new Error('The number of columns in the ' + what + ' does not match the number of columns in the ' +
          'range. The ' + what + ' has ' + (row ? row.length : 0) + ' but the range has ' + range.columns_ + '.');
      }
    });
  }

  function fill(range, value) {
    var rows = [], row, i, j;
    for (i = 0; i < range.rows_; i++) {
      row = [];
      for (j = 0; j < range.columns_; j++) {
        row.push(value);
      }
      rows.push(row);
    }
    return rows;
  }

  define(Range.prototype, {
    getRow: function () { return this.row_; },
    getColumn: function () { return this.column_; },
    getNumRows: function () { return this.rows_; },
    getNumColumns: function () { return this.columns_; },
    getLastRow: function () { return this.row_ + this.rows_ - 1; },
    getLastColumn: function () { return this.column_ + this.columns_ - 1; },
    getHeight: function () { return this.rows_; },
    getWidth: function () { return this.columns_; },
    getSheet: function () { return this.sheet_; },
    getGridId: function () { return this.sheet_.id_; },
    getValues: function () { return mapCells(ask(this, 'read', {what: 'values'}), cellIn); },
    getValue: function () { return this.getCell(1, 1).getValues()[0][0]; },
    getDisplayValues: function () { return ask(this, 'read', {what: 'display'}); },
    getDisplayValue: function () { return this.getCell(1, 1).getDisplayValues()[0][0]; },
    getFormulas: function () { return ask(this, 'read', {what: 'formulas'}); },
    getFormula: function () { return this.getCell(1, 1).getFormulas()[0][0]; },
    isBlank: function () {
      return ask(this, 'read', {what: 'values'}).every(function (row) {
        return row.every(function (cell) { return cell === null; });
      });
    },
    setValues: function (values) {
      checkShape(this, values, 'data');
      ask(this, 'write', {cells: mapCells(values, cellOut)});
      return this;
    },
    setValue: function (value) { return this.setValues(fill(this, value)); },
    clearContent: function () { return this.setValue(null); },
    setNumberFormat: function (pattern) {
      ask(this, 'format', {pattern: String(pattern)});
      return this;
    },
    getNotes: function () { return ask(this, 'notes'); },
    getNote: function () { return this.getCell(1, 1).getNotes()[0][0]; },
    setNotes: function (notes) {
      checkShape(this, notes, 'data');
      ask(this, 'set_notes', {notes: mapCells(notes, text)});
      return this;
    },
    setNote: function (note) { return this.setNotes(fill(this, note)); },
    clearNote: function () { return this.setNote(null); },
    getCell: function (row, column) {
      if (row < 1 || row > this.rows_ || column < 1 || column > this.columns_) {
        throw new Error('Cell reference out of range');
      }
      return this.sheet_.getRange(this.row_ + row - 1, this.column_ + column - 1);
    },
    offset: function (rows, columns, height, width) {
      return this.sheet_.getRange(this.row_ + rows, this.column_ + columns, height === undefined ? this.rows_ : height,
        width === undefined ? this.columns_ : width);
    },
    getA1Notation: function () {
      var first = columnLetters(this.column_) + this.row_;
      var last = columnLetters(this.getLastColumn()) + this.getLastRow();
      return first === last ? first : first + ':' + last;
    },
    toString: function () { return 'Range'; }
  });

  /* ---- Sheet ---- */

  function Sheet(spreadsheet, id) {
    this.spreadsheet_ = spreadsheet;
    this.id_ = id;
  }

  /* Its properties now: people rename tabs and change their size while a script runs. */
  function sheetNow(sheet) {
    var found = host('sheets').filter(function (entry) {
      return entry.id === sheet.id_;
    })[0];
    if (!found) {
      throw new Error('Sheet ' + sheet.id_ + ' not found');
    }
    return found;
  }

  function checkRange(row, column, rows, columns, now) {
    if (!(row >= 1)) {
      throw new Error('The starting row of the range is too small.');
    }
    if (!(column >= 1)) {
      throw new Error('The starting column of the range is too small.');
    }
    if (!(rows >= 1)) {
      throw new Error('The number of rows in the range must be at least 1.');
    }
    if (!(columns >= 1)) {
      throw new Error('The number of columns in the range must be at least 1.');
    }
    if (row + rows - 1 > now.max_rows || column + columns - 1 > now.max_columns) {
      throw new Error('The coordinates of the range are outside the dimensions of the sheet.');
    }
  }

  define(Sheet.prototype, {
    getSheetId: function () { return this.id_; },
    getName: function () { return sheetNow(this).title; },
    getSheetName: function () { return sheetNow(this).title; },
    getParent: function () { return this.spreadsheet_; },
    getIndex: function () { return sheetNow(this).index + 1; },
    getLastRow: function () { return sheetNow(this).last_row; },
    getLastColumn: function () { return sheetNow(this).last_column; },
    getMaxRows: function () { return sheetNow(this).max_rows; },
    getMaxColumns: function () { return sheetNow(this).max_columns; },
    getRange: function (row, column, rows, columns) {
      var at = typeof row === 'string' ? parseA1(row, this) :
        [row, column, rows === undefined ? 1 : rows, columns === undefined ? 1 : columns];
      checkRange(at[0], at[1], at[2], at[3], sheetNow(this));
      return new Range(this, at[0], at[1], at[2], at[3]);
    },
    getDataRange: function () {
      return this.getRange(1, 1, Math.max(1, this.getLastRow()), Math.max(1, this.getLastColumn()));
    },
    getActiveRange: function () { return activeRange(this.spreadsheet_, this); },
    getActiveCell: function () { return activeRange(this.spreadsheet_, this).getCell(1, 1); },
    toString: function () { return 'Sheet'; }
  });

  /* ---- Spreadsheet ---- */

  function Spreadsheet() {}

  /* Nobody selects anything in the sandbox's runs but the event itself. */
  function activeRange(spreadsheet, sheet) {
    var event = context.event;
    if (event && event.range && (!sheet || event.range.sheet_.id_ === sheet.id_)) {
      return event.range;
    }
    return (sheet || spreadsheet.getActiveSheet()).getRange(1, 1);
  }

  define(Spreadsheet.prototype, {
    getId: function () { return context.spreadsheet; },
    getName: function () { return host('title').title; },
    getUrl: function () { return 'https://docs.google.com/spreadsheets/d/' + context.spreadsheet + '/edit'; },
    getSpreadsheetTimeZone: function () { return host('title').time_zone; },
    getSheets: function () {
      var self = this;
      return host('sheets').map(function (entry) {
        return new Sheet(self, entry.id);
      });
    },
    getSheetByName: function (name) {
      var found = host('sheets').filter(function (entry) {
        return entry.title === name;
      })[0];
      return found ? new Sheet(this, found.id) : null;
    },
    getSheetById: function (id) {
      var found = host('sheets').filter(function (entry) {
        return entry.id === id;
      })[0];
      return found ? new Sheet(this, found.id) : null;
    },
    getActiveSheet: function () {
      return context.event && context.event.range ? context.event.range.sheet_ : this.getSheets()[0];
    },
    getActiveRange: function () { return activeRange(this, null); },
    getActiveCell: function () { return activeRange(this, null).getCell(1, 1); },
    getRange: function (a1) {
      var mark = a1.lastIndexOf('!');
      var name = mark < 0 ? null : a1.slice(0, mark).replace(/^'(.*)'$/, '$1').replace(/''/g, "'");
      var sheet = name === null ? this.getActiveSheet() : this.getSheetByName(name);
      if (!sheet) {
        throw new Error('Range not found');
      }
      return sheet.getRange(a1.slice(mark + 1));
    },
    toast: function (message, title) { host('tell', {title: text(title), text: text(message)}); },
    toString: function () { return 'Spreadsheet'; }
  });

  var spreadsheet = new Spreadsheet();

  /* ---- Ui: people are shown what the script says; a question is answered by "cancel" ---- */

  var Button = {OK: 'OK', CANCEL: 'CANCEL', YES: 'YES', NO: 'NO', CLOSE: 'CLOSE'};
  var ButtonSet = {OK: 'OK', OK_CANCEL: 'OK_CANCEL', YES_NO: 'YES_NO', YES_NO_CANCEL: 'YES_NO_CANCEL'};

  /* The sandbox's page has its own buttons (POST .../script); a menu is accepted and not shown. */
  function Menu() {}

  define(Menu.prototype, {
    addItem: function () { return this; },
    addSeparator: function () { return this; },
    addSubMenu: function () { return this; },
    addToUi: function () {}
  });

  function tellDialog(args) {
    var title = args.length > 1 && typeof args[1] === 'string' ? args[0] : '';
    host('tell', {title: text(title), text: text(title === '' ? args[0] : args[1])});
  }

  var ui = {};
  define(ui, {
    Button: Button,
    ButtonSet: ButtonSet,
    createMenu: function () { return new Menu(); },
    createAddonMenu: function () { return new Menu(); },
    alert: function (title, prompt, buttons) {
      var set = typeof prompt === 'string' ? buttons : prompt;
      tellDialog(arguments);
      return set === undefined || set === ButtonSet.OK ? Button.OK : Button.CLOSE;
    },
    prompt: function () {
      tellDialog(arguments);
      return {
        getSelectedButton: function () { return Button.CLOSE; },
        getResponseText: function () { return ''; }
      };
    }
  });

  global.SpreadsheetApp = {};
  define(global.SpreadsheetApp, {
    getActiveSpreadsheet: function () { return spreadsheet; },
    getActive: function () { return spreadsheet; },
    getActiveSheet: function () { return spreadsheet.getActiveSheet(); },
    getActiveRange: function () { return spreadsheet.getActiveRange(); },
    openById: function (id) {
      if (id !== context.spreadsheet) {
        throw new Error('You do not have permission to call SpreadsheetApp.openById. Required permissions: ' +
          'https://www.googleapis.com/auth/spreadsheets');
      }
      return spreadsheet;
    },
    getUi: function () {
      if (!context.has_ui) {
        throw new Error('Cannot call SpreadsheetApp.getUi() from this context.');
      }
      return ui;
    },
    flush: function () {}
  });

  /* ---- ScriptApp ---- */

  var EventType = {CLOCK: 'CLOCK', ON_OPEN: 'ON_OPEN', ON_EDIT: 'ON_EDIT', ON_FORM_SUBMIT: 'ON_FORM_SUBMIT',
    ON_CHANGE: 'ON_CHANGE'};
  var AuthMode = {NONE: 'NONE', CUSTOM_FUNCTION: 'CUSTOM_FUNCTION', LIMITED: 'LIMITED', FULL: 'FULL'};

  function Trigger(entry) {
    this.entry_ = entry;
  }

  define(Trigger.prototype, {
    getHandlerFunction: function () { return this.entry_.handler; },
    getUniqueId: function () { return this.entry_.uid; },
    getEventType: function () { return this.entry_.type; },
    getTriggerSource: function () { return this.entry_.type === 'CLOCK' ? 'CLOCK' : 'SPREADSHEETS'; },
    getTriggerSourceId: function () { return this.entry_.type === 'CLOCK' ? null : context.spreadsheet; }
  });

  function TriggerBuilder(handler) {
    this.handler_ = handler;
    this.type_ = null;
    this.minutes_ = 0;
  }

  function builderOf(type) {
    return function () {
      this.type_ = type;
      return this;
    };
  }

  define(TriggerBuilder.prototype, {
    forSpreadsheet: function (key) {
      if (key !== spreadsheet && key !== context.spreadsheet) {
        throw new Error('The sandbox binds a script to one spreadsheet.');
      }
      return this;
    },
    timeBased: function () { return this; },
    onEdit: builderOf(EventType.ON_EDIT),
    onChange: builderOf(EventType.ON_CHANGE),
    onOpen: builderOf(EventType.ON_OPEN),
    everyMinutes: function (minutes) {
      if ([1, 5, 10, 15, 30].indexOf(minutes) < 0) {
        throw new Error('The value you passed to everyMinutes was invalid. It must be one of 1, 5, 10, 15 or 30.');
      }
      this.minutes_ = minutes;
      this.type_ = EventType.CLOCK;
      return this;
    },
    create: function () {
      if (!this.type_) {
        throw new Error('The trigger has no event.');
      }
      return new Trigger(host('add_trigger', {handler: this.handler_, type: this.type_, minutes: this.minutes_}));
    }
  });

  global.ScriptApp = {};
  define(global.ScriptApp, {
    EventType: EventType,
    AuthMode: AuthMode,
    newTrigger: function (handler) { return new TriggerBuilder(text(handler)); },
    getProjectTriggers: function () {
      return host('triggers').map(function (entry) {
        return new Trigger(entry);
      });
    },
    deleteTrigger: function (trigger) { host('delete_trigger', {uid: trigger.getUniqueId()}); }
  });

  /* ---- Properties, Cache, Lock ---- */

  function Properties(kind) {
    this.kind_ = kind;
  }

  define(Properties.prototype, {
    getProperty: function (name) { return host('property', {kind: this.kind_, name: text(name)}); },
    getProperties: function () { return host('properties', {kind: this.kind_}); },
    getKeys: function () { return Object.keys(this.getProperties()); },
    setProperty: function (name, value) {
      host('set_properties', {kind: this.kind_, set: [[text(name), text(value)]]});
      return this;
    },
    setProperties: function (values, deleteOthers) {
      host('set_properties', {kind: this.kind_, delete_others: deleteOthers === true,
        set: Object.keys(values).map(function (name) {
          return [name, text(values[name])];
        })});
      return this;
    },
    deleteProperty: function (name) {
      host('set_properties', {kind: this.kind_, set: [[text(name), null]]});
      return this;
    },
    deleteAllProperties: function () { return this.setProperties({}, true); }
  });

  global.PropertiesService = {};
  define(global.PropertiesService, {
    getScriptProperties: function () { return new Properties('script'); },
    getDocumentProperties: function () { return new Properties('document'); },
    getUserProperties: function () { return new Properties('user'); }
  });

  function Cache(kind) {
    this.kind_ = kind;
  }

  define(Cache.prototype, {
    get: function (key) { return host('cache_get', {kind: this.kind_, key: text(key)}); },
    put: function (key, value, seconds) {
      host('cache_put', {kind: this.kind_, key: text(key), value: text(value),
        seconds: seconds === undefined ? 600 : seconds});
    },
    remove: function (key) { host('cache_put', {kind: this.kind_, key: text(key), value: null, seconds: 0}); }
  });

  global.CacheService = {};
  define(global.CacheService, {
    getScriptCache: function () { return new Cache('script'); },
    getDocumentCache: function () { return new Cache('document'); },
    getUserCache: function () { return new Cache('user'); }
  });

  function Lock(kind) {
    this.kind_ = kind;
  }

  define(Lock.prototype, {
    tryLock: function (ms) { return host('lock', {kind: this.kind_, ms: ms}); },
    waitLock: function (ms) {
      if (!this.tryLock(ms)) {
        throw new Error('Lock timeout: another process was holding the lock for too long.');
      }
    },
    hasLock: function () { return host('has_lock', {kind: this.kind_}); },
    releaseLock: function () { host('unlock', {kind: this.kind_}); }
  });

  global.LockService = {};
  define(global.LockService, {
    getScriptLock: function () { return new Lock('script'); },
    getDocumentLock: function () { return new Lock('document'); },
    getUserLock: function () { return new Lock('user'); }
  });

  /* ---- UrlFetchApp ---- */

  function Response(answer) {
    this.answer_ = answer;
  }

  define(Response.prototype, {
    getResponseCode: function () { return this.answer_.status; },
    getContentText: function () { return this.answer_.body; },
    getHeaders: function () { return this.answer_.headers; },
    getAllHeaders: function () { return this.answer_.headers; },
    toString: function () { return this.answer_.body; }
  });

  function fetchArguments(url, options) {
    var headers = [], type = options.contentType;
    Object.keys(options.headers || {}).forEach(function (name) {
      headers.push([name, text(options.headers[name])]);
    });
    if (options.payload !== undefined && type === undefined) {
      type = 'application/x-www-form-urlencoded';
    }
    if (type !== undefined) {
      headers.push(['Content-Type', type]);
    }
    return {url: text(url), method: text(options.method || 'get').toUpperCase(), headers: headers,
      payload: options.payload === undefined ? null : text(options.payload)};
  }

  global.UrlFetchApp = {};
  define(global.UrlFetchApp, {
    fetch: function (url, options) {
      var response = new Response(host('fetch', fetchArguments(url, options || {})));
      var code = response.getResponseCode();
      if (code >= 400 && !(options && options.muteHttpExceptions)) {
        throw new Error('Request failed for ' + url + ' returned code ' + code + '. Truncated server response: ' +
          response.getContentText().slice(0, 200) + ' (use muteHttpExceptions option to examine full response)');
      }
      return response;
    }
  });

  /* ---- Utilities, Session, Logger, console ---- */

  var Charset = {US_ASCII: 'US_ASCII', UTF_8: 'UTF_8'};
  var DigestAlgorithm = {SHA_256: 'SHA_256'};

  function bytesOf(value) {
    return typeof value === 'string' ? {text: value} : {bytes: value};
  }

  global.Utilities = {};
  define(global.Utilities, {
    Charset: Charset,
    DigestAlgorithm: DigestAlgorithm,
    getUuid: function () { return host('uuid'); },
    sleep: function (ms) { host('sleep', {ms: ms}); },
    formatDate: function (date, zone, pattern) {
      if (!(date instanceof Date)) {
        throw new Error('The parameters (' + typeof date + ',String,String) don\'t match the method signature for ' +
          'Utilities.formatDate.');
      }
      return host('format_date', {ms: date.getTime(), zone: text(zone), pattern: text(pattern)});
    },
    computeHmacSha256Signature: function (value, key) {
      return host('hmac', {value: bytesOf(value), key: bytesOf(key)});
    },
    base64Encode: function (value) { return host('base64', {value: bytesOf(value)}); }
  });

  function User(email) {
    this.email_ = email;
  }

  define(User.prototype, {
    getEmail: function () { return this.email_; },
    getUserLoginId: function () { return this.email_; },
    toString: function () { return this.email_; }
  });

  global.Session = {};
  define(global.Session, {
    getActiveUser: function () { return new User(context.user); },
    getEffectiveUser: function () { return new User(context.user); },
    getScriptTimeZone: function () { return host('title').time_zone; }
  });

  /* %s, %d and %j at the front, as Google's console does; what is left over follows. */
  function format(args) {
    var rest = Array.prototype.slice.call(args);
    var first = rest.shift();
    var line = typeof first !== 'string' ? show(first) : first.replace(/%[sdj]/g, function (mark) {
      return rest.length === 0 ? mark : show(rest.shift());
    });
    return [line].concat(rest.map(show)).join(' ');
  }

  function show(value) {
    if (value instanceof Error) {
      return value.stack || String(value);
    }
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  }

  function logger(level) {
    return function () {
      host('log', {level: level, text: format(arguments)});
    };
  }

  global.Logger = {};
  define(global.Logger, {log: logger('info')});
  global.console = {};
  define(global.console, {log: logger('info'), info: logger('info'), warn: logger('warn'), error: logger('error')});

  /* ---- Events, as Google shapes them ---- */

  function editEvent(given) {
    var sheet = new Sheet(spreadsheet, given.sheet);
    var event = {authMode: AuthMode.FULL, source: spreadsheet, triggerUid: given.uid, user: new User(given.user),
      range: new Range(sheet, given.row + 1, given.column + 1, given.rows, given.columns)};
    if (given.value !== undefined) {
      event.value = given.value;
    }
    if (given.old_value !== undefined) {
      event.oldValue = given.old_value;
    }
    return event;
  }

  function changeEvent(given) {
    return {authMode: AuthMode.FULL, source: spreadsheet, triggerUid: given.uid, user: new User(given.user),
      changeType: given.change};
  }

  function clockEvent(given) {
    var now = new Date();
    return {authMode: AuthMode.FULL, triggerUid: given.uid, timezone: 'UTC', year: now.getUTCFullYear(),
      month: now.getUTCMonth() + 1, 'day-of-month': now.getUTCDate(), 'day-of-week': now.getUTCDay() || 7,
      hour: now.getUTCHours(), minute: now.getUTCMinutes(), second: now.getUTCSeconds()};
  }

  var shapes = {edit: editEvent, change: changeEvent, clock: clockEvent};

  /* Run the script's function NAME with an event or plain arguments; its result as JSON. */
  return function (name, given) {
    var result;
    if (typeof global[name] !== 'function') {
      throw new Error('Script function not found: ' + name);
    }
    if (given.event) {
      context.event = shapes[given.event.kind](given.event);
      result = global[name](context.event);
    } else {
      result = global[name].apply(null, given.arguments || []);
    }
    return result === undefined ? 'null' : JSON.stringify(result) || 'null';
  };
})
