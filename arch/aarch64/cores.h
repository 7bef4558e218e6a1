// Private to arch/aarch64.
#pragma once
#include "arch/cpus.h"

extern const CpuMaker aarch64_makers[]; // the last has no name
extern const CpuCore aarch64_cores[];
