/* The assertions of Check in programs that are no tests of it: the tests'
 * builders use them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

void _mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expr,
		       const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: %s\n", file, line, expr);
	if (format) {
		va_start(arguments, format);
		vfprintf(stderr, format, arguments);
		va_end(arguments);
		fputc('\n', stderr);
	}
	abort();
}
