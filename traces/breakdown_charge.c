#include "traces/breakdown_state.h"

int common_unite(struct common *all)
{
	intervals_unite(&all->layers);
	intervals_unite(&all->program);
	intervals_unite(&all->driver);
	intervals_unite(&all->asleep);
	intervals_unite(&all->dram);
	return intervals_take(&all->driver, &all->asleep, NULL) == UINT64_MAX
		   ? -1
		   : 0;
}

void common_free(struct common *all)
{
	intervals_free(&all->layers);
	intervals_free(&all->program);
	intervals_free(&all->driver);
	intervals_free(&all->asleep);
	intervals_free(&all->dram);
}

/* Charges a resource for what is still free. */
static int charge(struct intervals *left, const struct intervals *busy,
		  uint64_t *to)
{
	uint64_t ps = intervals_take(left, busy, NULL);

	if (ps == UINT64_MAX)
		return -1;
	*to += ps;
	return 0;
}

static int charge_passes(struct intervals *left, const struct intervals *busy,
			 uint64_t read_ps, uint64_t busy_ps, uint64_t *ps)
{
	uint64_t passes = 0;

	if (charge(left, busy, &passes))
		return -1;
	uint64_t reads =
	    read_ps < busy_ps
		? (uint64_t)((unsigned __int128)passes * read_ps / busy_ps)
		: passes;
	ps[SQZ_RESOURCE_ARRAY_READ] += reads;
	ps[SQZ_RESOURCE_ADC] += passes - reads;
	return 0;
}

/* Waits for input: DRAM's while that is busy, else the network's. */
static int charge_waits(struct intervals *left, const struct intervals *waits,
			const struct intervals *dram, uint64_t *ps)
{
	struct intervals waiting = { 0 };
	int failed = intervals_take(left, waits, &waiting) == UINT64_MAX ||
		     charge(&waiting, dram, &ps[SQZ_RESOURCE_DRAM]);

	ps[SQZ_RESOURCE_NOC_WAIT] += intervals_length(&waiting);
	intervals_free(&waiting);
	return failed ? -1 : 0;
}

int charge_layer(const struct common *all, struct open_layer *layer,
		 struct interval time, uint64_t read_ps, uint64_t busy_ps,
		 bool can_split, struct sqz_breakdown_row *row)
{
	struct intervals left = { 0 };
	struct intervals *works = layer->works;
	uint64_t *ps = row->ps;

	for (unsigned i = 0; i < WORKS; i++)
		intervals_unite(&works[i]);
	int failed =
	    intervals_add(&left, time.begin, time.end) ||
	    charge_passes(&left, &works[WORK_ARRAYS], can_split ? read_ps : 0,
			  can_split ? busy_ps : 0, ps) ||
	    charge(&left, &works[WORK_VECTOR], &ps[SQZ_RESOURCE_VECTOR]) ||
	    charge(&left, &works[WORK_FULL], &ps[SQZ_RESOURCE_BUFFER_FULL]) ||
	    charge_waits(&left, &works[WORK_WAIT], &all->dram, ps) ||
	    charge(&left, &all->program, &ps[SQZ_RESOURCE_PROGRAMMING]) ||
	    charge(&left, &all->driver, &ps[SQZ_RESOURCE_DRIVER]) ||
	    charge(&left, &works[WORK_STEP], &ps[SQZ_RESOURCE_IDLE]);
	ps[SQZ_RESOURCE_CONTROL] += intervals_length(&left);
	row->total_ps += time.end - time.begin;
	row->runs++;
	intervals_free(&left);
	return failed ? -1 : 0;
}

int charge_outside(const struct common *all, uint64_t end_ps,
		   struct sqz_breakdown_row *row)
{
	struct intervals left = { 0 };
	uint64_t *ps = row->ps;
	int failed = intervals_add(&left, 0, end_ps) ||
		     intervals_take(&left, &all->layers, NULL) == UINT64_MAX;

	row->total_ps = intervals_length(&left);
	failed = failed ||
		 charge(&left, &all->program, &ps[SQZ_RESOURCE_PROGRAMMING]) ||
		 charge(&left, &all->driver, &ps[SQZ_RESOURCE_DRIVER]);
	ps[SQZ_RESOURCE_IDLE] = intervals_length(&left);
	intervals_free(&left);
	return failed ? -1 : 0;
}
