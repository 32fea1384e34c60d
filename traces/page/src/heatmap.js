// The mesh's links over time: colour and width of a link are its use.
import { areaY, plot, ruleX, ruleY } from "@observablehq/plot";
import { chart, element, note, section, table } from "./dom.js";
import * as format from "./format.js";
import { linkName } from "./runs.js";

const STEPS = 6;
const CELL = 40;
const BOX = 9; // half a router's side
const APART = 5;
const AHEAD = { east: [1, 0], west: [-1, 0], north: [0, -1], south: [0, 1] };
const PLAY_MS = 120;

function svg(name, attributes, ...children) {
	const made = document.createElementNS("http://www.w3.org/2000/svg", name);

	for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
	made.append(...children);
	return made;
}

// Where a link is drawn: a line beside that of the other direction, or, for
// ports to nodes, the router's square.
function shape(link, columns, rows) {
	const [x, y] = [(link.x + 0.5) * CELL, (link.y + 0.5) * CELL];
	const ahead = AHEAD[link.port];

	if (!ahead) return null;
	const [dx, dy] = ahead;
	const wraps = link.x + dx < 0 || link.x + dx >= columns || link.y + dy < 0 || link.y + dy >= rows;
	const length = wraps ? CELL / 2 : CELL - BOX;
	const [sx, sy] = [-dy * APART, dx * APART];
	return svg("line", {
		x1: x + dx * BOX + sx, y1: y + dy * BOX + sy,
		x2: x + dx * length + sx, y2: y + dy * length + sy,
	});
}

function mesh(links) {
	const columns = 1 + Math.max(...links.map((link) => link.x));
	const rows = 1 + Math.max(...links.map((link) => link.y));
	const picture = svg("svg", {
		class: "mesh", role: "img", "aria-label": "Use of links; the busiest are in the table",
		viewBox: `0 0 ${columns * CELL} ${rows * CELL}`,
	});
	const routers = new Map();

	for (let y = 0; y < rows; y++)
		for (let x = 0; x < columns; x++) {
			const box = svg("rect", {
				x: (x + 0.5) * CELL - BOX, y: (y + 0.5) * CELL - BOX, width: 2 * BOX, height: 2 * BOX,
				rx: 3, stroke: "var(--soft)", fill: "var(--h0)",
			});
			routers.set(`${x},${y}`, box);
			picture.append(box);
		}
	const lines = links.map((link) => {
		const line = shape(link, columns, rows);
		if (line) picture.append(line);
		return line;
	});
	return { picture, routers, lines };
}

const step = (share) => (share <= 0 ? 0 : Math.min(STEPS - 1, 1 + Math.floor(share * (STEPS - 1))));

// Colours the picture by the use of each link, 0 to 1000.
function paint({ routers, lines }, links, use, most) {
	const local = new Map();

	links.forEach((link, i) => {
		const level = step(use[i] / most);
		const line = lines[i];
		if (line) {
			line.setAttribute("stroke", `var(--h${level})`);
			line.setAttribute("stroke-width", level ? 2 + 1.5 * level : 1);
		} else {
			const key = `${link.x},${link.y}`;
			local.set(key, Math.max(level, local.get(key) ?? 0));
		}
	});
	for (const [key, box] of routers) box.setAttribute("fill", `var(--h${local.get(key) ?? 0})`);
}

function legend(most) {
	return element("ul", { class: "keys" }, ...Array.from({ length: STEPS }, (_, i) => {
		const share = (level) => format.percent((most * level) / (STEPS - 1) / 1000);
		const key = element("i", { style: `background: var(--h${i}); height: ${i ? 2 + 1.5 * i : 1}px` });
		return element("li", {}, key, i ? `${share(i - 1)} – ${share(i)}` : "idle");
	}));
}

function layerAt(run, ns) {
	for (const row of run.timeline.rows) {
		if (row.path[0][0] !== "layers" || row.depth) continue;
		for (let i = 0; i < row.slices.length; i += 5)
			if (row.slices[i] <= ns && ns < row.slices[i] + row.slices[i + 1])
				return run.timeline.names[row.slices[i + 2]];
	}
	return null;
}

function overview(width, totals, network, bin) {
	const ms = (i) => (network.start_ns + i * network.bin_ns) / 1e6;

	return plot({
		width, height: 110, marginLeft: 48, marginBottom: 34,
		style: { fontSize: "12px", background: "none" },
		x: { label: "ms →", ticks: width < 500 ? 4 : 8 },
		y: { label: "↑ busiest link, %", ticks: 3, grid: true },
		marks: [
			areaY(totals.map((value, i) => ({ x: ms(i), value: value / 10 })),
				{ x: "x", y: "value", fill: "var(--first)", fillOpacity: 0.45, curve: "step-after" }),
			ruleY([0]),
			...(bin < 0 ? [] : [ruleX([ms(bin + 0.5)], { stroke: "var(--second)", strokeWidth: 2 })]),
		],
	});
}

class Heatmap {
	constructor(run) {
		this.run = run;
		this.network = run.network;
		this.links = run.network.links;
		this.bins = Math.max(1, Math.min(this.links[0].use.length,
			Math.ceil((run.end_ps / 1000 - this.network.start_ns) / this.network.bin_ns)));
		this.totals = Array.from({ length: this.bins }, (_, i) =>
			Math.max(...this.links.map((link) => link.use[i])));
		this.most = Math.max(1, ...this.totals);
		this.mesh = mesh(this.links);
		this.whole = false;
		this.bin = this.totals.indexOf(Math.max(...this.totals));
	}

	use() {
		if (!this.whole) return this.links.map((link) => link.use[this.bin]);
		return this.links.map((link) => link.use.reduce((sum, value) => sum + value, 0) / this.bins);
	}

	when() {
		if (this.whole) return "the whole run from the first sample";
		const from = this.network.start_ns + this.bin * this.network.bin_ns;
		const layer = layerAt(this.run, from + this.network.bin_ns / 2);
		return `${format.count(from / 1000)} to ${format.count((from + this.network.bin_ns) / 1000)} µs` +
			(layer ? `, in ${layer}` : "");
	}

	busiest(use) {
		const order = use.map((value, i) => ({ link: this.links[i], value }))
			.sort((a, b) => b.value - a.value).slice(0, 10);

		return table("Ten busiest links", [
			{ title: "Busiest links", name: true, value: (row) => linkName(row.link) },
			{ title: "Use", value: (row) => row.value, text: (value) => format.percent(value / 1000) },
		], order);
	}

	show() {
		const use = this.use();

		paint(this.mesh, this.links, use, this.whole ? Math.max(1, ...use) : this.most);
		this.keys.replaceChildren(legend(this.whole ? Math.max(1, ...use) : this.most));
		this.slider.value = this.bin;
		this.slider.setAttribute("aria-valuetext", this.when());
		this.told.textContent = this.when();
		this.list.replaceChildren(this.busiest(use));
		this.wholeButton.setAttribute("aria-pressed", this.whole);
		if (this.over.clientWidth)
			this.over.replaceChildren(overview(this.over.clientWidth, this.totals, this.network, this.whole ? -1 : this.bin));
	}

	go(bin) {
		this.whole = false;
		this.bin = Math.max(0, Math.min(this.bins - 1, bin));
		this.show();
	}

	play() {
		const stop = this.timer !== undefined;

		if (stop) clearInterval(this.timer);
		this.timer = stop ? undefined
			: setInterval(() => this.go(this.bin + 1 < this.bins ? this.bin + 1 : 0), PLAY_MS);
		this.playButton.textContent = stop ? "Play" : "Pause";
	}

	elements() {
		this.slider = element("input", { type: "range", min: 0, max: this.bins - 1, "aria-label": "Time",
			oninput: () => this.go(Number(this.slider.value)) });
		this.playButton = element("button", { type: "button", onclick: () => this.play() }, "Play");
		this.wholeButton = element("button", { type: "button", onclick: () => {
			this.whole = !this.whole;
			this.show();
		} }, "Whole run");
		this.told = element("p", { class: "told", role: "status" });
		this.keys = element("div");
		this.list = element("div");
		this.over = element("div", { class: "chart" });
		new ResizeObserver(() => this.show()).observe(this.over);
		this.mesh.picture.addEventListener("pointerover", (event) => {
			const at = this.mesh.lines.indexOf(event.target);
			if (at >= 0)
				this.told.textContent = `${this.when()}: ${linkName(this.links[at])}, ${format.percent(this.use()[at] / 1000)}`;
		});
		const made = [this.over,
			element("div", { class: "bar" }, this.playButton, this.slider, this.wholeButton), this.told,
			element("div", { class: "pair" }, element("div", {}, this.mesh.picture, this.keys), this.list)];
		this.show();
		return made;
	}
}

export function heatmap(runs) {
	section("links", "Links of the network over time",
		note("Each line is a link, two between neighbours, one for each direction (a link leads away from its router on its right-hand side); the square is the router, coloured " +
			"by its busiest port to a node. Darker (brighter in the dark theme) and wider is busier: share of the cycles in which a flit passed. " +
			"The slider moves by arrow keys, Page Up and Page Down."),
		...runs.flatMap((run) => [
			...(runs.length > 1 ? [element("h3", {}, `${run.letter}: ${run.name}`)] : []),
			...(run.network.links.length ? new Heatmap(run).elements()
				: [note("The trace has no counters of links: record it with --trace-level tiles.")])]));
}
