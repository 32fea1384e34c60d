/* sqz-regdoc FILE: writes the register page (docs/registers.md). */
#include <stdlib.h>

#include "host/file.h"
#include "node/regs_doc.h"

int main(int argc, char **argv)
{
	struct sqz_error err;
	char *text = NULL;
	size_t bytes = 0;

	if (argc != 2) {
		fputs("usage: sqz-regdoc FILE\n", stderr);
		return 2;
	}

	FILE *out = open_memstream(&text, &bytes);

	if (!out) {
		perror("sqz-regdoc");
		return 1;
	}
	sqz_regs_doc(out);
	int result = fclose(out) == 0
			 ? sqz_write_file(argv[1], text, bytes, &err)
			 : sqz_fail(&err, "%s: out of memory", argv[1]);
	if (result)
		fprintf(stderr, "%s\n", err.text);
	free(text);
	return result ? 1 : 0;
}
