/* SPDX-License-Identifier: Apache-2.0 */
/* chart: two lines over the last hour, drawn as SVG. Pure but for the element it draws into. */
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 52, RIGHT = 4, TOP = 8, BOTTOM = 18, WIDEST = 3_600_000;

function draw(name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
        made.setAttribute(key, value);
    if (text !== undefined)
        made.textContent = text;
    return made;
}

/* The largest value of each of N equal parts of the time from FROM to TO; null where there is none. */
export function bins(samples, at, from, to, n) {
    const found = new Array(n).fill(null);
    for (const sample of samples) {
        const bin = Math.min(n - 1, Math.floor((sample[0] - from) / (to - from) * n));
        if (bin >= 0 && sample[at] !== null)
            found[bin] = Math.max(found[bin] ?? 0, sample[at]);
    }
    return found;
}

/* A path through VALUES; a gap where one is not known, but single missing ones are bridged. A value alone is a short dash. */
export function path(values, x, y) {
    let text = "", missing = 2;
    values.forEach((value, i) => {
        if (value === null) {
            missing++;
            return;
        }
        const point = `${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
        text += missing > 1 ? `M${point}m-1.5 0h3m-1.5 0` : `L${point}`;
        missing = 0;
    });
    return text;
}

/* 1, 2 or 5 times a power of ten, at least VALUE. */
export function roundUp(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value * 0.999);
}

/*
 * LINES: [{at: column of the sample, dashed}]; SCALE: "log" (from 10 up) or "linear"; FORMAT: of a label.
 * The time axis ends now and begins with the first sample, an hour ago at most, five minutes at least.
 */
export function drawChart(svg, samples, lines, {scale, format, title}) {
    const width = svg.clientWidth || 480, height = svg.clientHeight || 130;
    const to = samples.at(-1)?.[0] ?? Date.now();
    const from = Math.max(to - WIDEST, Math.min(samples[0]?.[0] ?? to, to - 300_000));
    const n = Math.max(10, Math.floor((width - LEFT - RIGHT) / 3));
    const series = lines.map((line) => bins(samples, line.at, from, to, n));
    const known = series.flat().filter((v) => v !== null);
    const most = Math.max(...known, scale === "log" ? 1000 : 1);
    const top = scale === "log" ? 10 ** Math.ceil(Math.log10(most)) : roundUp(most);
    const share = scale === "log" ? (v) => Math.log10(Math.max(v, 10) / 10) / Math.log10(top / 10) : (v) => v / top;
    const x = (i) => LEFT + (i + 0.5) / n * (width - LEFT - RIGHT);
    const y = (v) => height - BOTTOM - share(Math.min(v, top)) * (height - TOP - BOTTOM);
    const marks = scale === "log"
        ? Array.from({length: Math.round(Math.log10(top / 10)) + 1}, (_, i) => 10 ** (i + 1)) : [0, top / 2, top];

    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(
        ...marks.flatMap((mark) => [
            draw("line", {class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark)}),
            draw("text", {x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end"}, format(mark))]),
        draw("text", {x: LEFT, y: height - 3}, `${Math.round((to - from) / 60_000)} min ago`),
        draw("text", {x: width - RIGHT, y: height - 3, "text-anchor": "end"}, "now"),
        ...series.map((values, i) => draw("path", {d: path(values, x, y), ...(lines[i].dashed ? {class: "dashed"} : {})})));
    const told = lines.map((line, i) => {
        const all = series[i].filter((v) => v !== null);
        return `${line.name}: ${all.length === 0 ? "not known" : `${format(all.at(-1))} now, ${format(Math.max(...all))} at most`}`;
    });
    svg.setAttribute("aria-label", `${title}. ${told.join("; ")}.`);
}
