/*
 * The pass over one block, once for each vector width: included by
 * crossbar_kernels.c with
 *
 *   K(name)     name of this level's function or type
 *   TARGET      function attribute of this level
 *   LANES       64-bit lanes of K(vec), one column each
 *   BATCH       vectors that are worked on side by side, 4
 *   COUNT(a), COUNT2(a, b)  ones in each lane, as partial counts
 *   TOTAL(a)    partial counts of up to 255 ones a byte -> one number a lane
 *   DIRECT      true if partial counts are numbers already
 *
 * Groups come in order of falling weight, so that the total is shifted by one
 * place or so from group to group, and never each sum by itself.
 *
 * No include guard: it is a template.
 */
#define vec	    K(vec)
#define half_vec    K(half)
#define sums_vec    K(sums)
#define line_ones   K(line_ones)
#define line_levels K(line_levels)
#define convert	    K(convert)
#define add_group   K(add_group)
#define run_batch   K(run_batch)
#define run_vectors K(run_vectors)

/* Ones on the driven word lines of one array, cycle and vector of bit lines. */
TARGET static SQZ_CPU_BODY vec line_ones(const vec *cells,
					 const uint64_t *lines, uint32_t words)
{
	vec count = { 0 };
	uint32_t w = 0;

	for (; w + 1 < words; w += 2)
		count +=
		    COUNT2(cells[w] & lines[w], cells[w + 1] & lines[w + 1]);
	if (w < words)
		count += COUNT(cells[w] & lines[w]);
	return count;
}

/* The sum of the levels of cells of several bits. */
TARGET static SQZ_CPU_BODY vec line_levels(const vec *cells,
					   const uint64_t *lines,
					   uint32_t words, uint32_t cell_bits)
{
	vec sum = TOTAL(line_ones(cells, lines, words));

	for (uint32_t i = 1; i < cell_bits; i++)
		sum += TOTAL(line_ones(cells + i * words, lines, words)) << i;
	return sum;
}

/* The ADC: sums above the range are cut and counted. Sums are small and not
 * negative, so that 32-bit compares do. */
TARGET static SQZ_CPU_BODY vec convert(vec sum, uint32_t adc_max,
				       vec *saturated)
{
	half_vec over = (half_vec)sum > (int32_t)adc_max;
	vec clamped = (vec)(over & (int32_t)adc_max);

	*saturated -= (vec)over;
	return clamped | (sum & ~(vec)over);
}

/* Adds a group's terms to total, or subtracts them. */
TARGET static SQZ_CPU_BODY void
add_group(const struct sqz_kernel_job *job, const struct sqz_term_group *group,
	  const vec *cells, uint32_t words, bool lossy, bool negative,
	  uint32_t batch, vec *total, vec *saturated)
{
	const struct sqz_term *term = job->terms + group->first;
	const struct sqz_term *end = term + group->count;
	size_t stride = job->vector_stride;
	vec sum[BATCH] = { { 0 } };

	for (; term < end; term++) {
		const vec *at = cells + term->cells;
		const uint64_t *lines = job->lines + term->lines;

		SQZ_UNROLL
		for (uint32_t v = 0; v < batch; v++) {
			vec ones;

			if (lossy)
				ones =
				    convert(line_levels(at + v * stride, lines,
							words, job->cell_bits),
					    job->adc_max, saturated);
			else
				ones = line_ones(at + v * stride, lines, words);
			if (!lossy && !DIRECT)
				sum[v] += ones;
			else if (negative)
				total[v] -= ones;
			else
				total[v] += ones;
		}
	}
	SQZ_UNROLL
	for (uint32_t v = 0; v < batch && !lossy && !DIRECT; v++) {
		vec ones = TOTAL(sum[v]);

		total[v] += negative ? -ones : ones;
	}
}

TARGET static SQZ_CPU_BODY uint64_t run_batch(const struct sqz_kernel_job *job,
					      uint32_t first, uint32_t words,
					      bool lossy, uint32_t batch)
{
	const vec *cells =
	    (const vec *)job->cells + (size_t)first * job->vector_stride;
	int32_t *to = job->sums + (size_t)first * LANES;
	vec total[BATCH] = { { 0 } };
	vec saturated = { 0 };
	uint64_t saturations = 0;
	uint32_t weight = job->groups[0].weight;

	for (uint32_t g = 0; g < job->group_count; g++) {
		const struct sqz_term_group *group = &job->groups[g];

		SQZ_UNROLL
		for (uint32_t v = 0; v < batch; v++)
			total[v] <<= weight - group->weight;
		weight = group->weight;
		if (group->negative)
			add_group(job, group, cells, words, lossy, true, batch,
				  total, &saturated);
		else
			add_group(job, group, cells, words, lossy, false, batch,
				  total, &saturated);
	}
	SQZ_UNROLL
	for (uint32_t v = 0; v < batch; v++) {
		sums_vec sums;

		total[v] <<= weight;
		memcpy(&sums, to + v * LANES, sizeof(sums));
		sums += __builtin_convertvector(total[v], sums_vec);
		memcpy(to + v * LANES, &sums, sizeof(sums));
	}
	for (uint32_t i = 0; lossy && i < LANES; i++)
		saturations += (uint32_t)saturated[i];
	return saturations;
}

TARGET static SQZ_CPU_BODY uint64_t
run_vectors(const struct sqz_kernel_job *job, uint32_t words, bool lossy)
{
	uint64_t saturations = 0;
	uint32_t v = 0;

	for (; v + BATCH <= job->vectors; v += BATCH)
		saturations += run_batch(job, v, words, lossy, BATCH);
	for (; v + 2 <= job->vectors; v += 2)
		saturations += run_batch(job, v, words, lossy, 2);
	for (; v < job->vectors; v++)
		saturations += run_batch(job, v, words, lossy, 1);
	return saturations;
}

/* Constant arguments make a copy of the loops for each common case. */
TARGET static uint64_t K(pass)(const struct sqz_kernel_job *job)
{
	bool lossy = job->adc_max != 0;

	if (job->words == 1)
		return lossy ? run_vectors(job, 1, true)
			     : run_vectors(job, 1, false);
	if (job->words == 2)
		return lossy ? run_vectors(job, 2, true)
			     : run_vectors(job, 2, false);
	return lossy ? run_vectors(job, job->words, true)
		     : run_vectors(job, job->words, false);
}

#undef vec
#undef half_vec
#undef sums_vec
#undef line_ones
#undef line_levels
#undef convert
#undef add_group
#undef run_batch
#undef run_vectors
#undef K
#undef TARGET
#undef LANES
#undef BATCH
#undef COUNT
#undef COUNT2
#undef TOTAL
#undef DIRECT
