#include "budget_table.h"

/* Costs are small: thousandths of a nat. */
#define MILLI 1000

static void print_head(const struct sqz_budget *budget,
		       const struct sqz_budget_result *result, FILE *out)
{
	fprintf(out,
		"budget: %.3g points of drop, by %u training images; costs in "
		"1/1000 nat of divergence by %u\n",
		100 * budget->max_drop, result->images,
		budget->probes < result->images ? budget->probes
						: result->images);
	fprintf(out, "%-28s %-10s %6s %9s %8s   %-10s %6s %8s %9s\n", "layer",
		"scheme", "arrays", "of", "cost", "next", "saves", "cost",
		"per array");
}

/* What the layer would have done next, and what that would have cost. */
static void print_next(const struct sqz_scheme_list *candidates,
		       const struct sqz_choice *choice, FILE *out)
{
	const struct sqz_option *now = &choice->frontier[choice->place];
	const struct sqz_option *next = now + 1;

	if (choice->place + 1 == choice->length) {
		fprintf(out, "   nothing saves more\n");
		return;
	}
	uint32_t saves = now->arrays - next->arrays;
	double cost = MILLI * (next->cost - now->cost);
	fprintf(out, "   %-10s %6u %8.3f %9.4f\n",
		candidates->names[next->candidate], saves, cost, cost / saves);
}

static void print_choice(const struct sqz_budget *budget,
			 const struct sqz_scheme_list *candidates,
			 const struct sqz_choice *choice, FILE *out)
{
	const struct sqz_option *now = &choice->frontier[choice->place];

	fprintf(out, "%-28.28s %-10s %6u %9u %8.3f",
		budget->lowered->layers[choice->layer].name,
		candidates->names[now->candidate], now->arrays,
		choice->frontier[0].arrays, MILLI * now->cost);
	print_next(candidates, choice, out);
}

void sqz_budget_table(const struct sqz_budget *budget,
		      const struct sqz_scheme_list *candidates,
		      const struct sqz_budget_result *result, FILE *out)
{
	const struct sqz_paired *paired = &result->paired;

	print_head(budget, result, out);
	for (uint32_t i = 0; i < result->count; i++)
		print_choice(budget, candidates, &result->choices[i], out);
	fprintf(out, "%-28s %-10s %6u %9u\n", "all", "", result->arrays,
		result->start_arrays);
	fprintf(out,
		"training images: %+.2f points to float, 95 %% interval "
		"%+.2f ..%+.2f\n",
		100 * paired->difference, 100 * paired->low,
		100 * paired->high);
	if (!result->reached)
		fprintf(out,
			"not even %s everywhere is shown to drop less: it is "
			"the choice\n",
			candidates->names[0]);
}
