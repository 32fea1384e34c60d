// The data of the page, with what follows from them.

const GROUPS = {
	ADC: ["adc"],
	DAC: ["dac"],
	"arrays, adders": ["array", "shift_add", "index", "vector"],
	network: ["router", "link", "bus"],
	memories: ["edram", "buffer", "dram", "flash"],
	"cell writes": ["cell_write"],
};
export const COMPONENTS = Object.keys(GROUPS);

function grouped(energy) {
	const sums = {};

	for (const [group, parts] of Object.entries(GROUPS))
		sums[group] = parts.reduce((sum, part) => sum + (energy[part] ?? 0), 0);
	return sums;
}

function label(layer, reported, i) {
	const part = reported?.parts ? ` ${reported.part}/${reported.parts}` : "";
	return `${i} ${layer.name}${part}`;
}

function tilesOf(run) {
	const tiles = new Map();

	for (const row of run.timeline.rows) {
		const [top, slot] = row.path;
		if (row.depth || !top[0].startsWith("tile ") || !/^slot \d+$/.test(slot?.[0] ?? "")) continue;
		const names = new Set();
		for (let i = 2; i < row.slices.length; i += 5) names.add(row.slices[i]);
		for (const name of names) {
			const key = run.timeline.names[name];
			if (!tiles.has(key)) tiles.set(key, new Set());
			tiles.get(key).add(top[0]);
		}
	}
	return tiles;
}

function prepare(run, number) {
	const reported = run.report?.layers ?? [];
	const tiles = tilesOf(run);

	run.letter = "AB"[number];
	run.layers.forEach((layer, i) => {
		const more = reported.length === run.layers.length ? reported[i] : undefined;
		const runs = layer.runs || 1;
		layer.label = label(layer, more, i);
		layer.mean_ps = layer.time_ps / runs;
		layer.mean_fj = layer.energy_fj / runs;
		layer.without = more?.crossbars_without_squeeze;
		layer.planes = more?.planes;
		layer.cycles = more?.input_cycles_per_pass;
		layer.parts = more && grouped(more.energy_fj);
		layer.tiles = more?.tiles ?? tiles.get(layer.name)?.size;
		layer.arrays_ps = layer.tiles ? layer.array_busy_ps / layer.tiles / runs : 0;
		layer.links_ps = layer.link_busy_ns === undefined ? NaN : 1000 * layer.link_busy_ns / runs;
		layer.per_byte = layer.array_reads / layer.noc_bytes;
	});
	run.images = Math.max(1, ...run.layers.map((layer) => layer.runs));
	run.total_ps = run.layers.reduce((sum, layer) => sum + layer.mean_ps, 0);
	run.total_fj = run.layers.reduce((sum, layer) => sum + layer.mean_fj, 0);
	run.crossbars = run.layers.reduce((sum, layer) => sum + layer.crossbars, 0);
	return run;
}

export function read() {
	const data = JSON.parse(document.getElementById("data").textContent);

	return data.runs.map(prepare);
}

export function linkName(link) {
	return `${link.port} of router ${link.x},${link.y}`;
}
