#include "traces/sweep/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAME  128
#define MAX_DEPTH 64 /* of parentheses and signs */

struct parser {
	const char *text;
	const char *at;
	const json_t *report;
	unsigned depth;
	struct sqz_error *err;
};

static json_t *parse_sum(struct parser *p);

static json_t *refuse(struct parser *p, const char *wanted)
{
	sqz_fail(p->err, "\"%s\": wants %s at \"%s\"", p->text, wanted, p->at);
	return NULL;
}

static char peek(struct parser *p)
{
	while (*p->at == ' ')
		p->at++;
	return *p->at;
}

static bool take(struct parser *p, char wanted)
{
	if (peek(p) != wanted)
		return false;
	p->at++;
	return true;
}

static bool take_name(struct parser *p, char name[MAX_NAME])
{
	size_t length = 0;

	if (!isalpha((unsigned char)peek(p)) && *p->at != '_')
		return false;
	while (isalnum((unsigned char)p->at[length]) || p->at[length] == '_')
		length++;
	if (length >= MAX_NAME)
		return false;
	memcpy(name, p->at, length);
	name[length] = '\0';
	p->at += length;
	return true;
}

/* ---- values ---- */

/* Both: stolen. Infinite results and texts give null. */
static json_t *compute_one(char operation, const json_t *a, const json_t *b)
{
	double x = json_number_value(a), y = json_number_value(b);

	if (!json_is_number(a) || !json_is_number(b))
		return json_null();
	double value = operation == '+'	  ? x + y
		       : operation == '-' ? x - y
		       : operation == '*' ? x * y
					  : x / y;
	json_t *result = isfinite(value) ? json_real(value) : NULL;
	return result ? result : json_null();
}

static json_t *compute(char operation, const json_t *a, const json_t *b)
{
	if (!json_is_object(a) && !json_is_object(b))
		return compute_one(operation, a, b);
	const json_t *list = json_is_object(a) ? a : b;
	json_t *result = json_object(), *unused;
	const char *label;
	json_object_foreach((json_t *)(uintptr_t)list, label, unused)
	{
		const json_t *x =
		    json_is_object(a) ? json_object_get(a, label) : a;
		const json_t *y =
		    json_is_object(b) ? json_object_get(b, label) : b;
		json_object_set_new(result, label,
				    compute_one(operation, x, y));
	}
	return result;
}

static json_t *fold(const char *function, const json_t *list)
{
	double sum = 0, low = INFINITY, high = -INFINITY;
	size_t count = 0;
	const char *label;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)list, label, value)
	{
		double x = json_number_value(value);
		if (!json_is_number(value))
			continue;
		sum += x;
		low = fmin(low, x);
		high = fmax(high, x);
		count++;
	}
	if (!strcmp(function, "count"))
		return json_real((double)count);
	if (!count)
		return json_null();
	return json_real(!strcmp(function, "sum")    ? sum
			 : !strcmp(function, "mean") ? sum / (double)count
			 : !strcmp(function, "min")  ? low
						     : high);
}

/* One value is a list of one. argument: stolen. */
static json_t *apply(const char *function, json_t *argument)
{
	if (!json_is_object(argument))
		argument = json_pack("{s:o}", "", argument);
	json_t *result = fold(function, argument);
	json_decref(argument);
	return result;
}

/* ---- paths ---- */

/* Where a path has come to in the report: label to (borrowed) JSON. */
struct places {
	json_t *of;
	bool list;
};

static void put_place(json_t *to, const char *label, json_t *value)
{
	char unique[2 * MAX_NAME];

	snprintf(unique, sizeof(unique), "%s", label);
	for (unsigned i = 2; json_object_get(to, unique); i++)
		snprintf(unique, sizeof(unique), "%.200s#%u", label, i);
	json_object_set(to, unique, value);
}

/* Its own label behind that of what it lies in. */
static void put_element(json_t *to, const char *outer, const json_t *element,
			size_t index)
{
	const char *name = json_string_value(json_object_get(element, "name"));
	char label[2 * MAX_NAME], place[32];

	snprintf(place, sizeof(place), "%zu", index);
	snprintf(label, sizeof(label), "%.120s%s%.120s", outer,
		 *outer ? "/" : "", name ? name : place);
	put_place(to, label, (json_t *)(uintptr_t)element);
}

static void all_elements(struct places *places)
{
	json_t *next = json_object(), *array, *element;
	const char *label;
	size_t i;

	json_object_foreach(places->of, label, array)
	{
		json_array_foreach(array, i, element)
		{
			put_element(next, label, element, i);
		}
	}
	json_decref(places->of);
	*places = (struct places){ next, true };
}

static bool matches(const json_t *element, const char *name, const char *text)
{
	const json_t *value = json_object_get(element, name);
	char number[32];

	if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld",
			 (long long)json_integer_value(value));
		return !strcmp(number, text);
	}
	return json_is_string(value) && !strcmp(json_string_value(value), text);
}

/* What one step makes of a value: a member, an element, or NULL. */
struct step {
	const char *name;  /* member, or NULL */
	const char *where; /* element with this member ... */
	const char *text;  /* ... of this text, or NULL */
	size_t index;	   /* of an element */
	bool from_end;	   /* 1 is the last */
};

static json_t *follow(const struct step *step, const json_t *value)
{
	size_t i;
	json_t *element;

	if (step->name)
		return json_object_get(value, step->name);
	if (!step->where)
		return json_array_get(
		    value, step->from_end ? json_array_size(value) - step->index
					  : step->index);
	json_array_foreach(value, i, element)
	{
		if (matches(element, step->where, step->text))
			return element;
	}
	return NULL;
}

static void advance(struct places *places, const struct step *step)
{
	json_t *next = json_object(), *value;
	const char *label;

	json_object_foreach(places->of, label, value)
	{
		json_t *found = follow(step, value);
		if (found)
			json_object_set(next, label, found);
	}
	json_decref(places->of);
	places->of = next;
}

/* A number, perhaps with a sign: from the end. */
static bool parse_index(struct parser *p, struct step *step)
{
	const char *start = p->at;
	char *end = NULL;

	step->from_end = take(p, '-');
	if (!isdigit((unsigned char)peek(p))) {
		p->at = start;
		return false;
	}
	step->index = strtoul(p->at, &end, 10);
	p->at = end;
	return true;
}

/* Behind "[". */
static bool parse_place(struct parser *p, struct places *places)
{
	char name[MAX_NAME], text[MAX_NAME];
	struct step step = { 0 };

	if (take(p, '*')) {
		all_elements(places);
	} else if (parse_index(p, &step)) {
		advance(places, &step);
	} else if (take_name(p, name) && take(p, '=')) {
		size_t length = strcspn(p->at, "]");
		snprintf(text, sizeof(text), "%.*s", (int)length, p->at);
		p->at += length;
		step.where = name;
		step.text = text;
		advance(places, &step);
	} else {
		refuse(p, "*, a number or NAME=TEXT");
		return false;
	}
	if (take(p, ']'))
		return true;
	refuse(p, "]");
	return false;
}

/* Numbers and texts stay, all else is nothing. */
static json_t *leaf(const json_t *value)
{
	if (json_is_number(value))
		return json_real(json_number_value(value));
	if (json_is_boolean(value))
		return json_real(json_is_true(value));
	if (json_is_string(value))
		return json_string(json_string_value(value));
	return json_null();
}

static json_t *leaves(const struct places *places)
{
	json_t *list = json_object(), *value;
	const char *label;

	if (!places->list) {
		json_decref(list);
		return leaf(json_object_get(places->of, ""));
	}
	json_object_foreach(places->of, label, value)
	{
		json_object_set_new(list, label, leaf(value));
	}
	return list;
}

/* Behind its first name. */
static json_t *parse_path(struct parser *p, const char *first)
{
	struct places places = {
		json_pack("{s:O}", "", (json_t *)(uintptr_t)p->report), false
	};
	struct step step = { .name = first };
	char name[MAX_NAME];
	bool good = true;
	json_t *result = NULL;

	advance(&places, &step);
	while (good) {
		if (take(p, '[')) {
			good = parse_place(p, &places);
		} else if (take(p, '.')) {
			good = take_name(p, name);
			step = (struct step){ .name = name };
			if (good)
				advance(&places, &step);
			else
				refuse(p, "a name");
		} else {
			result = leaves(&places);
			break;
		}
	}
	json_decref(places.of);
	return result;
}

/* ---- arithmetic ---- */

static json_t *parse_named(struct parser *p)
{
	static const char FUNCTIONS[] = " sum mean min max count ";
	char name[MAX_NAME], wanted[MAX_NAME + 2];

	if (!take_name(p, name))
		return refuse(p, "a value");
	if (!take(p, '('))
		return parse_path(p, name);
	snprintf(wanted, sizeof(wanted), " %s ", name);
	if (!strstr(FUNCTIONS, wanted))
		return refuse(p, "sum, mean, min, max or count");
	json_t *argument = parse_sum(p);
	if (argument && !take(p, ')')) {
		json_decref(argument);
		return refuse(p, ")");
	}
	return argument ? apply(name, argument) : NULL;
}

static json_t *parse_factor(struct parser *p)
{
	json_t *value;

	if (take(p, '-')) {
		json_t *zero = json_real(0);
		value = p->depth++ < MAX_DEPTH ? parse_factor(p)
					       : refuse(p, "fewer signs");
		p->depth--;
		json_t *result = value ? compute('-', zero, value) : NULL;
		json_decref(zero);
		json_decref(value);
		return result;
	}
	if (take(p, '(')) {
		value = parse_sum(p);
		if (!value || take(p, ')'))
			return value;
		json_decref(value);
		return refuse(p, ")");
	}
	if (!isdigit((unsigned char)peek(p)) && *p->at != '.')
		return parse_named(p);
	char *end = NULL;
	double number = strtod(p->at, &end);
	if (end == p->at || !isfinite(number))
		return refuse(p, "a number");
	p->at = end;
	return json_real(number);
}

/* first OPERATION second OPERATION ..., the operations being of one rank. */
static json_t *parse_chain(struct parser *p, const char *operations,
			   json_t *(*part)(struct parser *))
{
	json_t *value = part(p);

	while (value && peek(p) && strchr(operations, peek(p))) {
		char operation = *p->at++;
		json_t *right = part(p);
		json_t *result =
		    right ? compute(operation, value, right) : NULL;
		json_decref(value);
		json_decref(right);
		value = result;
	}
	return value;
}

static json_t *parse_product(struct parser *p)
{
	return parse_chain(p, "*/", parse_factor);
}

static json_t *parse_sum(struct parser *p)
{
	if (p->depth == MAX_DEPTH)
		return refuse(p, "fewer parentheses");
	p->depth++;
	json_t *value = parse_chain(p, "+-", parse_product);
	p->depth--;
	return value;
}

json_t *sqz_expression_value(const char *text, const json_t *report,
			     struct sqz_error *err)
{
	struct parser p = { text, text, report, 0, err };
	json_t *value = parse_sum(&p);

	if (!value || !peek(&p))
		return value;
	json_decref(value);
	return refuse(&p, "an operation");
}
