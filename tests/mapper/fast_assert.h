/* Check writes to a pipe for every assertion; in inner loops it is only called
 * when one fails. */
#ifndef SQZ_TESTS_MAPPER_FAST_ASSERT_H
#define SQZ_TESTS_MAPPER_FAST_ASSERT_H

#include <check.h>

#define FAST_ASSERT(a, relation, b)                                            \
	do {                                                                   \
		if (!((a)relation(b)))                                         \
			ck_abort_msg("%s (%lld) " #relation " %s (%lld)", #a,  \
				     (long long)(a), #b, (long long)(b));      \
	} while (0)

#endif
