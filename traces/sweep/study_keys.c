/* Which settings a study may make, and which of them an image depends on. */
#include "traces/sweep/study.h"

#include <string.h>

/* Options that the sweep gives itself, or that would write files of which every
 * point would want its own. */
static const struct {
	const char *verb;
	unsigned kinds; /* bits: which studies call it */
	const char *reserved;
} VERBS[] = {
	{ "map", 1u << SQZ_STUDY_MAP | 1u << SQZ_STUDY_RUN,
	  " output config set dump-config report picture quiet " },
	{ "run", 1u << SQZ_STUDY_RUN,
	  " config set dump-config report trace timing logits table noc-table "
	  "beside quiet " },
	{ "noc", 1u << SQZ_STUDY_NOC,
	  " config set dump-config csv links plot jobs compare-fidelity " },
	{ "eval", 1u << SQZ_STUDY_EVAL, " csv dump-logits threads " },
};

/* A setting, or with a dot at its end all of a section. */
static const char *const RUN_ONLY[] = {
	"cpu.",
	"mailbox.",
	"controller.",
	"noc.age_limit_cycles",
	"noc.credit_cycles",
	"noc.fidelity",
	"noc.link_cycles",
	"noc.monitors",
	"noc.queue_packets",
	"noc.routing",
	"noc.routing_delay",
	"noc.routing_table",
	"noc.sw_alloc_delay",
	"noc.vc_alloc_delay",
	"noc.vc_depth",
	"noc.vcs",
};

bool sqz_study_run_only(const char *key)
{
	for (size_t i = 0; i < sizeof(RUN_ONLY) / sizeof(*RUN_ONLY); i++) {
		size_t length = strlen(RUN_ONLY[i]);
		bool section = RUN_ONLY[i][length - 1] == '.';
		if (section ? !strncmp(key, RUN_ONLY[i], length)
			    : !strcmp(key, RUN_ONLY[i]))
			return true;
	}
	return sqz_study_option(key, "run") != NULL;
}

const char *sqz_study_option(const char *key, const char *verb)
{
	size_t length = strlen(verb);

	if (strncmp(key, verb, length) || strncmp(key + length, " --", 3) ||
	    !key[length + 3])
		return NULL;
	return key + length + 1;
}

/* argp takes any clear beginning of an option for the whole. */
static bool is_reserved(const char *reserved, const char *option)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), " %s", option + 2);
	return strstr(reserved, wanted) != NULL;
}

static int check_option(enum sqz_study_kind kind, const char *key,
			struct sqz_error *err)
{
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(*VERBS); i++) {
		const char *option = sqz_study_option(key, VERBS[i].verb);
		if (!option)
			continue;
		if (!(VERBS[i].kinds >> kind & 1))
			return sqz_fail(err, "%s: a study of kind %s has no %s",
					key, sqz_study_kind_name(kind),
					VERBS[i].verb);
		if (is_reserved(VERBS[i].reserved, option))
			return sqz_fail(err, "%s: not for studies", key);
		return 0;
	}
	return sqz_fail(err,
			"%s: wants network, config, section.key, or an option "
			"as \"map --scheme\"",
			key);
}

int sqz_study_check_key(enum sqz_study_kind kind, const char *key,
			struct sqz_error *err)
{
	bool config = !strcmp(key, "config") ||
		      (strchr(key, '.') && !strpbrk(key, " \t="));

	if (config && kind == SQZ_STUDY_EVAL)
		return sqz_fail(err, "%s: sqz eval knows no configuration",
				key);
	if (!strcmp(key, "network") && kind == SQZ_STUDY_NOC)
		return sqz_fail(err, "%s: sqz noc takes no network", key);
	if (config || !strcmp(key, "network"))
		return 0;
	return check_option(kind, key, err);
}
