#include "soc_rig.h"
#include "main_stack.h"

#include <pthread.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

int sc_main(int, char **)
{
	return 0; /* libsystemc wants one */
}

sqz_config rig_config(const std::vector<const char *> &overrides)
{
	sqz_config config = {};
	sqz_error err = {};

	/* Elaboration finds nothing to do: no reason for a warning. */
	sc_core::sc_report_handler::set_actions(
	    sc_core::SC_ID_NO_SC_START_ACTIVITY_, sc_core::SC_DO_NOTHING);
	sc_core::sc_report_handler::set_actions(sc_core::SC_INFO,
						sc_core::SC_DO_NOTHING);
	ck_assert_msg(!sqz_config_load(&config, "configs/default.cfg",
				       overrides.data(), (int)overrides.size(),
				       &err),
		      "%s", err.text);
	return config;
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>

/* libsystemc tells the sanitizer when it switches stacks, but gets the one back
 * to the main stack wrong: what hangs on it would look leaked. */
static void restore_stack_bounds()
{
	pthread_attr_t attr;
	void *bottom = nullptr;
	size_t bytes = 0;

	ck_assert_int_eq(pthread_getattr_np(pthread_self(), &attr), 0);
	pthread_attr_getstack(&attr, &bottom, &bytes);
	pthread_attr_destroy(&attr);
	__sanitizer_start_switch_fiber(nullptr, bottom, bytes);
	__sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
}
#else
static void restore_stack_bounds()
{
}
#endif

void run_to(uint64_t ps)
{
	/* The network must not run past what happens between the calls. */
	static sc_core::sc_event end("end_of_run");

	ck_assert_uint_ge(ps, sqz::now_ps());
	if (ps > sqz::now_ps())
		end.notify(sc_core::sc_time::from_value(ps - sqz::now_ps()));
	sc_core::sc_start(sc_core::sc_time::from_value(ps - sqz::now_ps()));
	restore_stack_bounds();
}

void run_all()
{
	sc_core::sc_start();
	restore_stack_bounds();
}

std::string error_of(const std::function<void()> &call)
{
	try {
		call();
	} catch (const sc_core::sc_report &report) {
		/* It may have left a process's stack. */
		sqz::restore_main_stack();
		return report.get_msg();
	} catch (const std::exception &error) {
		return error.what();
	}
	return "";
}

void expect_error(const char *text, const std::function<void()> &call)
{
	const std::string error = error_of(call);

	ck_assert_str_eq(error.c_str(), text);
}

static bool write_all(int fd, const std::string &text)
{
	size_t done = 0;

	while (done < text.size()) {
		const ssize_t n =
		    write(fd, text.data() + done, text.size() - done);
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

std::string in_process_of_its_own(const std::function<std::string()> &call)
{
	char buffer[4096];
	std::string text;
	int ends[2], status = -1;
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	const pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (!child)
		_exit(write_all(ends[1], call()) ? 0 : 1);
	close(ends[1]);
	while ((n = read(ends[0], buffer, sizeof(buffer))) > 0)
		text.append(buffer, (size_t)n);
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	return text;
}

std::string stderr_of(const std::function<void()> &call)
{
	FILE *file = tmpfile();
	const int saved = dup(STDERR_FILENO);
	char text[4096];

	ck_assert_ptr_nonnull(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	call();
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	const size_t length = fread(text, 1, sizeof(text), file);
	fclose(file);
	return { text, length };
}

/* ---- probe ---- */

static arrival describe(const sqz_packet &packet)
{
	return { sqz::now_ps(),
		 packet.id,
		 packet.src,
		 packet.type,
		 packet.status,
		 packet.addr,
		 packet.value,
		 { packet.data, packet.data + packet.payload_bytes } };
}

static bool probe_accept(void *core, sqz_packet *packet)
{
	auto *self = static_cast<probe *>(core);

	if (!self->accepting[packet->msg_class]) {
		self->refusals.push_back(sqz::now_ps());
		if (self->on_refusal)
			self->on_refusal();
		return false;
	}
	self->arrivals.push_back(describe(*packet));
	self->env->release(self->env->context, packet);
	if (self->on_arrival)
		self->on_arrival(arrival(self->arrivals.back()));
	return true;
}

static void probe_wake(void *core)
{
	auto *self = static_cast<probe *>(core);

	self->wakes.push_back(sqz::now_ps());
	if (self->on_wake)
		self->on_wake();
}

static void probe_tx_ready(void *core, sqz_class msg_class)
{
	auto *self = static_cast<probe *>(core);

	self->readies.push_back(sqz::now_ps());
	if (self->on_ready)
		self->on_ready(msg_class);
}

const sqz_node_ops probe::OPS = { probe_accept, probe_wake, probe_tx_ready };

/* ---- mesh ---- */

mesh_rig::mesh_rig(const std::vector<const char *> &overrides,
		   const std::map<uint16_t, factory> &real)
    : config(rig_config(overrides)), layout_guard(&layout, sqz_chip_free),
      packet_pool(sqz_packet_pool_create(), sqz_packet_pool_destroy),
      packets(packet_pool.get())
{
	sqz_error err = {};

	ck_assert_msg(!sqz_chip_build(&config, &layout, &err), "%s", err.text);
	commons = { &layout,
		    packets,
		    &payloads,
		    config.noc.queue_packets,
		    config.noc.flit_bytes,
		    0,
		    std::vector<sqz_traffic>(1),
		    nullptr,
		    nullptr };
	fabric = std::make_unique<sqz::noc_fabric>("noc", config);
	probes.resize(layout.nodes);
	for (uint16_t node = 0; node < layout.nodes; node++) {
		const std::string name = "node_" + std::to_string(node);
		const auto found = real.find(node);
		if (found != real.end()) {
			shells.push_back(
			    found->second(name.c_str(), node, *this));
		} else {
			shells.push_back(std::make_unique<sqz::node_shell>(
			    name.c_str(), node, commons));
			probes[node].env = shells[node]->environment();
			shells[node]->attach(&probes[node], &probe::OPS);
		}
		shells[node]->out.bind(fabric->from_nodes);
		fabric->to_nodes.bind(shells[node]->in);
	}
	run_to(0); /* elaborates */
}

void mesh_rig::inside(uint16_t node, const std::function<void()> &act)
{
	shells[node]->enter();
	act();
	shells[node]->leave();
}

sqz_packet *mesh_rig::packet(uint16_t src, uint16_t dst, sqz_packet_type type,
			     uint32_t payload_bytes)
{
	sqz_packet *packet = sqz_packet_pool_alloc(packets, src);

	packet->dst = dst;
	packet->type = (uint8_t)type;
	packet->layer = 0xffff;
	packet->payload_bytes = payload_bytes;
	return packet;
}

void mesh_rig::send(sqz_packet *packet)
{
	const uint16_t src = packet->src;
	const sqz_node_env *env = shells[src]->environment();

	inside(src, [&] { env->send(env->context, packet); });
}

uint64_t mesh_rig::send(uint16_t src, uint16_t dst, sqz_packet_type type,
			uint32_t payload_bytes)
{
	sqz_packet *made = packet(src, dst, type, payload_bytes);
	const uint64_t id = made->id;

	send(made);
	return id;
}

void mesh_rig::expect_empty()
{
	ck_assert_uint_eq(sqz_packet_pool_in_use(packets), 0);
	ck_assert_uint_eq(payloads.in_use(), 0);
}

uint32_t mesh_rig::hops(uint16_t from, uint16_t to) const
{
	const int width = (int)layout.width;

	return (uint32_t)(abs(from % width - to % width) +
			  abs(from / width - to / width) + 1);
}

uint64_t mesh_rig::flight_ps(uint16_t from, uint16_t to,
			     uint32_t payload_bytes) const
{
	const uint32_t bytes = SQZ_PACKET_HEADER_BYTES + payload_bytes;
	const uint32_t flits =
	    (bytes + config.noc.flit_bytes - 1) / config.noc.flit_bytes;

	return (5 * hops(from, to) + 2 + (flits - 1)) * config.noc.cycle_ps;
}

/* ---- initiator ---- */

initiator::initiator(sc_core::sc_module_name name)
    : sc_module(name), socket("socket")
{
	payload.set_extension(&note);
	socket.register_invalidate_direct_mem_ptr(this, &initiator::invalidate);
}

initiator::~initiator()
{
	payload.clear_extension(&note);
}

void initiator::invalidate(sc_dt::uint64 first, sc_dt::uint64 last)
{
	invalidated.push_back({ first, last });
}

void initiator::prepare(tlm::tlm_command command, uint64_t addr, void *data,
			unsigned size)
{
	payload.set_command(command);
	payload.set_address(addr);
	payload.set_data_ptr(static_cast<unsigned char *>(data));
	payload.set_data_length(size);
	payload.set_streaming_width(size);
	payload.set_byte_enable_ptr(nullptr);
	payload.set_dmi_allowed(false);
	payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
	note.text.clear();
}

tlm::tlm_response_status initiator::access(tlm::tlm_command command,
					   uint64_t addr, void *data,
					   unsigned size,
					   sc_core::sc_time *delay)
{
	sc_core::sc_time none = sc_core::SC_ZERO_TIME;

	prepare(command, addr, data, size);
	socket->b_transport(payload, delay ? *delay : none);
	ck_assert_msg(payload.get_address() == addr,
		      "the address was not restored");
	return payload.get_response_status();
}

tlm::tlm_response_status initiator::at_once(tlm::tlm_command command,
					    uint64_t addr, void *data,
					    unsigned size)
{
	sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
	tlm::tlm_phase phase = tlm::BEGIN_REQ;

	prepare(command, addr, data, size);
	ck_assert_int_eq(socket->nb_transport_fw(payload, phase, delay),
			 tlm::TLM_COMPLETED);
	ck_assert_msg(payload.get_address() == addr,
		      "the address was not restored");
	return payload.get_response_status();
}

uint64_t initiator::read(uint64_t addr, unsigned size)
{
	uint64_t value = 0;

	ck_assert_int_eq(access(tlm::TLM_READ_COMMAND, addr, &value, size),
			 tlm::TLM_OK_RESPONSE);
	return value;
}

void initiator::write(uint64_t addr, uint64_t value, unsigned size)
{
	ck_assert_int_eq(access(tlm::TLM_WRITE_COMMAND, addr, &value, size),
			 tlm::TLM_OK_RESPONSE);
}
