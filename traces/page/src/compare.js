// Two runs side by side.
import { note, section, table } from "./dom.js";
import * as format from "./format.js";

function matched(runs) {
	const others = new Map(runs[1].layers.map((layer) => [layer.label, layer]));
	const names = new Set(runs[0].layers.map((layer) => layer.label));

	return [
		...runs[0].layers.map((layer) => ({ label: layer.label, a: layer, b: others.get(layer.label) })),
		...runs[1].layers.filter((layer) => !names.has(layer.label))
			.map((layer) => ({ label: layer.label, b: layer })),
	];
}

export function change(a, b) {
	if (!(a > 0) || !(b >= 0)) return "–";
	const share = b / a - 1;
	return Math.abs(share) < 5e-5 ? "=" : `${share > 0 ? "▲ +" : "▼ −"}${format.percent(Math.abs(share))}`;
}

const FIGURES = [
	["Time", "mean_ps", format.time],
	["Energy", "mean_fj", format.energy],
	["Crossbars", "crossbars", format.count],
	["Network", "noc_bytes", format.bytes],
];

export function compare(runs) {
	const of = (layer, key) =>
		layer ? (key === "noc_bytes" ? layer[key] / (layer.runs || 1) : layer[key]) : NaN;
	const columns = FIGURES.flatMap(([title, key, text]) => [
		{ title: `${title} A`, value: (row) => of(row.a, key), text: (v) => (Number.isFinite(v) ? text(v) : "–") },
		{ title: "B", value: (row) => of(row.b, key), text: (v) => (Number.isFinite(v) ? text(v) : "–") },
		{ title: "Change", value: (row) => of(row.b, key) / of(row.a, key), text: (v) => change(1, v) },
	]);
	const whole = (run) => ({ mean_ps: run.total_ps, mean_fj: run.total_fj, crossbars: run.crossbars, runs: 1,
		noc_bytes: run.layers.reduce((sum, layer) => sum + layer.noc_bytes / (layer.runs || 1), 0) });

	section("compare", "The two runs beside each other",
		note(`A is ${runs[0].name}, B is ${runs[1].name}. Change is that of B from A: ▲ more, ▼ less. Means of one image; layers by name.`),
		table("Both runs by layer, scrolls",
			[{ title: "Layer", name: true, value: (row) => row.label }, ...columns],
			matched(runs), { label: "an image", a: whole(runs[0]), b: whole(runs[1]) }));
}
