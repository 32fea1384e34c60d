/* Prints docs/configuration.md. */
#include "reader/config.h"

int main(void)
{
	sqz_config_write_reference(stdout);
	return 0;
}
