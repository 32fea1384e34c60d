#include "quantize.h"

#include <stdio.h>

const struct sqz_scheme sqz_scheme_default = {
	.quantizer = SQZ_QUANTIZER_SME,
	.planes = 8,
	.window = 3,
	.per_channel = true,
	.rule = SQZ_SCALE_MSE,
	.array_rows = 128,
	.array_columns = 128,
};

int sqz_scheme_parse(const char *text, struct sqz_scheme *scheme,
		     struct sqz_error *err)
{
	unsigned number;
	char rest;
	struct sqz_scheme parsed = *scheme;

	parsed.squeeze = parsed.truncate = 0;
	if (sscanf(text, "int%2u%c", &number, &rest) == 1 && number >= 2 &&
	    number <= SQZ_MAX_PLANES + 1) {
		parsed.quantizer = SQZ_QUANTIZER_INT;
		parsed.planes = number - 1;
	} else if (sscanf(text, "sme%1u%c", &number, &rest) == 1 &&
		   number <= 3) {
		parsed.quantizer = SQZ_QUANTIZER_SME;
		parsed.planes = 8;
		parsed.window = 3;
		parsed.squeeze = number;
	} else if (sscanf(text, "trunc%1u%c", &number, &rest) == 1 &&
		   number <= 7) {
		parsed.quantizer = SQZ_QUANTIZER_INT;
		parsed.planes = 8;
		parsed.truncate = number;
	} else {
		return sqz_fail(err,
				"scheme %s: must be intN (N = 2 to 16), smeX "
				"(X = 0 to 3) or truncX (X = 0 to 7)",
				text);
	}
	*scheme = parsed;
	return 0;
}

int sqz_scheme_check(const struct sqz_scheme *scheme, struct sqz_error *err)
{
	if (scheme->squeeze > 3 || scheme->squeeze >= scheme->planes)
		return sqz_fail(err, "squeeze by %u of %u planes: at most 3",
				scheme->squeeze, scheme->planes);
	if (scheme->truncate >= scheme->planes)
		return sqz_fail(err, "truncation by %u of %u planes",
				scheme->truncate, scheme->planes);
	return 0;
}
