#include "tracer.h"

namespace sqz
{

/* Settings of one section, as far as one event has room for them. */
struct settings_event {
	sqz_trace *trace;
	uint32_t track;
	std::string section;
	std::vector<std::string> texts; /* key, value, key, value ... */
};

static void write(settings_event *event)
{
	std::vector<sqz_trace_arg> args;

	for (size_t i = 0; i < event->texts.size(); i += 2)
		args.push_back(sqz_trace_string(event->texts[i].c_str(),
						event->texts[i + 1].c_str()));
	const sqz_trace_extra extra = { args.data(),	       nullptr, nullptr,
					(uint32_t)args.size(), 0,	0 };
	if (!args.empty())
		sqz_trace_instant(event->trace, event->track, 0,
				  event->section.c_str(), "settings", &extra);
	event->texts.clear();
}

static void take(void *context, const char *section, const char *key,
		 const char *value)
{
	auto *event = static_cast<settings_event *>(context);

	if (event->section != section ||
	    event->texts.size() == 2 * SQZ_TRACE_ARGS)
		write(event);
	event->section = section;
	event->texts.push_back(key);
	event->texts.push_back(value);
}

/* What the run is made of, for readers that go on from the trace alone. */
void tracer::write_settings()
{
	settings_track =
	    sqz_trace_track(trace, 0, "settings", RANK_CONTROLLER + 4);
	settings_event event = { trace, settings_track, "", {} };

	sqz_config_each(&config, take, &event);
	write(&event);
	if (!filter.is_whole())
		sqz_trace_instant(trace, settings_track, 0, "filtered",
				  "filter", nullptr);
}

void tracer::pause(bool on, uint64_t now)
{
	if (on && !filter.paused)
		sqz_trace_instant(trace, settings_track, now, "filtered",
				  "filter", nullptr);
	filter.paused = on;
}

} // namespace sqz
