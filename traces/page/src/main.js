// The page of `sqz trace report`.
import { read } from "./runs.js";
import { summary } from "./summary.js";
import { layers } from "./layers.js";
import { compare } from "./compare.js";
import { roofline } from "./roofline.js";
import { heatmap } from "./heatmap.js";
import { timeline } from "./timeline.js";
import { squeeze } from "./squeeze.js";
import { settings } from "./settings.js";

const runs = read();
const network = runs[0].report?.network;
const title = `Squeezebox: ${runs.length > 1 ? "two runs" : "a run"}${network ? ` of ${network}` : ""}`;

document.title = title;
document.querySelector("h1").textContent = title;
document.getElementById("runs").textContent = runs
	.map((run) => (runs.length > 1 ? `${run.letter}: ${run.name}` : run.name)).join(" · ");
summary(runs);
if (runs.length > 1) compare(runs);
layers(runs);
roofline(runs);
heatmap(runs);
timeline(runs);
squeeze(runs);
settings(runs);
document.documentElement.dataset.ready = "yes";
