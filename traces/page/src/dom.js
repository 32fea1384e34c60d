// Elements, sections, tables, and charts that follow the width.

export function element(name, attributes = {}, ...children) {
	const made = document.createElement(name);

	for (const [key, value] of Object.entries(attributes))
		if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
		else if (value !== undefined && value !== false) made.setAttribute(key, value);
	made.append(...children);
	return made;
}

export function section(id, title, ...children) {
	const made = element("section", { id, "aria-labelledby": `${id}-title` },
		element("h2", { id: `${id}-title` }, title), ...children);

	document.querySelector("main").append(made);
	document.querySelector("nav").append(element("a", { href: `#${id}` }, title));
	return made;
}

export const note = (text) => element("p", { class: "soft" }, text);

// A chart drawn at the width there is, again when that changes.
export function chart(label, make) {
	const box = element("div", { class: "chart" });
	let drawn = 0;
	const draw = () => {
		const width = Math.floor(box.clientWidth);
		if (!width || width === drawn) return;
		drawn = width;
		const made = make(width);
		const svg = made.tagName === "svg" ? made : [...made.querySelectorAll("svg")].at(-1);
		svg.setAttribute("role", "img");
		svg.setAttribute("aria-label", label);
		box.replaceChildren(made);
	};

	new ResizeObserver(draw).observe(box);
	return box;
}

// columns: {title, value(row), text(value), name: left-aligned}; a click on a
// title sorts. The box scrolls by keys, too.
export function table(label, columns, rows, total) {
	const body = element("tbody");
	const heads = columns.map((column, i) =>
		element("th", { scope: "col", class: column.name ? "text" : "" },
			element("button", { type: "button", onclick: () => sort(i) }, column.title)));
	let order = { column: -1, down: false };

	const cell = (column, row) => {
		const value = column.value(row);
		return column.text ? column.text(value) : String(value);
	};
	const kind = (column) => (column.long ? "text long" : column.name ? "text" : "");
	const fill = (list) =>
		body.replaceChildren(...list.map((row) =>
			element("tr", {}, ...columns.map((column) =>
				element("td", { class: kind(column) }, cell(column, row))))));
	const sort = (i) => {
		const down = order.column === i ? !order.down : !columns[i].name;
		order = { column: i, down };
		heads.forEach((head, j) =>
			j === i ? head.setAttribute("aria-sort", down ? "descending" : "ascending")
				: head.removeAttribute("aria-sort"));
		const key = columns[i].value;
		const sign = down ? -1 : 1;
		fill([...rows].sort((a, b) => {
			const [x, y] = [key(a), key(b)];
			return sign * (x < y ? -1 : x > y ? 1 : 0);
		}));
	};

	fill(rows);
	const made = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body);
	if (total)
		made.append(element("tfoot", {}, element("tr", {},
			...columns.map((column) => element("td", { class: kind(column) },
				column.sum === false ? "" : cell(column, total))))));
	return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, made);
}
