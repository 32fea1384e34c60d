// Numbers as people read them.

function scaled(value, steps) {
	const size = Math.abs(value);
	let best = steps[0];

	for (const step of steps) if (size >= step[0]) best = step;
	return `${digits(value / best[0])} ${best[1]}`;
}

// Three digits that count, thousands apart.
export function digits(value) {
	if (!Number.isFinite(value)) return "–";
	const size = Math.abs(value);
	const places = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2;
	return value.toLocaleString("en", {
		minimumFractionDigits: size < 1 && size > 0 ? 0 : places,
		...(size < 1 && size > 0
			? { maximumSignificantDigits: 3 }
			: { maximumFractionDigits: places }),
	});
}

export const count = (value) =>
	Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "–";
export const time = (ps) =>
	scaled(ps, [[1, "ps"], [1e3, "ns"], [1e6, "µs"], [1e9, "ms"], [1e12, "s"]]);
export const energy = (fj) =>
	scaled(fj, [[1, "fJ"], [1e3, "pJ"], [1e6, "nJ"], [1e9, "µJ"], [1e12, "mJ"], [1e15, "J"]]);
export const bytes = (value) =>
	scaled(value, [[1, "B"], [1024, "KiB"], [1 << 20, "MiB"], [2 ** 30, "GiB"]]);
export const percent = (share) => `${digits(100 * share)} %`;
export const short = (text, length) =>
	text.length > length ? `…${text.slice(1 - length)}` : text;
// The number in front stays.
export const shortLayer = (label, length) => {
	const number = `${label.split(" ")[0]} `;
	return number + short(label.slice(number.length), length - number.length);
};
