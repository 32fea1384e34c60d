#!/usr/bin/python3
"""Ten million accesses of the guest that writes nonsense: some minutes."""

import e2e
import nonsense

e2e.TIMEOUT_S = 1700


class Long(e2e.Case):
    run_nonsense = nonsense.Nonsense.run_nonsense

    def test_ten_million(self):
        self.run_nonsense("lenet5", 10000000 // nonsense.PER_PICTURE)


if __name__ == "__main__":
    e2e.main()
