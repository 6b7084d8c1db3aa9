/* micrograd/record.h: the folder that a run leaves, read while it grows or afterwards.
 *
 *     mg_record *record = mg_record_open(ctx, "runs/first");
 *     while (record && !mg_record_ended(record) && mg_record_refresh(record) == MG_OK)
 *         printf("%lld epochs\n", (long long)mg_record_history(record)->epochs);
 *     mg_record_close(record);
 *
 * It reads config.json (an object: "settings" is one of texts, numbers and booleans by their names in mg_settings_table; "files"
 * has "data" and maybe "test", each with its "path") and history.jsonl (a line an epoch).
 */
#ifndef MICROGRAD_RECORD_H
#define MICROGRAD_RECORD_H

#include <micrograd/history.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_record mg_record;

/* NULL: there is no such folder or it holds no run (MG_FILE), or config.json or history.jsonl are not what they should be
 * (MG_FORMAT). A history that is not there yet is an empty one. */
mg_record *mg_record_open(mg_context *context, const char *folder);
void mg_record_close(mg_record *record); /* NULL is fine */
/* Reads the lines that history.jsonl has gained; a last line without its end is not read yet. After a resume that went back the
 * history is read anew. */
mg_status mg_record_refresh(mg_record *record);

/* Text and history belong to the record; the history until the next refresh. Metrics that a line does not have are NaN. */
const char *mg_record_folder(const mg_record *record);
const mg_history *mg_record_history(const mg_record *record);
const char *mg_record_data(const mg_record *record); /* the path of the data; NULL: config.json does not say */
/* Has the run ended? Its model is there, and no older than its history. A run that was killed never ends. */
bool mg_record_ended(const mg_record *record);

/* The settings as they were given, maybe with those that have their default. */
int mg_record_settings(const mg_record *record);
const char *mg_record_setting(const mg_record *record, int index, const char **value); /* returns the name */
const char *mg_record_find(const mg_record *record, const char *name);                 /* its value; NULL: was not given */

#ifdef __cplusplus
}
#endif
#endif
