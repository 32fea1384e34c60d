#include "simulation.h"

#include <cstring>
#include <ctime>
#include <stdexcept>

#include "console.h"
#include "debugger.h"
#include "main_stack.h"
#include "soc/native_program.h"
#ifdef SQZ_NO_TRACE
#include "no_tracer.h"
#else
#include "tracer.h"
#endif

namespace sqz
{

static double cpu_seconds()
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

class simulation
{
      public:
	simulation(const run_inputs &from, sqz_trace *trace, sqz_run_result *to,
		   run_timing *timing);
	~simulation();

	void load();
	void run();
	void close();

      private:
	void load_elf();
	void account();
	void account_tiles();
	void account_memories();
	void enter(double *phase);
	[[noreturn]] void fail_network();
	surroundings around();
	static void watch_packets(surroundings *around);
	void attach_debugger();
	bool restart();

	static const uint8_t *input(void *self, uint32_t index);
	static void logits(void *self, uint32_t sequence, const uint8_t *data,
			   size_t bytes);
	static void sent(void *self, uint8_t byte);
	static void finish(void *self, sqz_finish what, unsigned code);
	static int copy_segment(void *self, uint64_t addr, const void *data,
				uint64_t size);
	static const sqz_tile_observer *tile_observer(void *self,
						      uint16_t node);
	static const sqz_memory_observer *memory_observer(void *self,
							  uint16_t node);
	static void packet(void *self, const sqz_packet *packet, bool arrives);
	static void mark(void *self, uint16_t node, uint64_t id,
			 const sqz_causes *causes);
	static void accepted(void *self, uint16_t node, uint64_t id);
	static void doorbell(void *self, uint16_t ring, uint32_t tail);
	static void begin(void *self, const sqz_controller_event *event);
	static void end(void *self, const sqz_controller_event *event);
	static void posted(void *self, const sqz_controller_event *event);
	static void irq(void *self, unsigned source, bool level);
	bool compare(const uint8_t *tensor, const uint8_t *data, size_t bytes,
		     sqz_image_result *image);

	const run_inputs &in;
	sqz_run_result *result;
	run_timing *timing;
	double *phase;	/* of *timing */
	double phase_s; /* when it began */
	sqz_controller_observer observer;
	std::unique_ptr<tracer> traces;
	std::unique_ptr<chip> soc;
	std::unique_ptr<bookkeeper> books;
	std::unique_ptr<native_program> native;
	std::unique_ptr<debugger> gdb; /* goes before the chip */
	std::unique_ptr<console> terminal;
	sqz_elf program = {};
	std::vector<uint8_t> tensor;
	std::vector<int32_t> expected;
	bool ended = false;
	uint64_t end_ps = 0;
};

static simulation *self_of(void *context)
{
	return static_cast<simulation *>(context);
}

simulation::simulation(const run_inputs &from, sqz_trace *trace,
		       sqz_run_result *to, run_timing *timing)
    : in(from), result(to), timing(timing), phase(&timing->open_s), phase_s(0)
{
	enter(&timing->load_s);
	observer = { this, doorbell, begin, end, posted, irq };
	tensor.resize(sqz_reference_input_bytes(in.reference));
	expected.resize(sqz_reference_logits(in.reference));
	traces = std::make_unique<tracer>(
	    "tracer", trace, *in.config, *in.layout, *in.image,
	    trace_filter(*in.options, in.layout->nodes));
	soc = std::make_unique<chip>("chip", *in.config, *in.layout, around());
	terminal = std::make_unique<console>("console", *in.options, *soc);
	books = std::make_unique<bookkeeper>(*in.image, *soc);
	result->finisher_code = -1;
}

/* The time so far goes to the phase that was, from here on to this one. */
void simulation::enter(double *next)
{
	const double now_s = cpu_seconds();

	*phase += now_s - phase_s;
	phase = next;
	phase_s = now_s;
}

simulation::~simulation()
{
	sqz_elf_free(&program);
}

void simulation::watch_packets(surroundings *around)
{
	around->packet_observer = packet;
	around->mark_observer = mark;
	around->accepted_observer = accepted;
}

surroundings simulation::around()
{
	surroundings a = {};

	a.context = this;
	a.input = input;
	a.logits = logits;
	a.sent = sent;
	a.finish = finish;
	a.input_count = in.options->count;
	a.in_flight = in.options->in_flight;
	a.chain = in.options->chain;
	a.input_bytes = (uint32_t)tensor.size();
	a.image = in.image->file.data;
	a.image_bytes = in.image->file.size;
	a.layers = in.image->network->layers;
	a.controller_observer = &observer;
	a.tile_observer = tile_observer;
	a.memory_observer = memory_observer;
	if (in.options->trace && in.options->trace_level >= SQZ_TRACE_PACKETS)
		watch_packets(&a);
	return a;
}

void simulation::load_elf()
{
	const sqz_elf_target target = { copy_segment, this };
	sqz_error err = {};

	if (sqz_elf_load(in.firmware, &target, &program, &err))
		throw std::runtime_error(err.text);
	soc->cpu().set_entry(program.entry);
}

void simulation::load()
{
	if (in.options->native) {
		native =
		    std::make_unique<native_program>(in.firmware, soc->cpu());
		soc->cpu().attach(native.get());
	} else {
		load_elf();
	}
	traces->attach(*soc, program);
	if (in.options->gdb)
		attach_debugger();
	enter(&timing->boot_s);
}

/* The program again, from its first instruction on. */
bool simulation::restart()
{
	const sqz_elf_target target = { copy_segment, this };
	sqz_elf again = {};
	sqz_error err = {};
	const bool loaded = !sqz_elf_load(in.firmware, &target, &again, &err);

	sqz_elf_free(&again);
	soc->reset(program.entry);
	return loaded;
}

void simulation::attach_debugger()
{
	debugger_hooks hooks;

	hooks.reset = [this] { return restart(); };
	hooks.trace = [this](bool on) {
		traces->pause(!on, now_ps());
		return traces->on();
	};
	gdb = std::make_unique<debugger>(in.options->gdb_port, *soc, *in.layout,
					 in.config->controller.rings, hooks);
	gdb->wait_for_client();
}

/* What a process throws comes as a report of several lines, of which the
 * message is ours. limit_ps 0: none. */
static void start(uint64_t limit_ps)
{
	try {
		if (limit_ps)
			sc_core::sc_start(
			    sc_core::sc_time::from_value(limit_ps));
		else
			sc_core::sc_start();
	} catch (const sc_core::sc_report &report) {
		restore_main_stack();
		throw std::runtime_error(report.get_msg());
	}
}

void simulation::run()
{
	const uint64_t limit = in.options->limit_ps;

	start(limit);
	restore_main_stack();
	if (ended) {
		if (gdb)
			gdb->ended(result->finisher_code);
		return;
	}
	end_ps = now_ps();
	if (!soc->network_failure().empty())
		fail_network();
	if (limit && end_ps >= limit)
		throw std::runtime_error(
		    "the firmware did not end within --limit-ms");
	throw std::runtime_error(
	    "nothing happens any more: the firmware waits for an interrupt "
	    "that does not come");
}

void simulation::account_tiles()
{
	const sqz_chip &layout = *in.layout;

	result->tile_count = 0;
	for (uint32_t node = 0; node < layout.nodes; node++) {
		const sqz_tile *tile = soc->tile(node);
		if (!tile)
			continue;
		const sqz_tile_counters *sums = sqz_tile_total(tile);
		result->tiles[result->tile_count++] = {
			node,
			layout.entries[node].x,
			layout.entries[node].y,
			sums->array_busy_ps,
			sums->adc_busy_ps,
			sums->vector_busy_ps,
			sums->programming_busy_ps
		};
	}
}

void simulation::account_memories()
{
	const sqz_chip &layout = *in.layout;

	result->memory_count = 0;
	for (uint32_t node = 0; node < layout.nodes; node++) {
		const sqz_node_entry &entry = layout.entries[node];
		if (soc->memory(node))
			result->memories[result->memory_count++] = {
				node, entry.kind, entry.x, entry.y,
				sqz_memory_counters(soc->memory(node))
			};
	}
}

void simulation::account()
{
	sqz_error err = {};

	books->close(result);
	account_tiles();
	account_memories();
	result->simulated_ps = end_ps;
	result->host_instructions = soc->cpu().instructions();
	result->host_direct_bytes = soc->cpu().direct_bytes();
	result->mailbox_bytes = soc->mailbox_bytes();
	result->dram_activations = soc->dram_activations();
	if (sqz_network_collect(soc->network(), soc->flows(),
				soc->network_cycles(), result->network, &err))
		throw std::runtime_error(err.text);
}

void simulation::close()
{
	terminal->close();
	account();
	traces->finish(*result);
	enter(phase);
}

/* The counters tell what led to it. */
void simulation::fail_network()
{
	sqz_fail(&result->failure, "%s", soc->network_failure().c_str());
	account();
	throw std::runtime_error(result->failure.text);
}

/* ---- the chip's surroundings ---- */

const uint8_t *simulation::input(void *context, uint32_t index)
{
	simulation *self = self_of(context);
	const run_inputs &in = self->in;
	sqz_image_result *image = &self->result->images[index];

	if (self->phase == &self->timing->boot_s)
		self->enter(&self->timing->inference_s);
	image->begin_ps = now_ps();
	self->traces->image_begin(index, self->soc->input_address(),
				  image->begin_ps);
	const size_t size = (size_t)in.pictures->height * in.pictures->width;
	sqz_image_convert_input(in.image,
				in.pictures->pixels + image->index * size,
				self->tensor.data());
	return self->tensor.data();
}

/* One logit as the guest stores it. */
static int32_t logit_at(const uint8_t *data, size_t index, uint32_t bytes)
{
	int32_t value = 0;

	memcpy(&value, data + index * bytes, bytes);
	return value;
}

/* tensor: the quantized input that the logits belong to. */
bool simulation::compare(const uint8_t *input_tensor, const uint8_t *data,
			 size_t bytes, sqz_image_result *image)
{
	const uint32_t size = in.image->network->logit_bytes;
	sqz_error err = {};
	bool exact = true;

	if (bytes != expected.size() * size)
		return false;
	double *const interrupted = phase;
	enter(&timing->reference_s);
	if (sqz_reference_run(in.reference, input_tensor, 1, 1, expected.data(),
			      &err))
		throw std::runtime_error(err.text);
	enter(interrupted);
	int32_t *got =
	    result->logits + (image - result->images) * expected.size();
	for (size_t i = 0; i < expected.size(); i++) {
		got[i] = logit_at(data, i, size);
		exact = exact && got[i] == expected[i];
	}
	image->top1 = sqz_reference_top1(got, expected.size());
	return exact;
}

void simulation::logits(void *context, uint32_t sequence, const uint8_t *data,
			size_t bytes)
{
	simulation *self = self_of(context);
	const run_inputs &in = self->in;

	if (sequence >= self->result->image_count)
		return;
	sqz_image_result *image = &self->result->images[sequence];
	const size_t size = (size_t)in.pictures->height * in.pictures->width;
	std::vector<uint8_t> of_image(self->tensor.size());
	sqz_image_convert_input(in.image,
				in.pictures->pixels + image->index * size,
				of_image.data());
	image->posted = true;
	image->end_ps = now_ps();
	image->bit_exact = self->compare(of_image.data(), data, bytes, image);
}

void simulation::sent(void *context, uint8_t byte)
{
	self_of(context)->terminal->sent(byte);
}

void simulation::finish(void *context, sqz_finish what, unsigned code)
{
	simulation *self = self_of(context);

	if (self->ended)
		return;
	self->ended = true;
	self->end_ps = self->soc->cpu().local_ps();
	/* A reset request ends the run, too: there is no second boot. */
	self->result->finisher_code =
	    what == SQZ_FINISH_FAIL ? (int)(code ? code : 1) : 0;
	self->soc->cpu().halt();
	sc_core::sc_stop();
}

int simulation::copy_segment(void *context, uint64_t addr, const void *data,
			     uint64_t size)
{
	return self_of(context)->soc->load(addr, data, size);
}

/* ---- observers ---- */

const sqz_tile_observer *simulation::tile_observer(void *context, uint16_t node)
{
	return self_of(context)->traces->tile_observer(node);
}

const sqz_memory_observer *simulation::memory_observer(void *context,
						       uint16_t node)
{
	return self_of(context)->traces->memory_observer(node);
}

void simulation::packet(void *context, const sqz_packet *packet, bool arrives)
{
	self_of(context)->traces->packet(packet, arrives, now_ps());
}

void simulation::mark(void *context, uint16_t node, uint64_t id,
		      const sqz_causes *causes)
{
	self_of(context)->traces->mark(node, id, *causes, now_ps());
}

void simulation::accepted(void *context, uint16_t node, uint64_t id)
{
	self_of(context)->traces->accepted(node, id, now_ps());
}

void simulation::doorbell(void *context, uint16_t ring, uint32_t tail)
{
	self_of(context)->traces->doorbell(ring, tail, now_ps());
}

void simulation::begin(void *context, const sqz_controller_event *event)
{
	simulation *self = self_of(context);

	self->books->begin(*event, now_ps());
	self->traces->descriptor_begin(*event, now_ps());
}

void simulation::end(void *context, const sqz_controller_event *event)
{
	simulation *self = self_of(context);
	layer_run run;

	if (self->books->end(*event, now_ps(), &run))
		self->traces->layer_end(run);
	self->traces->descriptor_end(*event, now_ps());
}

void simulation::posted(void *context, const sqz_controller_event *event)
{
	self_of(context)->traces->posted(*event, now_ps());
}

void simulation::irq(void *context, unsigned source, bool level)
{
	self_of(context)->traces->line(source, level, now_ps());
}

void simulate(const run_inputs &inputs, sqz_trace *trace,
	      sqz_run_result *result, run_timing *timing)
{
	simulation run(inputs, trace, result, timing);

	run.load();
	run.run();
	run.close();
}

} // namespace sqz
