// Time and energy of layers: bars and a table.
import { barX, ruleX, plot } from "@observablehq/plot";
import { chart, element, note, section, table } from "./dom.js";
import * as format from "./format.js";
import { COMPONENTS } from "./runs.js";

const COLOURS = COMPONENTS.map((_, i) => `var(--c${i})`);

// Bars by layer. axis.beside: a bar for each kind, beside each other; else the
// kinds are stacked.
export function bars(width, rows, axis, colour) {
	const narrow = width < 500;
	const layers = [...new Set(rows.map((row) => row.layer))];
	const left = narrow ? 112 : 190;
	const letters = narrow ? 14 : 27;

	return plot({
		width,
		height: 40 + layers.length * (axis.beside ? 24 : 17),
		marginLeft: left,
		marginTop: 28,
		marginBottom: 8,
		style: { fontSize: "12px", background: "none" },
		x: { axis: "top", label: null, grid: true, ticks: Math.max(2, Math.floor((width - left) / 80)) },
		...(axis.beside
			? { y: { axis: null }, fy: { domain: layers, label: null, axis: "left", padding: 0.2,
				tickFormat: (name) => format.shortLayer(name, letters) } }
			: { y: { domain: layers, label: null, tickSize: 0,
				tickFormat: (name) => format.shortLayer(name, letters) } }),
		color: { ...colour, legend: colour.domain.length > 1 },
		marks: [
			barX(rows, {
				x: "value",
				...(axis.beside ? { fy: "layer", y: "kind" } : { y: "layer" }),
				fill: "kind",
				title: (row) => `${row.layer}\n${row.kind}: ${row.told}`,
				tip: { fontSize: 13 },
			}),
			ruleX([0], { stroke: "currentColor" }),
		],
	});
}

export const runColours = (runs) => ({
	type: "ordinal",
	domain: runs.map((run) => run.letter + ": " + run.name),
	range: ["var(--first)", "var(--second)"],
});

const kindOf = (run) => run.letter + ": " + run.name;

function times(runs) {
	return runs.flatMap((run) => run.layers.map((layer) => ({
		layer: layer.label, kind: kindOf(run), value: layer.mean_ps / 1e6,
		told: format.time(layer.mean_ps) })));
}

function energies(runs) {
	if (runs.length === 1 && runs[0].layers.every((layer) => layer.parts))
		return runs[0].layers.flatMap((layer) => COMPONENTS.map((kind) => ({
			layer: layer.label, kind, value: layer.parts[kind] / (layer.runs || 1) / 1e6,
			told: format.energy(layer.parts[kind] / (layer.runs || 1)) })));
	return runs.flatMap((run) => run.layers.map((layer) => ({
		layer: layer.label, kind: kindOf(run), value: layer.mean_fj / 1e6,
		told: format.energy(layer.mean_fj) })));
}

function sums(run) {
	const total = { label: "an image", crossbars: run.crossbars };

	for (const key of ["mean_ps", "mean_fj"])
		total[key] = run.layers.reduce((sum, layer) => sum + layer[key], 0);
	for (const key of ["macs", "array_reads", "adc_conversions", "noc_bytes"])
		total[key] = run.layers.reduce((sum, layer) => sum + layer[key] / (layer.runs || 1), 0);
	total.runs = 1;
	return total;
}

function layerTable(run) {
	const each = (key) => (layer) => layer[key] / (layer.runs || 1);
	const columns = [
		{ title: "Layer", name: true, value: (layer) => layer.label },
		{ title: "Time", value: (layer) => layer.mean_ps, text: format.time },
		{ title: "Share", value: (layer) => layer.mean_ps / run.total_ps, text: format.percent },
		{ title: "Energy", value: (layer) => layer.mean_fj, text: format.energy },
		{ title: "MACs", value: each("macs"), text: format.count },
		{ title: "Crossbars", value: (layer) => layer.crossbars, text: format.count },
		{ title: "Array reads", value: each("array_reads"), text: format.count },
		{ title: "Conversions", value: each("adc_conversions"), text: format.count },
		{ title: "Network", value: each("noc_bytes"), text: format.bytes },
	];

	return table(`Layers of ${run.name}, scrolls`, columns, run.layers, sums(run));
}

export function layers(runs) {
	const two = runs.length > 1;
	const time = times(runs);
	const energy = energies(runs);
	const parts = energy.length > time.length;

	section("layers", "Time and energy by layer",
		note("Means of one image. Click a title in the table to sort."),
		element("div", { class: "pair" },
			element("div", {}, element("h3", {}, "Time, µs"),
				chart("Time by layer, also in the table below", (width) =>
					bars(width, time, { beside: two }, runColours(runs)))),
			element("div", {}, element("h3", {}, parts ? "Energy by component, nJ" : "Energy, nJ"),
				chart("Energy by layer, also in the table below", (width) =>
					bars(width, energy, { beside: two },
						parts ? { type: "ordinal", domain: COMPONENTS, range: COLOURS } : runColours(runs))))),
		...runs.flatMap((run) => [
			...(two ? [element("h3", {}, `${run.letter}: ${run.name}`)] : []), layerTable(run)]));
}
