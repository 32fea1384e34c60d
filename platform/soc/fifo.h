/*
 * A queue in one piece of memory. It grows to the largest number of elements it
 * ever held and then allocates no more, unlike std::deque, whose blocks come
 * and go as elements pass through.
 */
#ifndef SQZ_PLATFORM_FIFO_H
#define SQZ_PLATFORM_FIFO_H

#include <cstddef>
#include <vector>

namespace sqz
{

/* T: cheap to copy. */
template <typename T> class fifo
{
      public:
	size_t size() const
	{
		return count;
	}
	bool empty() const
	{
		return count == 0;
	}
	/* The i-th from the front; i < size(). */
	const T &operator[](size_t i) const
	{
		return ring[(first + i) % ring.size()];
	}
	void push(const T &element)
	{
		if (count == ring.size())
			grow();
		ring[(first + count++) % ring.size()] = element;
	}
	/* Not from an empty one. */
	T pop()
	{
		const T element = ring[first];

		first = (first + 1) % ring.size();
		count--;
		return element;
	}

      private:
	void grow()
	{
		std::vector<T> more(ring.empty() ? 4 : 2 * ring.size());

		for (size_t i = 0; i < count; i++)
			more[i] = (*this)[i];
		ring.swap(more);
		first = 0;
	}

	std::vector<T> ring;
	size_t first = 0, count = 0;
};

} // namespace sqz

#endif
