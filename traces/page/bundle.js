// bundle.js SOURCE BINARY: puts scripts and style into page.html.
import { createRequire } from "node:module";
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [source, binary] = process.argv.slice(2);
const { buildSync } = createRequire(join(binary, "package.json"))("esbuild");

function bundled(file) {
	return buildSync({
		entryPoints: [join(source, file)],
		bundle: true,
		minify: true,
		write: false,
		metafile: true,
		outdir: binary,
		charset: "ascii",
		format: "iife",
		target: "es2020",
		nodePaths: [join(binary, "node_modules")],
		legalComments: "none",
		logLevel: "warning",
	});
}

// The licence texts of all packages that have code in the bundle.
function licences(inputs) {
	const packages = new Set();

	for (const path of Object.keys(inputs)) {
		const found = /(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path);
		if (found) packages.add(found[2]);
	}
	return [...packages].sort().map((name) => {
		const folder = join(binary, "node_modules", name);
		const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
		return `${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
	}).join("\n\n").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const script = bundled("src/main.js");
// Replacement functions: a "$" in the text is a "$".
const page = readFileSync(join(source, "page.html"), "utf8")
	.replace("/* STYLE */", () => bundled("style.css").outputFiles[0].text)
	.replace("/* LICENCES */", () => licences(script.metafile.inputs))
	.replace("/* SCRIPT */", () =>
		script.outputFiles[0].text.replaceAll("</script", "<\\/script"));

writeFileSync(join(binary, "page.html.part"), page);
renameSync(join(binary, "page.html.part"), join(binary, "page.html"));
