/* Answers each line that comes from the UART; `quit` ends it. */
#include <stdio.h>
#include <string.h>

#include "driver/uart.h"
#include "sqz/memmap.h"

#define LINE_BYTES 64

/* A line without its end; what is too long for it is left out. */
static void read_line(char *line)
{
	size_t length = 0;

	for (;;) {
		int character = sqz_io_uart_get(SQZ_UART_BASE);

		if (character == '\n' || character == '\r')
			break;
		if (character >= 0 && length < LINE_BYTES - 1)
			line[length++] = (char)character;
	}
	line[length] = '\0';
}

int main(void)
{
	char line[LINE_BYTES];

	printf("ready\n");
	do {
		read_line(line);
		printf("<%s>\n", line);
	} while (strcmp(line, "quit") != 0);
	return 0;
}
