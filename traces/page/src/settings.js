// The configuration, as sqz run --dump-config prints it.
import { note, section, table } from "./dom.js";

function parse(text) {
	const found = new Map();
	let group = "";

	for (const line of text.split("\n")) {
		const open = /^\s*(\w+)\s*[=:]\s*\{/.exec(line);
		const value = /^\s*(\w+)\s*[=:]\s*(.+?);?\s*(?:#.*)?$/.exec(line);
		if (open) group = `${open[1]}.`;
		else if (/^\s*\}/.test(line)) group = "";
		else if (value && !/^\s*#/.test(line)) found.set(group + value[1], value[2]);
	}
	return found;
}

export function settings(runs) {
	const all = runs.map((run) => parse(run.settings ?? ""));
	const keys = [...new Set(all.flatMap((one) => [...one.keys()]))];
	const two = runs.length > 1 && runs.every((run) => run.settings);
	const differs = (key) => all[0].get(key) !== all.at(-1).get(key);
	const columns = [
		{ title: "Setting", name: true, value: (key) => key },
		...runs.map((run, i) => ({ title: runs.length > 1 ? run.letter : "Value", name: true, long: true,
			value: (key) => all[i].get(key) ?? "–" })),
		...(two ? [{ title: "Differs", name: true, value: (key) => (differs(key) ? "≠" : "") }] : []),
	];
	if (two) keys.sort((a, b) => differs(b) - differs(a));

	section("settings", "Configuration",
		keys.length ? table("Configuration, scrolls", columns, keys)
			: note("Not given. sqz run --dump-config prints it; give that file by --settings."));
}
