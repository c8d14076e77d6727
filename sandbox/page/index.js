/* SPDX-License-Identifier: Apache-2.0 */
/* index: the list of spreadsheets. */
const list = document.getElementById("list");

function card(spreadsheet) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/d/${encodeURIComponent(spreadsheet.id)}`;
    const title = document.createElement("strong");
    title.textContent = spreadsheet.title;
    const id = document.createElement("small");
    id.textContent = spreadsheet.id;
    link.append(title, id);
    item.append(link);
    return item;
}

async function refresh() {
    try {
        const found = await (await fetch("/sandbox/v1/spreadsheets")).json();
        list.replaceChildren(...found.map(card));
        document.getElementById("empty").hidden = found.length > 0;
        document.getElementById("away").hidden = true;
    } catch {
        document.getElementById("away").hidden = false; /* the list stays as it was */
    }
}

refresh();
setInterval(refresh, 3000);
