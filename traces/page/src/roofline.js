// What bounds each layer: its arrays or its busiest link.
import { dot, link, plot } from "@observablehq/plot";
import { chart, element, note, section, table } from "./dom.js";
import * as format from "./format.js";
import { linkName } from "./runs.js";

const KINDS = ["arrays need", "busiest link needs", "took"];

function points(run) {
	return run.layers.filter((layer) => layer.per_byte > 0).flatMap((layer) =>
		[layer.arrays_ps, layer.links_ps, layer.mean_ps]
			.map((ps, i) => ({ layer: layer.label, kind: KINDS[i], x: layer.per_byte, y: ps / 1e6 }))
			.filter((point) => point.y > 0));
}

function spans(list) {
	const found = new Map();

	for (const point of list) {
		const span = found.get(point.layer) ?? { x: point.x, from: point.y, to: point.y };
		span.from = Math.min(span.from, point.y);
		span.to = Math.max(span.to, point.y);
		found.set(point.layer, span);
	}
	return [...found.values()];
}

function roofs(width, list) {
	return plot({
		width,
		height: Math.min(440, Math.max(300, width * 0.6)),
		marginLeft: 56,
		marginBottom: 40,
		grid: true,
		style: { fontSize: "12px", background: "none" },
		x: { type: "log", label: "array reads per byte on the network →", ticks: width < 500 ? 3 : 6, tickFormat: format.digits },
		y: { type: "log", label: "↑ µs for an image", ticks: 5, tickFormat: format.digits },
		color: { type: "ordinal", domain: KINDS, range: ["var(--c0)", "var(--c1)", "currentColor"] },
		symbol: { domain: KINDS, range: ["circle", "triangle", "plus"], legend: true },
		marks: [
			link(spans(list), { x: "x", y1: "from", y2: "to", stroke: "currentColor", strokeOpacity: 0.25 }),
			dot(list, {
				x: "x", y: "y", symbol: "kind", stroke: "kind", r: 4.5, strokeWidth: 1.8,
				title: (point) => `${point.layer}\n${point.kind} ${format.time(point.y * 1e6)}\n` +
					`${format.digits(point.x)} reads a byte`,
				tip: { fontSize: 13 },
			}),
		],
	});
}

function bound(layer) {
	if (!(layer.arrays_ps > 0) && !(layer.links_ps > 0)) return "–";
	const [what, most] = layer.links_ps > layer.arrays_ps ? ["links", layer.links_ps] : ["arrays", layer.arrays_ps];
	return most < 0.5 * layer.mean_ps ? "neither" : what;
}

function boundTable(run) {
	const busiest = (layer) =>
		layer.busiest === undefined ? "–" : linkName(run.network.links[layer.busiest]);

	return table(`Bounds of layers of ${run.name}, scrolls`, [
		{ title: "Layer", name: true, value: (layer) => layer.label },
		{ title: "Reads / byte", value: (layer) => layer.per_byte || 0, text: format.digits },
		{ title: "MACs / byte", value: (layer) => layer.macs / layer.noc_bytes || 0, text: format.digits },
		{ title: "Arrays need", value: (layer) => layer.arrays_ps, text: format.time },
		{ title: "Busiest link needs", value: (layer) => layer.links_ps,
			text: (ps) => (Number.isFinite(ps) ? format.time(ps) : "–") },
		{ title: "Took", value: (layer) => layer.mean_ps, text: format.time },
		{ title: "Bound by", name: true, value: bound },
		{ title: "Busiest link", name: true, value: busiest },
	], run.layers);
}

export function roofline(runs) {
	section("roofline", "Tiles against links",
		note("Each layer stands at its array reads for each byte that it moves over the network (across, logarithmic). " +
			"Up, logarithmic: the time that its arrays need (their busy time, mean of its tiles), the time that its busiest link needs " +
			"(flits through it, one a cycle), and the time the layer took. The higher of the first two bounds the layer; " +
			"a gap to the time taken is waiting. “Neither” in the table: both need less than half of it."),
		...runs.flatMap((run) => {
			const list = points(run);
			return [
				...(runs.length > 1 ? [element("h3", {}, `${run.letter}: ${run.name}`)] : []),
				...(run.network.links.length ? [] : [note("The trace has no counters of links: record it with --trace-level tiles.")]),
				...(list.length ? [chart("Bounds of each layer, also in the table below", (width) => roofs(width, list))] : []),
				boundTable(run),
			];
		}));
}
