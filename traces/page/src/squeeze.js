// Crossbars with squeeze and without.
import { chart, note, section, table } from "./dom.js";
import { bars } from "./layers.js";
import * as format from "./format.js";

const KINDS = ["stored", "without squeeze"];

function rows(run) {
	return run.layers.filter((layer) => layer.crossbars > 0).flatMap((layer) =>
		[layer.crossbars, layer.without].map((value, i) => ({
			layer: layer.label, kind: KINDS[i], value, told: `${format.count(value)} crossbars` }))
			.filter((row) => row.value !== undefined));
}

function squeezeTable(run) {
	const ratio = (layer) => layer.without / layer.crossbars;
	const total = { label: "network", crossbars: run.crossbars,
		without: run.layers.reduce((sum, layer) => sum + (layer.without ?? NaN), 0) };

	return table(`Crossbars of ${run.name}, scrolls`, [
		{ title: "Layer", name: true, value: (layer) => layer.label },
		{ title: "Crossbars", value: (layer) => layer.crossbars, text: format.count },
		{ title: "Without squeeze", value: (layer) => layer.without ?? NaN, text: format.count },
		{ title: "Times fewer", value: ratio, text: format.digits },
		{ title: "Bit planes", value: (layer) => layer.planes ?? NaN, text: format.count },
		{ title: "Input cycles a pass", value: (layer) => layer.cycles ?? NaN, text: format.count },
	], run.layers.filter((layer) => layer.crossbars > 0), total);
}

export function squeeze(runs) {
	const known = runs.some((run) => run.report);

	section("squeeze", "What squeezing stores",
		note("The bars: crossbars that each layer takes as stored, and what it would take with all its bit planes. " +
			"The table has the planes of its magnitudes that are left, in the block that has most. " +
			"Squeezed planes are paid for in input cycles: a pass takes as many as an input has bits without it."),
		...(known ? [] : [note("Crossbars without squeeze and bit planes are in the run's report: give it by --report.")]),
		...runs.flatMap((run) => [
			...(runs.length > 1 ? [note(`${run.letter}: ${run.name}`)] : []),
			chart("Crossbars by layer, also in the table below", (width) =>
				bars(width, rows(run), { beside: known },
					{ type: "ordinal", domain: known ? KINDS : KINDS.slice(0, 1), range: ["var(--first)", "var(--c5)"] })),
			squeezeTable(run)]));
}
