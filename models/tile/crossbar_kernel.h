/*
 * The pass over one block, once for each vector width: included by
 * crossbar_kernels.c with
 *
 *   K(name)     name of this level's function
 *   TARGET      function attribute of this level
 *   VEC, LANES  vector of LANES 64-bit lanes, one column each
 *   BATCH       vectors that are worked on side by side: 1, 2 or 4
 *   COUNT(a), COUNT2(a, b)  ones in each lane, as partial counts
 *   TOTAL(a)    partial counts of up to 255 ones a byte -> one number a lane
 *
 * No include guard: it is a template.
 */

/* Ones on the driven word lines of one array, cycle and vector of bit lines. */
TARGET static SQZ_CPU_BODY VEC K(line)(const VEC *cells, const uint64_t *lines,
				       uint32_t words)
{
	VEC count = { 0 };
	uint32_t w = 0;

	for (; w + 1 < words; w += 2)
		count +=
		    COUNT2(cells[w] & lines[w], cells[w + 1] & lines[w + 1]);
	if (w < words)
		count += COUNT(cells[w] & lines[w]);
	return count;
}

/* The ADC: sums above the range are cut and counted. Sums are small and not
 * negative, so that 32-bit compares do. */
TARGET static SQZ_CPU_BODY VEC K(convert)(VEC sum, uint32_t adc_max,
					  VEC *saturated)
{
	K(half) over = (K(half))sum > (int32_t)adc_max;
	VEC clamped = (VEC)(over & (int32_t)adc_max);

	*saturated -= (VEC)(K(half))over;
	return clamped | (sum & ~(VEC)over);
}

TARGET static SQZ_CPU_BODY void K(group)(const struct sqz_kernel_job *job,
					 const struct sqz_term_group *group,
					 const VEC *cells, uint32_t words,
					 bool lossy, uint32_t batch, VEC *total,
					 VEC *saturated)
{
	const struct sqz_term *term = job->terms + group->first;
	const struct sqz_term *end = term + group->count;
	size_t stride = job->vector_stride;
	VEC sum[BATCH] = { { 0 } };

	for (; term < end; term++) {
		const VEC *at = cells + term->cells;
		const uint64_t *lines = job->lines + term->lines;

		SQZ_UNROLL
		for (uint32_t v = 0; v < batch; v++) {
			VEC count = K(line)(at + v * stride, lines, words);

			sum[v] += lossy ? K(convert)(TOTAL(count), job->adc_max,
						     saturated)
					: count;
		}
	}
	SQZ_UNROLL
	for (uint32_t v = 0; v < batch; v++) {
		VEC value = (lossy ? sum[v] : TOTAL(sum[v])) << group->shift;

		if (group->negative)
			total[v] -= value;
		else
			total[v] += value;
	}
}

TARGET static SQZ_CPU_BODY uint64_t K(batch)(const struct sqz_kernel_job *job,
					     uint32_t vector, uint32_t words,
					     bool lossy, uint32_t batch)
{
	const VEC *cells =
	    (const VEC *)job->cells + (size_t)vector * job->vector_stride;
	int32_t *sums = job->sums + (size_t)vector * LANES;
	VEC total[BATCH] = { { 0 } };
	VEC saturated = { 0 };
	uint64_t saturations = 0;

	for (uint32_t g = 0; g < job->group_count; g++)
		K(group)
	(job, &job->groups[g], cells, words, lossy, batch, total, &saturated);
	SQZ_UNROLL
	for (uint32_t v = 0; v < batch; v++) {
		K(sums)
		old, product = __builtin_convertvector(total[v], K(sums));

		memcpy(&old, sums + v * LANES, sizeof(old));
		old += product;
		memcpy(sums + v * LANES, &old, sizeof(old));
	}
	if (lossy)
		for (uint32_t i = 0; i < LANES; i++)
			saturations += (uint32_t)saturated[i];
	return saturations;
}

TARGET static SQZ_CPU_BODY uint64_t K(vectors)(const struct sqz_kernel_job *job,
					       uint32_t words, bool lossy)
{
	uint64_t saturations = 0;
	uint32_t v = 0;

	for (; v + BATCH <= job->vectors; v += BATCH)
		saturations += K(batch)(job, v, words, lossy, BATCH);
	for (; BATCH > 2 && v + 2 <= job->vectors; v += 2)
		saturations +=
		    K(batch)(job, v, words, lossy, BATCH > 2 ? 2 : 1);
	for (; v < job->vectors; v++)
		saturations += K(batch)(job, v, words, lossy, 1);
	return saturations;
}

/* Constant arguments make a copy of the loops for each common case. */
TARGET static uint64_t K(pass)(const struct sqz_kernel_job *job)
{
	bool lossy = job->adc_max != 0;

	if (job->words == 1)
		return lossy ? K(vectors)(job, 1, true)
			     : K(vectors)(job, 1, false);
	if (job->words == 2)
		return lossy ? K(vectors)(job, 2, true)
			     : K(vectors)(job, 2, false);
	return lossy ? K(vectors)(job, job->words, true)
		     : K(vectors)(job, job->words, false);
}
