// A timeline that one can zoom and move, by pointer, buttons and keys. Rows are
// those of the trace's tracks; a slice may stand for several joined ones, and
// then shows how much of it was busy by its height.
import { element, note, section } from "./dom.js";
import * as format from "./format.js";

const ROW = 22;
const FIELDS = 5; // begin, length, name, count, busy
const SHOWN_NS = 20; // least time across
const COLOURS = 6;

function ordered(rows) {
	const key = (row) => [...row.path.map(([name, rank]) => [rank, name]), [row.depth, ""]];
	const compare = (a, b) => {
		for (let i = 0; i < Math.min(a.length, b.length); i++) {
			if (a[i][0] !== b[i][0]) return a[i][0] - b[i][0];
			if (a[i][1] !== b[i][1]) return a[i][1] < b[i][1] ? -1 : 1;
		}
		return a.length - b.length;
	};

	return rows.map((row) => ({ row, key: key(row) }))
		.sort((a, b) => compare(a.key, b.key)).map(({ row }) => row);
}

const label = (row) => row.path.map(([name]) => name).join(" / ") + (row.depth ? ` ↳${row.depth}` : "");

// Index of the first slice that ends after ns.
function firstAfter(slices, ns) {
	let [low, high] = [0, slices.length / FIELDS];

	while (low < high) {
		const middle = (low + high) >> 1;
		if (slices[middle * FIELDS] + slices[middle * FIELDS + 1] <= ns) low = middle + 1;
		else high = middle;
	}
	return low;
}

function tickStep(ns, most) {
	const base = 10 ** Math.floor(Math.log10(ns / most));

	return [1, 2, 5, 10].map((f) => f * base).find((step) => ns / step <= most);
}

class Timeline {
	constructor(run) {
		this.run = run;
		this.end = Math.max(1, run.end_ps / 1000);
		this.names = run.timeline.names;
		this.all = ordered(run.timeline.rows).map((row) => ({ ...row, label: label(row) }));
		this.rows = this.all;
		this.chosen = { row: 0, slice: -1 };
		this.reset();
	}

	reset() {
		[this.from, this.to] = [0, this.end];
	}

	layers() {
		const row = this.all.find((one) => one.path[0][0] === "layers");
		if (!row) return this.reset();
		const last = row.slices.length - FIELDS;
		[this.from, this.to] = [row.slices[0], row.slices[last] + row.slices[last + 1]];
		this.clamp();
	}

	clamp() {
		const width = Math.min(this.end, Math.max(SHOWN_NS, this.to - this.from));
		this.from = Math.max(0, Math.min(this.end - width, this.from));
		this.to = this.from + width;
	}

	zoom(factor, at = 0.5) {
		const width = (this.to - this.from) * factor;
		const middle = this.from + at * (this.to - this.from);
		this.from = middle - at * width;
		this.to = this.from + width;
		this.clamp();
		this.draw();
	}

	move(share) {
		const by = share * (this.to - this.from);
		this.from += by;
		this.to += by;
		this.clamp();
		this.draw();
	}

	filter(text) {
		const words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.rows = this.all.filter((row) => words.every((word) => row.label.toLowerCase().includes(word)));
		this.chosen = { row: 0, slice: -1 };
		this.space.style.height = `${this.rows.length * ROW}px`;
		this.box.scrollTop = 0;
		this.draw();
	}

	// ---- drawing ----

	colours() {
		const style = getComputedStyle(document.documentElement);
		const of = (name) => style.getPropertyValue(name).trim();
		return { text: of("--text"), soft: of("--soft"), rule: of("--rule"), card: of("--card"), first: of("--first"),
			slices: Array.from({ length: COLOURS }, (_, i) => of(`--c${i}`)) };
	}

	sized(canvas, width, height) {
		const scale = window.devicePixelRatio || 1;
		canvas.width = width * scale;
		canvas.height = height * scale;
		canvas.style.width = `${width}px`;
		canvas.style.height = `${height}px`;
		const pen = canvas.getContext("2d");
		pen.setTransform(scale, 0, 0, scale, 0, 0);
		pen.font = "12px system-ui, sans-serif";
		pen.textBaseline = "middle";
		return pen;
	}

	x(ns) {
		return this.left + ((ns - this.from) / (this.to - this.from)) * (this.width - this.left);
	}

	draw() {
		this.width = this.box.clientWidth;
		if (!this.width) return;
		this.left = this.width < 500 ? 96 : 190;
		this.ink = this.colours();
		const height = Math.min(this.box.clientHeight, Math.max(ROW, this.rows.length * ROW));
		const pen = this.sized(this.canvas, this.width, height);
		const first = Math.floor(this.box.scrollTop / ROW);
		const offset = first * ROW - this.box.scrollTop;
		for (let i = 0; offset + i * ROW < height && first + i < this.rows.length; i++)
			this.drawRow(pen, this.rows[first + i], offset + i * ROW, first + i === this.chosen.row);
		this.drawAxis();
	}

	drawRow(pen, row, y, chosen) {
		pen.fillStyle = this.ink.text;
		pen.save();
		pen.beginPath();
		pen.rect(0, y, this.left - 6, ROW);
		pen.clip();
		const room = Math.floor((this.left - 12) / 6.6);
		pen.fillText(format.short(row.label, room), 6, y + ROW / 2);
		pen.restore();
		pen.save();
		pen.beginPath();
		pen.rect(this.left, y, this.width - this.left, ROW);
		pen.clip();
		this.drawSlices(pen, row, y, chosen);
		pen.restore();
		pen.strokeStyle = chosen ? this.ink.first : this.ink.rule;
		pen.lineWidth = chosen ? 2 : 1;
		pen.beginPath();
		pen.moveTo(0, y + ROW - 0.5);
		pen.lineTo(this.width, y + ROW - 0.5);
		pen.stroke();
	}

	drawSlices(pen, row, y, chosen) {
		const slices = row.slices;
		let drawnTo = -1;

		for (let i = firstAfter(slices, this.from); i * FIELDS < slices.length; i++) {
			const [begin, length, name, several, busy] = slices.slice(i * FIELDS, i * FIELDS + FIELDS);
			if (begin >= this.to) break;
			const x0 = Math.max(this.left - 1, this.x(begin));
			const x1 = Math.min(this.width + 1, Math.max(x0 + 1, this.x(begin + length)));
			const picked = chosen && i === this.chosen.slice;
			if (x1 <= drawnTo + 0.5 && !picked) continue;
			drawnTo = x1;
			this.drawSlice(pen, { x0, x1, y, name, share: several > 1 && length ? Math.min(1, busy / length) : 1, several, picked });
		}
	}

	drawSlice(pen, { x0, x1, y, name, share, several, picked }) {
		const full = ROW - 5;
		const height = Math.max(3, full * share);
		const colour = this.ink.slices[name % COLOURS];

		if (several > 1) {
			pen.globalAlpha = 0.25;
			pen.fillStyle = colour;
			pen.fillRect(x0, y + 2, x1 - x0, full);
			pen.globalAlpha = 1;
		}
		pen.fillStyle = colour;
		pen.fillRect(x0, y + 2 + full - height, Math.max(1, x1 - x0 - (x1 - x0 > 3 ? 1 : 0)), height);
		if (picked) {
			pen.strokeStyle = this.ink.text;
			pen.lineWidth = 2;
			pen.strokeRect(x0 + 1, y + 3, Math.max(2, x1 - x0 - 2), full - 2);
		}
		const text = several > 1 ? `${several} × ${this.names[name]}` : this.names[name];
		if (x1 - x0 > 40 && share > 0.6) {
			pen.fillStyle = this.ink.card;
			pen.fillText(format.short(text, Math.floor((x1 - x0 - 8) / 6.6)), x0 + 4, y + ROW / 2);
		}
	}

	drawAxis() {
		const pen = this.sized(this.axis, this.width, 24);
		const step = tickStep(this.to - this.from, Math.max(2, (this.width - this.left) / 110));
		const digits = Math.max(0, -Math.floor(Math.log10(step / 1000) + 1e-9));

		pen.fillStyle = this.ink.soft;
		pen.fillText("µs", 6, 12);
		for (let ns = Math.ceil(this.from / step) * step; ns <= this.to; ns += step) {
			pen.fillRect(this.x(ns), 18, 1, 6);
			const text = (ns / 1000).toLocaleString("en", { maximumFractionDigits: digits });
			const x = Math.min(this.x(ns) + 3, this.width - pen.measureText(text).width - 2);
			pen.fillText(text, x, 11);
		}
	}

	// ---- what is under the pointer, or chosen by keys ----

	describe(row, i) {
		const [begin, length, name, several, busy] = row.slices.slice(i * FIELDS, i * FIELDS + FIELDS);
		const at = `from ${format.time(begin * 1000)}, ${format.time(length * 1000)} long`;
		const what = several > 1
			? `${several} slices (${this.names[name]}), busy ${format.percent(length ? busy / length : 1)}`
			: this.names[name];

		this.told.textContent = `${row.label}: ${what}, ${at}`;
	}

	pick(slice) {
		const row = this.rows[this.chosen.row];
		if (!row) return;
		this.chosen.slice = Math.max(0, Math.min(row.slices.length / FIELDS - 1, slice));
		const begin = row.slices[this.chosen.slice * FIELDS];
		const end = begin + row.slices[this.chosen.slice * FIELDS + 1];
		if (begin < this.from || end > this.to) {
			const width = Math.max(this.to - this.from, 1.2 * (end - begin));
			this.from = begin - 0.1 * width;
			this.to = this.from + width;
			this.clamp();
		}
		this.describe(row, this.chosen.slice);
		this.draw();
	}

	pickRow(by) {
		this.chosen = { row: Math.max(0, Math.min(this.rows.length - 1, this.chosen.row + by)), slice: -1 };
		const top = this.chosen.row * ROW;
		if (top < this.box.scrollTop) this.box.scrollTop = top;
		if (top + ROW > this.box.scrollTop + this.box.clientHeight)
			this.box.scrollTop = top + ROW - this.box.clientHeight;
		if (this.rows[this.chosen.row])
			this.told.textContent = `${this.rows[this.chosen.row].label}: ${format.count(this.rows[this.chosen.row].slices.length / FIELDS)} slices`;
		this.draw();
	}

	next(by) {
		const row = this.rows[this.chosen.row];
		if (!row) return;
		this.pick(this.chosen.slice < 0 ? firstAfter(row.slices, this.from) : this.chosen.slice + by);
	}

	key(event) {
		const acts = {
			ArrowLeft: () => this.move(-0.1),
			ArrowRight: () => this.move(0.1),
			ArrowUp: () => this.pickRow(-1),
			ArrowDown: () => this.pickRow(1),
			PageUp: () => this.pickRow(-10),
			PageDown: () => this.pickRow(10),
			"+": () => this.zoom(0.6),
			"=": () => this.zoom(0.6),
			"-": () => this.zoom(1 / 0.6),
			n: () => this.next(1),
			p: () => this.next(-1),
			Home: () => { this.reset(); this.draw(); },
		};
		if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
		event.preventDefault();
		acts[event.key]();
	}

	at(event) {
		const box = this.canvas.getBoundingClientRect();
		return { x: event.clientX - box.left, row: Math.floor((event.clientY - box.top + this.box.scrollTop) / ROW),
			share: Math.max(0, (event.clientX - box.left - this.left) / (this.width - this.left)) };
	}

	hover(event) {
		const { row: index, share } = this.at(event);
		const row = this.rows[index];
		if (!row) return;
		const near = (1.5 * (this.to - this.from)) / (this.width - this.left);
		const ns = this.from + share * (this.to - this.from);
		const i = firstAfter(row.slices, ns - near);
		if (i * FIELDS < row.slices.length && row.slices[i * FIELDS] <= ns + near) this.describe(row, i);
		else this.told.textContent = `${row.label}: idle at ${format.time(ns * 1000)}`;
	}

	pointers() {
		let last = null;
		this.canvas.addEventListener("pointerdown", (event) => {
			last = event.clientX;
			this.chosen = { row: this.at(event).row, slice: -1 };
			this.canvas.setPointerCapture(event.pointerId);
			this.draw();
		});
		this.canvas.addEventListener("pointermove", (event) => {
			if (last === null) return this.hover(event);
			this.move((last - event.clientX) / (this.width - this.left));
			last = event.clientX;
		});
		for (const name of ["pointerup", "pointercancel"])
			this.canvas.addEventListener(name, (event) => { last = null; this.hover(event); });
		this.canvas.addEventListener("wheel", (event) => {
			if (!event.ctrlKey && !event.shiftKey) return;
			event.preventDefault();
			this.zoom(event.deltaY + event.deltaX > 0 ? 1.25 : 0.8, this.at(event).share);
		}, { passive: false });
	}

	elements() {
		const button = (text, label, act) =>
			element("button", { type: "button", "aria-label": label, onclick: act }, text);
		const search = element("input", { type: "search", placeholder: "tracks, e.g. tile 3,1 waits",
			"aria-label": "Show tracks whose names have these words", oninput: () => this.filter(search.value) });

		this.canvas = element("canvas", { "aria-hidden": "true" });
		this.axis = element("canvas", { class: "axis", "aria-hidden": "true" });
		this.space = element("div", { style: "position: absolute; top: 0; width: 1px" });
		this.box = element("div", { class: "window", tabindex: 0, role: "application",
			"aria-label": "Timeline. Left and right move, plus and minus zoom, up and down choose a track, N and P the next and previous slice, Home shows all.",
			onkeydown: (event) => this.key(event), onscroll: () => this.draw() }, this.space, this.canvas);
		this.told = element("p", { class: "told", role: "status" });
		this.pointers();
		new ResizeObserver(() => this.draw()).observe(this.box);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
		this.space.style.height = `${this.rows.length * ROW}px`;
		this.layers();
		return [
			element("div", { class: "bar" },
				button("+", "Zoom in", () => this.zoom(0.6)), button("−", "Zoom out", () => this.zoom(1 / 0.6)),
				button("←", "Earlier", () => this.move(-0.3)), button("→", "Later", () => this.move(0.3)),
				button("Layers", "Show the time of the layers", () => { this.layers(); this.draw(); }),
				button("All", "Show the whole run", () => { this.reset(); this.draw(); }), search),
			this.axis, this.box, this.told];
	}
}

export function timeline(runs) {
	section("timeline", "Timeline",
		note("Keys: ← → move, + − zoom, ↑ ↓ choose a track, N and P its next and previous slice, Home all. " +
			"Drag to move; Ctrl or Shift and the wheel zoom. Slices too many to keep are joined: pale, with their busy share as height. " +
			"The trace itself, in ui.perfetto.dev, has each of them."),
		...runs.flatMap((run) => [
			...(runs.length > 1 ? [element("h3", {}, `${run.letter}: ${run.name}`)] : []),
			...(run.timeline.rows.length ? new Timeline(run).elements() : [note("The trace has no slices.")])]));
}
