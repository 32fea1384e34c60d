#include "traces/sweep/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/file.h"

#define MAX_LOG (64u << 20)

void sqz_process_follow(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

_Noreturn static void become(const struct sqz_words *words,
			     const struct sqz_process *how, pid_t parent)
{
	sqz_process_follow(parent);
	int log =
	    open(how->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int out = !how->output
		      ? log
		      : open(how->output,
			     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (dup2(log, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(nothing, STDIN_FILENO) < 0)
		_exit(127);
	if (chdir(how->folder)) {
		dprintf(STDERR_FILENO, "%s: %s\n", how->folder,
			strerror(errno));
		_exit(127);
	}
	execv("/proc/self/exe", words->items);
	dprintf(STDERR_FILENO, "sqz: cannot start: %s\n", strerror(errno));
	_exit(127);
}

struct line {
	const char *text;
	size_t length;
};

/* The last line in which a program of ours complains; else the last that is not
 * empty. */
static struct line telling_line(const char *text, size_t size)
{
	struct line found = { "", 0 };
	bool ours = false;

	for (size_t at = 0; at < size;) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', size - at);
		size_t length = end ? (size_t)(end - line) : size - at;
		at += length + 1;
		while (length && line[length - 1] == '\r')
			length--;
		bool is_ours = length > 4 && !memcmp(line, "sqz ", 4);
		if (length && (is_ours || !ours))
			found = (struct line){ line, length };
		ours |= is_ours;
	}
	return found;
}

static void last_words(const char *log, const char *verb, int status,
		       struct sqz_error *err)
{
	struct sqz_bytes bytes = { 0 };

	if (sqz_read_file(log, MAX_LOG, &bytes, NULL))
		bytes.size = 0;
	struct line line = telling_line((const char *)bytes.data, bytes.size);
	if (line.length)
		sqz_fail(err, "%.*s", (int)line.length, line.text);
	else
		sqz_fail(err, "sqz %s: exit status %d", verb, status);
	sqz_bytes_free(&bytes);
}

int sqz_process_run(const struct sqz_words *words,
		    const struct sqz_process *how, struct sqz_error *err)
{
	pid_t parent = getpid(), child;
	int status = 0;

	if (words->failed)
		return sqz_fail(err, "out of memory for a command");
	fflush(NULL);
	child = fork();
	if (child < 0)
		return sqz_fail(err, "cannot start a process: %s",
				strerror(errno));
	if (!child)
		become(words, how, parent);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return sqz_fail(err, "waitpid: %s", strerror(errno));
	if (WIFSIGNALED(status))
		return sqz_fail(err, "sqz %s: ended by signal %d",
				words->items[1], WTERMSIG(status));
	status = WEXITSTATUS(status);
	if (status && status != how->also_good) {
		last_words(how->log, words->items[1], status, err);
		return -1;
	}
	return status;
}

static void read_text(int file, char *text, size_t size)
{
	char rest[256];
	size_t used = 0;
	ssize_t got;

	while ((got = read(file, used + 1 < size ? text + used : rest,
			   used + 1 < size ? size - 1 - used : sizeof(rest))) >
	       0)
		if (used + 1 < size)
			used += (size_t)got;
	while (used && (text[used - 1] == '\n' || text[used - 1] == '\r'))
		used--;
	text[used] = '\0';
}

int sqz_process_capture(const struct sqz_words *words, char *text, size_t size,
			struct sqz_error *err)
{
	int ends[2], status = 0;

	if (words->failed || pipe(ends))
		return sqz_fail(err, "%s: %s", words->items[0],
				strerror(errno));
	fflush(NULL);
	pid_t child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(words->items[0], words->items);
		_exit(127);
	}
	close(ends[1]);
	read_text(ends[0], text, size);
	close(ends[0]);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return sqz_fail(err, "%s: cannot start it", words->items[0]);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	if (status == 127 && !text[0])
		return sqz_fail(err, "%s: no such program", words->items[0]);
	return status;
}
