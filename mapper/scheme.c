#include "quantize.h"

#include <stdlib.h>
#include <string.h>

const struct sqz_scheme sqz_scheme_default = {
	.quantizer = SQZ_QUANTIZER_SME,
	.planes = 8,
	.window = 3,
	.per_channel = true,
	.rule = SQZ_SCALE_MSE,
	.percentile = 100,
	.array_rows = 128,
	.array_columns = 128,
	.cell_bits = 1,
};

/* A name is a word and numbers behind it. */
#define MAX_NUMBERS 3

struct form {
	const char *word;
	int numbers;
	void (*apply)(struct sqz_scheme *scheme, const unsigned *numbers);
};

static void apply_int(struct sqz_scheme *scheme, const unsigned *numbers)
{
	scheme->quantizer = SQZ_QUANTIZER_INT;
	scheme->planes = numbers[0] - 1;
}

static void apply_sme(struct sqz_scheme *scheme, const unsigned *numbers)
{
	scheme->quantizer = SQZ_QUANTIZER_SME;
	scheme->planes = numbers[0];
	scheme->window = numbers[1];
	scheme->squeeze = numbers[2];
}

static void apply_short_sme(struct sqz_scheme *scheme, const unsigned *numbers)
{
	apply_sme(scheme, (const unsigned[]){ 8, 3, numbers[0] });
}

static void apply_pot(struct sqz_scheme *scheme, const unsigned *numbers)
{
	scheme->quantizer = SQZ_QUANTIZER_POT;
	scheme->planes = numbers[0];
}

static void apply_apot(struct sqz_scheme *scheme, const unsigned *numbers)
{
	scheme->quantizer = SQZ_QUANTIZER_APOT;
	scheme->planes = numbers[0];
	scheme->window = numbers[1];
}

static void apply_trunc(struct sqz_scheme *scheme, const unsigned *numbers)
{
	scheme->quantizer = SQZ_QUANTIZER_INT;
	scheme->planes = 8;
	scheme->truncate = numbers[0];
}

static const struct form forms[] = {
	{ "int", 1, apply_int },     { "sme", 1, apply_short_sme },
	{ "sme", 2, apply_sme },     { "sme", 3, apply_sme },
	{ "pot", 1, apply_pot },     { "apot", 2, apply_apot },
	{ "trunc", 1, apply_trunc },
};

/* One to MAX_NUMBERS numbers of one or two digits, with commas between them.
 * Returns how many, or -1. */
static int read_numbers(const char *text, unsigned *numbers)
{
	int count = 0;

	do {
		size_t digits = strspn(text, "0123456789");

		if (digits < 1 || digits > 2 || count == MAX_NUMBERS)
			return -1;
		numbers[count++] = (unsigned)strtoul(text, NULL, 10);
		text += digits;
	} while (*text++ == ',');
	return text[-1] ? -1 : count;
}

static const struct form *find_form(const char *text, unsigned *numbers)
{
	size_t word = strcspn(text, "0123456789");
	int count = read_numbers(text + word, numbers);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].numbers == count &&
		    strlen(forms[i].word) == word &&
		    strncmp(text, forms[i].word, word) == 0)
			return &forms[i];
	return NULL;
}

int sqz_scheme_parse(const char *text, struct sqz_scheme *scheme,
		     struct sqz_error *err)
{
	unsigned numbers[MAX_NUMBERS] = { 0 };
	const struct form *form = find_form(text, numbers);
	struct sqz_scheme parsed = *scheme;
	struct sqz_error reason;

	if (!form)
		return sqz_fail(err,
				"scheme %.40s: must be intN, smeX, smeN,S, "
				"smeN,S,X, potN, apotN,T or truncX",
				text);
	parsed.window = 1;
	parsed.squeeze = parsed.truncate = 0;
	form->apply(&parsed, numbers);
	if (sqz_scheme_check(&parsed, &reason))
		return sqz_fail(err, "scheme %.40s: %.200s", text, reason.text);
	*scheme = parsed;
	return 0;
}

int sqz_scheme_check(const struct sqz_scheme *scheme, struct sqz_error *err)
{
	if (scheme->planes < 1 || scheme->planes > SQZ_MAX_PLANES)
		return sqz_fail(err, "%u magnitude planes: must be 1 to %d",
				scheme->planes, SQZ_MAX_PLANES);
	if ((scheme->quantizer == SQZ_QUANTIZER_SME ||
	     scheme->quantizer == SQZ_QUANTIZER_APOT) &&
	    (scheme->window < 1 || scheme->window > scheme->planes))
		return sqz_fail(err, "%s of %u: must be 1 to %u",
				scheme->quantizer == SQZ_QUANTIZER_SME
				    ? "a window"
				    : "terms",
				scheme->window, scheme->planes);
	if (scheme->squeeze > 3 || scheme->squeeze >= scheme->planes)
		return sqz_fail(err, "squeeze by %u of %u planes: at most 3",
				scheme->squeeze, scheme->planes);
	if (scheme->truncate >= scheme->planes)
		return sqz_fail(err, "truncation by %u of %u planes",
				scheme->truncate, scheme->planes);
	if (!(scheme->percentile >= 50 && scheme->percentile <= 100))
		return sqz_fail(err,
				"weights' percentile %g: must be 50 to 100",
				scheme->percentile);
	return 0;
}
