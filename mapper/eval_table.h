/*
 * The table of `sqz eval`: printed, as CSV, and the logits behind it.
 */
#ifndef SQZ_MAPPER_EVAL_TABLE_H
#define SQZ_MAPPER_EVAL_TABLE_H

#include "eval.h"
#include "scheme_list.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_eval_row {
	const char *name;	   /* of the scheme */
	struct sqz_scheme scheme;  /* if one serves all layers */
	struct sqz_scheme *layers; /* else one for each; free() */
	struct sqz_eval_result result;
};

struct sqz_eval_table {
	const char *network;
	const char *split; /* "test" or "training" */
	struct sqz_scheme_list schemes;
	struct sqz_eval_row rows[SQZ_MAX_SCHEMES + 1];
	size_t count;
	uint32_t images;
	/* In float, per image: what all rows are compared with, and the network
	 * itself if that is another one (pruned, or `--against`), or NULL. */
	const char *base_name, *own_name;
	uint8_t *base_right, *own_right;
	double limit; /* points of drop to be shown or not */
};

/* Makes a row for each scheme of the list (scheme_list.h). */
int sqz_eval_table_schemes(struct sqz_eval_table *table, const char *list,
			   const struct sqz_scheme *base,
			   struct sqz_error *err);

/* One more row, of a scheme for each layer; the table frees `layers`. */
void sqz_eval_table_layers(struct sqz_eval_table *table, const char *name,
			   struct sqz_scheme *layers);

void sqz_eval_table_free(struct sqz_eval_table *table);

void sqz_eval_table_print(const struct sqz_eval_table *table);

int sqz_eval_table_csv(const struct sqz_eval_table *table, const char *path,
		       struct sqz_error *err);

/* A line for each image: label, then the logits of the first row. */
int sqz_eval_table_logits(const struct sqz_eval_table *table,
			  const struct sqz_eval *eval, const char *path,
			  struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
