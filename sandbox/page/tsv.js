/* SPDX-License-Identifier: Apache-2.0 */
/* tsv: tables on the clipboard, as spreadsheets write them. Pure. */

/* "a\tb\n" -> [["a", "b"]]. A cell that starts with a quotation mark may hold tabs, line breaks and doubled marks. */
export function parse(text) {
    const rows = [[]];
    let at = 0;
    const cell = () => {
        if (text[at] === '"') {
            const quoted = /^"((?:[^"]|"")*)"(?=\t|\r?\n|$)/.exec(text.slice(at));
            if (quoted) {
                at += quoted[0].length;
                return quoted[1].replaceAll('""', '"');
            }
        }
        const plain = /^[^\t\r\n]*/.exec(text.slice(at, at + 60000))[0];
        at += plain.length;
        return plain;
    };
    for (;;) {
        rows.at(-1).push(cell());
        if (at >= text.length)
            break;
        const end = text[at];
        at += end === "\r" && text[at + 1] === "\n" ? 2 : 1;
        if (end === "\t")
            continue;
        if (at >= text.length)
            break;
        rows.push([]);
    }
    return rows;
}

export function format(rows) {
    const quote = (t) => (/[\t\n\r"]/.test(t) ? `"${t.replaceAll('"', '""')}"` : t);
    return rows.map((row) => row.map(quote).join("\t")).join("\n");
}

/* 0 -> "A", 26 -> "AA" */
export function letters(column) {
    let name = "";
    for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26))
        name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
    return name;
}

/* "B3" -> {row: 2, column: 1}; null if it is none */
export function place(text) {
    const m = /^([A-Z]{1,3})([0-9]{1,7})$/.exec(text.trim().toUpperCase());
    if (!m || Number(m[2]) < 1)
        return null;
    let column = 0;
    for (const letter of m[1])
        column = column * 26 + letter.charCodeAt(0) - 64;
    return {row: Number(m[2]) - 1, column: column - 1};
}
