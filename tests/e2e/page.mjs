// page.mjs BUILD_FOLDER PAGE: opens a page of `sqz trace report` in headless
// Chromium and prints, as JSON, what it did. Exit 77 if there is no browser.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [build, file] = process.argv.slice(2);
const { chromium } = createRequire(join(build, "traces/page/package.json"))("playwright-core");
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

async function start() {
	try {
		return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS, timeout: 60000 });
	} catch (error) {
		console.log(`SKIP: Chromium does not start: ${error.message.split("\n")[0]}`);
		process.exit(77);
	}
}

const painted = (page) => page.evaluate(() =>
	new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// Different colours in a canvas, and a number that changes with its pixels.
const canvas = (page) => page.evaluate(() => {
	const one = document.querySelector(".window canvas");
	// Of a copy: Chromium warns of canvases that are read again and again.
	const copy = new OffscreenCanvas(one.width, one.height).getContext("2d", { willReadFrequently: true });
	copy.drawImage(one, 0, 0);
	const { data } = copy.getImageData(0, 0, one.width, one.height);
	const colours = new Set();
	let sum = 0;
	for (let i = 0; i < data.length; i += 4) {
		const pixel = data[i] * 65536 + data[i + 1] * 256 + data[i + 2];
		colours.add(pixel);
		sum = (sum * 31 + pixel + data[i + 3]) % 2147483647;
	}
	return { colours: colours.size, sum };
});

const mesh = (page) => page.evaluate(() => document.querySelector(".mesh").outerHTML);

async function opened(browser, told, width, colorScheme) {
	const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });

	page.on("console", (message) => told.messages.push(message.text()));
	page.on("pageerror", (error) => told.messages.push(error.message));
	page.on("request", (request) => {
		if (!request.url().startsWith("file:")) told.requests.push(request.url());
	});
	const begin = Date.now();
	await page.goto(pathToFileURL(file).href);
	await page.waitForSelector("html[data-ready]");
	await painted(page);
	const ms = Date.now() - begin;
	await page.waitForSelector(".chart svg");
	await painted(page);
	return { page, ms };
}

// Looks, keys and slider of an open page.
async function used(page) {
	const found = await page.evaluate(() => ({
		overflow: document.documentElement.scrollWidth - window.innerWidth,
		charts: [...document.querySelectorAll(".chart")].map((one) =>
			one.querySelectorAll("svg rect, svg path").length),
		title: document.title,
		sections: [...document.querySelectorAll("section")].map((one) => one.id),
		rows: [...document.querySelectorAll("#layers tbody tr")].map((row) => row.cells[0].textContent),
		stored: [...document.querySelectorAll("#squeeze tbody tr")].map((row) =>
			[...row.cells].map((cell) => cell.textContent)),
		settings: document.querySelectorAll("#settings tbody tr").length,
	}));
	const slider = page.locator("#links input[type=range]").first();
	const window = page.locator(".window").first();
	const meshes = [];
	const canvases = [];

	await slider.focus();
	for (const key of ["Home", "End", "PageDown", "ArrowLeft"]) {
		await page.keyboard.press(key);
		await painted(page);
		meshes.push({ bin: Number(await slider.inputValue()), picture: await mesh(page),
			told: await slider.getAttribute("aria-valuetext") });
	}
	await slider.evaluate((one) => {
		one.value = Math.floor(one.max / 2);
		one.dispatchEvent(new Event("input"));
	});
	meshes.push({ bin: Number(await slider.inputValue()), picture: await mesh(page),
		told: await slider.getAttribute("aria-valuetext") });
	await window.focus();
	canvases.push(await canvas(page));
	for (const key of ["+", "ArrowRight", "ArrowDown", "n", "Home"]) {
		await page.keyboard.press(key);
		await painted(page);
		canvases.push(await canvas(page));
	}
	await page.locator("#timeline input[type=search]").first().fill("tile waits");
	await painted(page);
	canvases.push(await canvas(page));
	await page.locator("#layers th button").nth(1).focus();
	await page.keyboard.press("Enter");
	found.sorted = await page.evaluate(() =>
		[...document.querySelectorAll("#layers tbody tr")].map((row) => row.cells[0].textContent));
	found.meshes = meshes.map((one) => ({ ...one, picture: undefined,
		busy: (one.picture.match(/<line[^>]*stroke="var\(--h[1-5]/g) ?? []).length }));
	found.pictures = new Set(meshes.map((one) => one.picture)).size;
	found.canvases = canvases;
	return found;
}

const browser = await start();
const told = { messages: [], requests: [], views: [] };
for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
	const { page, ms } = await opened(browser, told, width, scheme);
	told.views.push({ width, scheme, ms, ...await used(page) });
	await page.close();
}
await browser.close();
console.log(JSON.stringify(told));
