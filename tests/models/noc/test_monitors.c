/* Monitors see what they are for: each test damages the engine's state. */
#include "noc/state.h"
#include "suite.h"

#include <string.h>

static struct sqz_noc *create(unsigned monitors)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.monitors = monitors;
	config.check_cycles = 1;
	config.age_limit_cycles = 60;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	ck_assert_ptr_nonnull(noc);
	sqz_noc_inject(noc, 0, 15, 0, 6, NULL, &err);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(sqz_noc_step(noc, &err), 0);
	return noc;
}

/* Steps until something is found. */
static void expect(struct sqz_noc *noc, const char *complaint)
{
	struct sqz_error err = { "" };
	int result = 0;

	for (int i = 0; i < 100 && !result; i++)
		result = sqz_noc_step(noc, &err);
	ck_assert_msg(result == -1 && strstr(err.text, complaint), "%d: %s",
		      result, err.text);
	sqz_noc_destroy(noc);
}

/* The buffer with most flits. */
static unsigned fullest(const struct sqz_noc *noc)
{
	unsigned best = 0;

	for (unsigned i = 0; i < noc->nodes * noc->pv; i++)
		if (noc->invc[i].count > noc->invc[best].count)
			best = i;
	ck_assert_uint_ge(noc->invc[best].count, 2);
	return best;
}

START_TEST(a_lost_flit)
{
	struct sqz_noc *noc = create(SQZ_NOC_CHECK_AUDIT);

	noc->invc[fullest(noc)].count--;
	expect(noc, "entered and did not leave");
}
END_TEST

START_TEST(a_lost_credit)
{
	struct sqz_noc *noc = create(SQZ_NOC_CHECK_AUDIT);

	noc->outvc[9 * noc->pv + 2].credits--;
	expect(noc, "add up to 7");
}
END_TEST

START_TEST(a_credit_too_many)
{
	struct sqz_noc *noc = create(0);

	for (unsigned i = 0; i < noc->nodes * noc->pv; i++)
		noc->outvc[i].credits = 8;
	expect(noc, "a credit too many");
}
END_TEST

/* A buffer whose first flit is a head, its second one not. */
static unsigned with_head(struct sqz_noc *noc)
{
	struct sqz_error err;

	for (int i = 0; i < 10; i++, sqz_noc_step(noc, &err)) {
		unsigned vc = fullest(noc);
		uint32_t first =
		    noc->flits[vc * noc->config.vc_depth + noc->invc[vc].head];
		if (first & SQZ_FLIT_HEAD)
			return vc;
	}
	ck_abort_msg("no head in a buffer");
}

START_TEST(flits_swapped)
{
	struct sqz_noc *noc = create(SQZ_NOC_CHECK_ORDER);
	unsigned vc = with_head(noc);
	uint32_t *buffer = &noc->flits[vc * noc->config.vc_depth];
	unsigned a = noc->invc[vc].head, b = (a + 1) % noc->config.vc_depth;
	uint32_t first = buffer[a];

	/* Only the head's mark moves, or the router would lose its way. */
	buffer[a] = first & ~SQZ_FLIT_HEAD;
	buffer[b] |= SQZ_FLIT_HEAD;
	expect(noc, "flits out of order");
}
END_TEST

START_TEST(a_wrong_node)
{
	struct sqz_noc *noc = create(SQZ_NOC_CHECK_ORDER);

	noc->pool.routes[0].router = 11;
	expect(noc, "a flit at the wrong node");
}
END_TEST

/* A sink that never takes the packet. */
START_TEST(a_packet_too_old)
{
	struct sqz_noc *noc = create(SQZ_NOC_CHECK_AGE);

	sqz_noc_sink_ready(noc, 15, 0, false);
	expect(noc, "a packet from node 0 to 15 of class 0 is in the network "
		    "for 61 cycles, the limit is 60");
}
END_TEST

/* Nor is one found where nothing is wrong. */
START_TEST(nothing_wrong)
{
	struct sqz_noc *noc = create(SQZ_NOC_CHECK_ALL);
	struct sqz_error err = { "" };

	for (int i = 0; i < 100; i++)
		ck_assert_msg(!sqz_noc_step(noc, &err), "%s", err.text);
	ck_assert(sqz_noc_idle(noc));
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc monitors");
	TCase *tcase = tcase_create("monitors");

	tcase_add_test(tcase, a_lost_flit);
	tcase_add_test(tcase, a_lost_credit);
	tcase_add_test(tcase, a_credit_too_many);
	tcase_add_test(tcase, flits_swapped);
	tcase_add_test(tcase, a_wrong_node);
	tcase_add_test(tcase, a_packet_too_old);
	tcase_add_test(tcase, nothing_wrong);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
