#include "console/uart_script.h"

#include <stdlib.h>
#include <string.h>

#include "debug/gdb_text.h"
#include "host/file.h"

#define PS_PER_MS	1e9
#define MOST_MS		1e9
#define CHARACTER_PS	10000000u
#define MOST_TEXT_BYTES 256
#define LOG_BYTES	4096
#define MOST_FILE_BYTES (1 << 20)

enum action { AT, WAIT, EXPECT, SEND, ACTIONS };

static const char *const NAMES[ACTIONS] = { "at", "wait", "expect", "send" };

struct step {
	enum action action;
	uint64_t ps;   /* AT, WAIT */
	uint8_t *text; /* EXPECT, SEND */
	size_t bytes;
};

struct sqz_uart_script {
	struct step *steps;
	size_t count;
	size_t at;		/* the step that is under way */
	bool begun;		/* it has been looked at */
	uint64_t due_ps;	/* of a wait, or of the next character */
	size_t done;		/* characters typed */
	uint8_t log[LOG_BYTES]; /* the last that the program sent, and */
	size_t log_bytes;	/* that was not expected yet */
	bool met;		/* what is expected has been sent */
};

/* ---- reading ---- */

struct line {
	const char *name;
	unsigned number;
	const char *at;
	const char *end;
	struct sqz_error *err;
};

static int bad(const struct line *line, const char *why)
{
	return sqz_fail(line->err, "%s: line %u: %s", line->name, line->number,
			why);
}

static void skip_blanks(struct line *line)
{
	while (line->at < line->end &&
	       (*line->at == ' ' || *line->at == '\t' || *line->at == '\r'))
		line->at++;
}

static int read_time(struct line *line, struct step *step)
{
	char text[32];
	size_t bytes = (size_t)(line->end - line->at);
	char *end;
	double ms;

	if (!bytes || bytes >= sizeof(text))
		return bad(line, "a time in ms is needed");
	memcpy(text, line->at, bytes);
	text[bytes] = '\0';
	ms = strtod(text, &end);
	if (end == text || !(ms >= 0 && ms <= MOST_MS))
		return bad(line, "a time in ms is needed");
	step->ps = (uint64_t)(ms * PS_PER_MS);
	line->at += end - text;
	return 0;
}

/* One character, its escape undone; -1: no escape. */
static int read_character(struct line *line)
{
	static const char ESCAPES[] = "nrt\\\"", MEANT[] = "\n\r\t\\\"";
	const char *found;
	uint8_t byte;

	if (*line->at != '\\')
		return (uint8_t)*line->at++;
	if (line->end - line->at >= 4 && line->at[1] == 'x' &&
	    sqz_gdb_unhex(line->at + 2, 2, &byte, 1)) {
		line->at += 4;
		return byte;
	}
	if (line->end - line->at < 2 || !line->at[1])
		return -1;
	found = strchr(ESCAPES, line->at[1]);
	if (!found)
		return -1;
	line->at += 2;
	return (uint8_t)MEANT[found - ESCAPES];
}

static int read_text(struct line *line, struct step *step)
{
	if (line->at == line->end || *line->at++ != '"')
		return bad(line, "a text in quotes is needed");
	step->text = malloc((size_t)(line->end - line->at) + 1);
	if (!step->text)
		return bad(line, "out of memory");
	while (line->at < line->end && *line->at != '"') {
		int c = read_character(line);

		if (c < 0)
			return bad(line, "unknown escape");
		step->text[step->bytes++] = (uint8_t)c;
	}
	if (line->at == line->end)
		return bad(line, "the text has no end");
	line->at++;
	if (!step->bytes || step->bytes > MOST_TEXT_BYTES)
		return bad(line, "a text has 1 to 256 characters");
	return 0;
}

static int read_action(struct line *line, struct step *step)
{
	for (int i = 0; i < ACTIONS; i++) {
		size_t bytes = strlen(NAMES[i]);

		if ((size_t)(line->end - line->at) < bytes ||
		    memcmp(line->at, NAMES[i], bytes))
			continue;
		step->action = (enum action)i;
		line->at += bytes;
		skip_blanks(line);
		return i <= WAIT ? read_time(line, step)
				 : read_text(line, step);
	}
	return bad(line, "no command: at, wait, expect or send");
}

static int read_line(struct line *line, struct sqz_uart_script *script)
{
	struct step *step;

	skip_blanks(line);
	if (line->at == line->end || *line->at == '#')
		return 0;
	step = realloc(script->steps, (script->count + 1) * sizeof(*step));
	if (!step)
		return bad(line, "out of memory");
	script->steps = step;
	step += script->count++;
	memset(step, 0, sizeof(*step));
	if (read_action(line, step))
		return -1;
	skip_blanks(line);
	return line->at == line->end ? 0 : bad(line, "too much on the line");
}

struct sqz_uart_script *sqz_uart_script_parse(const char *name,
					      const char *text, size_t bytes,
					      struct sqz_error *err)
{
	struct sqz_uart_script *script = calloc(1, sizeof(*script));
	const char *end = text + bytes;
	struct line line = { .name = name, .err = err };

	if (!script)
		sqz_fail(err, "%s: out of memory", name);
	while (script && text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		line.number++;
		line.at = text;
		line.end = stop ? stop : end;
		if (read_line(&line, script)) {
			sqz_uart_script_free(script);
			return NULL;
		}
		text = line.end + 1;
	}
	return script;
}

struct sqz_uart_script *sqz_uart_script_read(const char *path,
					     struct sqz_error *err)
{
	struct sqz_uart_script *script;
	struct sqz_bytes file;

	if (sqz_read_file(path, MOST_FILE_BYTES, &file, err))
		return NULL;
	script = sqz_uart_script_parse(path, (const char *)file.data, file.size,
				       err);
	sqz_bytes_free(&file);
	return script;
}

void sqz_uart_script_free(struct sqz_uart_script *script)
{
	if (!script)
		return;
	for (size_t i = 0; i < script->count; i++)
		free(script->steps[i].text);
	free(script->steps);
	free(script);
}

/* ---- running ---- */

/* Has the text been sent? Then what was sent up to its end is done with. */
static bool take_expected(struct sqz_uart_script *script,
			  const struct step *step)
{
	const uint8_t *found =
	    memmem(script->log, script->log_bytes, step->text, step->bytes);

	if (!found)
		return false;
	found += step->bytes;
	script->log_bytes -= (size_t)(found - script->log);
	memmove(script->log, found, script->log_bytes);
	return true;
}

bool sqz_uart_script_sent(struct sqz_uart_script *script, uint8_t byte)
{
	const struct step *step;

	if (script->at == script->count)
		return false;
	step = &script->steps[script->at];
	if (script->log_bytes == LOG_BYTES)
		memmove(script->log, script->log + 1, --script->log_bytes);
	script->log[script->log_bytes++] = byte;
	if (step->action != EXPECT || !script->begun || script->met ||
	    byte != step->text[step->bytes - 1])
		return false;
	script->met = take_expected(script, step);
	return script->met;
}

static void next_step(struct sqz_uart_script *script)
{
	script->at++;
	script->begun = script->met = false;
	script->done = 0;
}

/* A step begins: when is it due, or is it done already? */
static void begin_step(struct sqz_uart_script *script, const struct step *step,
		       uint64_t now_ps)
{
	script->begun = true;
	script->due_ps = now_ps;
	if (step->action == AT)
		script->due_ps = step->ps;
	else if (step->action == WAIT)
		script->due_ps = now_ps + step->ps;
	else if (step->action == EXPECT)
		script->met = take_expected(script, step);
}

/* True: the step is over. */
static bool advance(struct sqz_uart_script *script, const struct step *step,
		    uint64_t now_ps, void (*type)(void *context, uint8_t byte),
		    void *context)
{
	if (step->action == EXPECT)
		return script->met;
	if (now_ps < script->due_ps)
		return false;
	if (step->action != SEND)
		return true;
	if (script->done == step->bytes)
		return true;
	type(context, step->text[script->done++]);
	script->due_ps = now_ps + CHARACTER_PS;
	return false;
}

uint64_t sqz_uart_script_run(struct sqz_uart_script *script, uint64_t now_ps,
			     void (*type)(void *context, uint8_t byte),
			     void *context)
{
	while (script->at < script->count) {
		const struct step *step = &script->steps[script->at];

		if (!script->begun)
			begin_step(script, step, now_ps);
		if (advance(script, step, now_ps, type, context))
			next_step(script);
		else if (step->action == EXPECT)
			return UINT64_MAX;
		else
			return script->due_ps;
	}
	return UINT64_MAX;
}
