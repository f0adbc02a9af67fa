// The public header in C++: every declaration is used as a C++ program would.
#include <gatehouse.h>

int main()
{
    gatehouse_options options = gatehouse_options();
    gatehouse *g = nullptr;
    gatehouse_verdict verdict = gatehouse_verdict();

    options.public_keys = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
    options.key = "KEY";
    if (gatehouse_open(&options, &g) != GATEHOUSE_OK)
        return 1;
    gatehouse_cached(g, &verdict);
    const bool is_right = verdict.state == GATEHOUSE_UNKNOWN && verdict.is_cached;
    gatehouse_close(g);
    return is_right ? 0 : 1;
}
