/* write_sample FILE IMAGES CHUNK_BYTES: the sample trace, for test scripts. */
#include "sample.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	if (argc != 4)
		return EXIT_FAILURE;
	sample_file(argv[1], (unsigned)atoi(argv[2]), (uint32_t)atoi(argv[3]));
	return EXIT_SUCCESS;
}
