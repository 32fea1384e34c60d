/* Sessions of a GDB client. */
#include "seeds.h"

#include <string.h>

void seeds_gdb(const char *folder)
{
	static const struct {
		const char *name, *text;
	} sessions[] = {
		{ "begin",
		  "qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+\n"
		  "QStartNoAckMode\nqXfer:features:read:target.xml:0,ffb\n"
		  "vCont?\nHg0\n?\nqC\nqAttached\ng\np20\n" },
		{ "memory",
		  "m80000000,40\nM80000000,4:01020304\nX80000010,4:}\003abc\n"
		  "m80000ff8,10\nm0,8\nP5=0100000000000000\n" },
		{ "points",
		  "Z0,80000010,4\nZ2,80000020,8\nZ4,80000030,4\nvCont;c:1\n!2\n"
		  "?\nz0,80000010,4\nvCont;r80000000,80000010:1\n!0\ns\n!3\n"
		  "c\n!1\nD\n" },
		{ "monitor", "qRcmd,68656c70\nqRcmd,74696d65\nqRcmd,726567\n"
			     "qRcmd,72656720636f6e74726f6c6c65722e4354524c\n"
			     "qRcmd,7472616365206f6e\nqRcmd,7265736574\nk\n" },
	};
	static const char raw[] = "\0+$?#3f+-\003$g#67$m80000000,4#26}$x#";

	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++)
		seeds_write(folder, "gdb", sessions[i].name, sessions[i].text,
			    strlen(sessions[i].text));
	seeds_write(folder, "gdb", "raw", raw, sizeof(raw) - 1);
}
