/* Parts of sqz_point_report(). */
#ifndef SQZ_SWEEP_REPORT_READ_H
#define SQZ_SWEEP_REPORT_READ_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* {"rows": [{column: number, text or null}, ...]}. Changes the text. */
json_t *sqz_report_of_csv(char *text);

/* What one image adds: the difference of two runs' reports, number by number,
 * over the difference of their images. "all" and "warm" are the reports of the
 * longer and the shorter run. */
json_t *sqz_report_steady(const json_t *after, const json_t *before);

#ifdef __cplusplus
}
#endif

#endif
