// SPDX-License-Identifier: Apache-2.0
// The usual way to write to Google Sheets from JavaScript, the package google-spreadsheet, against another server:
//   node google_spreadsheet.mjs save SPREADSHEET TAB ROWS      change so many rows, one after the other
//   node google_spreadsheet.mjs add SPREADSHEET TAB AT_ONCE    append the rows that come on standard input, tab-separated
//
// BENCH_GOOGLE is the server's address, BENCH_TOKEN a bearer token. Prints {"rows": N} as JSON.
import process from 'node:process';
import readline from 'node:readline';
import { GoogleSpreadsheet } from 'google-spreadsheet';

const [what, spreadsheet, title, number] = process.argv.slice(2);
const doc = new GoogleSpreadsheet(spreadsheet, { token: process.env.BENCH_TOKEN });
// The package has Google's address built in; its HTTP client can be given another one.
doc.sheetsApi = doc.sheetsApi.extend({ prefix: `${process.env.BENCH_GOOGLE}/v4/spreadsheets/${spreadsheet}` });
await doc.loadInfo();
const sheet = doc.sheetsByTitle[title];
let count = 0;

async function save() {
  const rows = await sheet.getRows();
  for (; count < Number(number); count++) {
    const row = rows[count % rows.length];
    row.set('quantity', String(count));
    row.set('price', `${count}.50`);
    await row.save();
  }
}

async function add() {
  let rows = [];
  for await (const line of readline.createInterface({ input: process.stdin })) {
    rows.push(line.split('\t'));
    if (rows.length === Number(number)) {
      count += (await sheet.addRows(rows)).length;
      rows = [];
    }
  }
  if (rows.length > 0) count += (await sheet.addRows(rows)).length;
}

await (what === 'save' ? save() : add());
console.log(JSON.stringify({ rows: count }));
