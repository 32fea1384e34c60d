#include "trace_filter.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace sqz
{

/* A number at *text, which moves behind it. */
static uint32_t take_node(const char *list, const char **text, uint32_t count)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		throw std::runtime_error(std::string("--trace-nodes: '") +
					 list + "' is no list such as 0,4-7");
	const unsigned long long node = strtoull(*text, &end, 10);
	if (node >= count)
		throw std::runtime_error(std::string("--trace-nodes: '") +
					 list + "': nodes are 0 to " +
					 std::to_string(count - 1));
	*text = end;
	return (uint32_t)node;
}

/* One item, "3" or "4-7", and the comma behind it. */
static void take_range(const char *list, const char **text,
		       std::vector<bool> *nodes)
{
	const uint32_t count = (uint32_t)nodes->size();
	const uint32_t first = take_node(list, text, count);
	uint32_t last = first;

	if (**text == '-') {
		++*text;
		last = take_node(list, text, count);
	}
	const bool more = **text == ',';
	if ((**text && !more) || (more && !(*text)[1]) || last < first)
		throw std::runtime_error(std::string("--trace-nodes: '") +
					 list + "' is no list such as 0,4-7");
	*text += more;
	for (uint32_t node = first; node <= last; node++)
		(*nodes)[node] = true;
}

trace_filter::trace_filter(const sqz_run_options &options, uint32_t node_count)
    : nodes(node_count, !options.trace_nodes), from_ps(options.trace_from_ps),
      to_ps(options.trace_to_ps)
{
	const char *text = options.trace_nodes;

	if (!text)
		return;
	do
		take_range(options.trace_nodes, &text, &nodes);
	while (*text);
}

bool trace_filter::is_whole() const
{
	return !from_ps && to_ps == UINT64_MAX &&
	       std::find(nodes.begin(), nodes.end(), false) == nodes.end();
}

} // namespace sqz
