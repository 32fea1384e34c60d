// The figures on top.
import { element, note, section } from "./dom.js";
import { change } from "./compare.js";
import * as format from "./format.js";

function figures(run) {
	const execution = run.report?.execution;
	const energy = run.report?.energy_fj?.total;

	return [
		["Layers of an image", run.total_ps, format.time],
		["Energy of these", run.total_fj, format.energy],
		["Interval between images", execution?.interval_ps, format.time],
		["Energy of the whole run", energy, format.energy],
		["Crossbars", run.crossbars, format.count],
		...run.phases.map((phase) => [phase.name === "boot" ? "Boot" : "Programming", phase.time_ps, format.time]),
		["Simulated time", run.end_ps, format.time],
		["Images", run.images, format.count],
		["Exact to the bit", run.report?.images_exact, format.count],
	];
}

export function summary(runs) {
	const [first, second] = runs.map(figures);
	const list = first.filter(([, value]) => value !== undefined).map(([title, value, text]) => {
		const other = second?.find(([name]) => name === title)?.[1];
		return element("div", {}, element("dt", {}, title),
			element("dd", {}, (second ? "A " : "") + text(value),
				...(other === undefined ? [] : [element("small", {}, `B ${text(other)}  ${change(value, other)}`)])));
	});
	const cut = runs.filter((run) => !run.complete);

	section("summary", "Summary", element("dl", { class: "cards" }, ...list),
		...cut.map((run) => note(`${run.name} is cut: the run did not finish, or the file was cut.`)));
}
