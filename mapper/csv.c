#include "csv.h"

void sqz_csv_name(const char *name, FILE *out)
{
	fputc('"', out);
	for (; *name; name++) {
		if (*name == '"')
			fputc('"', out);
		fputc(*name, out);
	}
	fputc('"', out);
}
