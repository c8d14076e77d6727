/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dom: elements, times and values. Whatever comes from MySQL or a sheet is text: it is set as text, never as HTML, and each in
 * a <bdi>, so that its direction ends with it.
 */
export const byId = (id) => document.getElementById(id);

/* make("p", {class: "empty"}, "text", otherElement): names of attributes as in HTML; functions are listeners; null leaves out. */
export function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === "function")
            made.addEventListener(key, value);
        else if (value !== null && value !== undefined && value !== false)
            made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
}

export const foreign = (text) => make("bdi", {}, text);

/* Set only what differs: a live region speaks when it is touched. */
export function setText(element, text) {
    if (element.textContent !== text)
        element.textContent = text;
}

/* A value as the API gives it. */
export function value(v, tag = "span") {
    if (!v || v.is_unknown)
        return make(tag, {class: "value none"}, "not known");
    if (v.is_null)
        return make(tag, {class: "value none"}, "NULL");
    if (v.text === "")
        return make(tag, {class: "value none"}, "empty text");
    return make(tag, {class: "value", dir: "auto"}, v.text);
}

/* "2026-01-31 10:11:12.345" (UTC, as MySQL has it) or milliseconds -> Date */
export function moment(time) {
    return new Date(typeof time === "number" ? time : `${time.replace(" ", "T")}Z`);
}

export function age(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 5)
        return "now";
    if (s < 120)
        return `${s} s ago`;
    if (s < 7200)
        return `${Math.floor(s / 60)} min ago`;
    if (s < 172800)
        return `${Math.floor(s / 3600)} h ago`;
    return `${Math.floor(s / 86400)} days ago`;
}

const today = (date) => date.toDateString() === new Date().toDateString();

export function clock(time) {
    const date = moment(time);
    return today(date) ? date.toLocaleTimeString() : date.toLocaleString(undefined, {dateStyle: "short", timeStyle: "medium"});
}

/* A <time> in the reader's zone; UTC on pointing. IS_AGE: "3 min ago", kept up to date by refreshAges. */
export function time(text, isAge = false) {
    const date = moment(text);
    if (Number.isNaN(date.getTime()))
        return make("span", {}, "–");
    const iso = date.toISOString();
    return make("time", {datetime: iso, title: `${iso.slice(0, 19).replace("T", " ")} UTC`, "data-age": isAge},
        isAge ? age(Date.now() - date) : clock(text));
}

export function refreshAges() {
    for (const element of document.querySelectorAll("time[data-age]"))
        setText(element, age(Date.now() - new Date(element.dateTime)));
}

export function duration(ms) {
    if (ms === null || ms === undefined)
        return "–";
    if (ms < 1000)
        return `${Math.round(ms)} ms`;
    if (ms < 10_000)
        return `${(ms / 1000).toFixed(1)} s`;
    if (ms < 120_000)
        return `${Math.round(ms / 1000)} s`;
    return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export const count = (n, one, many = `${one}s`) => `${Number(n).toLocaleString()} ${Number(n) === 1 ? one : many}`;

/*
 * Make LIST show ITEMS, each drawn by DRAW(item) once and again only when it has changed: what is being typed into an item, and
 * the focus, stay.
 */
export function fill(list, items, keyOf, draw) {
    const keys = new Set(items.map((item) => String(keyOf(item))));
    const before = new Map([...list.children].map((child) => [child.dataset.key, child]));
    /* What is gone goes first: an element that is moved loses the focus. */
    for (const [key, element] of before)
        if (!keys.has(key))
            element.remove();
    let at = list.firstElementChild;
    for (const item of items) {
        const key = String(keyOf(item)), text = JSON.stringify(item);
        let element = before.get(key);
        const isTypedInto = element?.contains(document.activeElement) && document.activeElement.tagName === "INPUT";
        if (!element || (element.drawn !== text && !isTypedInto)) {
            const made = draw(item);
            made.dataset.key = key;
            made.drawn = text;
            if (element) {
                if (element === at)
                    at = made;
                element.replaceWith(made);
            }
            element = made;
        }
        if (element === at)
            at = at.nextElementSibling;
        else
            list.insertBefore(element, at);
    }
}
