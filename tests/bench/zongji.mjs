// SPDX-License-Identifier: Apache-2.0
// Read one binlog file from the server (BENCH_MYSQL) with a JavaScript reader: node zongji.mjs PACKAGE BINLOG
//
// Rows are counted as the reader hands them out, up to the mark with which the next file begins.
import process from 'node:process';

const [packageName, filename] = process.argv.slice(2);
const [host, port, user, password] = process.env.BENCH_MYSQL.split(':');
const imported = await import(packageName);
const ZongJi = imported.default ?? imported.ZongJi;
const result = { events: 0, row_events: 0, rows: 0 };

function fail(error) {
  console.error(`${packageName}: ${error.message ?? error}`);
  process.exit(1);
}

const reader = new ZongJi({ host, port: Number(port), user, password });
reader.on('error', fail);
reader.on('binlog', (event) => {
  result.events++;
  if (event.getTypeName() === 'TableMap') {
    if (event.tableName === 'mark') {
      console.log(JSON.stringify(result));
      process.exit(0);
    }
    return;
  }
  result.row_events++;
  result.rows += event.rows.length;
});
process.on('uncaughtException', fail);
reader.start({
  serverId: 4242072, filename, position: 4,
  includeEvents: ['tablemap', 'writerows', 'updaterows', 'deleterows'],
});
