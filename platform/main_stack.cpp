#include "main_stack.h"

#ifdef __SANITIZE_ADDRESS__

#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

namespace sqz
{

void restore_main_stack()
{
	pthread_attr_t attributes;
	void *bottom = nullptr;
	void *fake = nullptr;
	size_t bytes = 0;

	if (pthread_getattr_np(pthread_self(), &attributes))
		return;
	pthread_attr_getstack(&attributes, &bottom, &bytes);
	pthread_attr_destroy(&attributes);
	__sanitizer_start_switch_fiber(&fake, bottom, bytes);
	__sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
}

} // namespace sqz

#else

namespace sqz
{

void restore_main_stack()
{
}

} // namespace sqz

#endif
