// The Linux kernel's own model: its events are what tools/memory-model/linux-kernel.def makes of its primitives. An
// atomic operation that is fully ordered stands between two full fences where it succeeds (Documentation/atomic_t.txt).
#include "arch/model.h"
#include "arch/mapping.h"

#include <stddef.h>

extern const Model model_lkmm;

// clang-format off
static const LowerRow rows[] = {
    {LOWER_LOAD, 1, "plain", NULL, {{STEP_READ, "plain", "", NULL}}},
    {LOWER_LOAD, 1, "once", NULL, {{STEP_READ, "once", "once", NULL}}},
    {LOWER_LOAD, 1, "acquire", NULL, {{STEP_READ, "acquire", "acquire", NULL}}},
    {LOWER_LOAD, 1, "locked", NULL, {{STEP_READ, "finds it locked", "RL", NULL}}},
    {LOWER_LOAD, 1, "unlocked", NULL, {{STEP_READ, "finds it unlocked", "RU", NULL}}},
    {LOWER_LOAD, 1, "srcu-lock", NULL, {{STEP_MARK, "srcu_read_lock", "srcu-lock", NULL}}},
    {LOWER_FAIL, 1, "once acquire release full", NULL, {{STEP_READ, "once, fails", "once", NULL}}},
    {LOWER_FAIL, 1, "lock", NULL, {{STEP_READ, "lock, fails", "LF", NULL}}},
    {LOWER_STORE, 1, "plain", NULL, {{STEP_WRITE, "plain", "", NULL}}},
    {LOWER_STORE, 1, "once", NULL, {{STEP_WRITE, "once", "once", NULL}}},
    {LOWER_STORE, 1, "release", NULL, {{STEP_WRITE, "release", "release", NULL}}},
    {LOWER_STORE, 2, "full", NULL, {{STEP_WRITE, "once", "once", NULL}, {STEP_FENCE, "mb", "mb", NULL}}},
    {LOWER_STORE, 1, "unlock", NULL, {{STEP_WRITE, "unlock", "UL", NULL}}},
    {LOWER_STORE, 1, "srcu-unlock", NULL, {{STEP_MARK, "srcu_read_unlock", "srcu-unlock", NULL}}},
    {LOWER_STORE, 1, "srcu-grace", NULL, {{STEP_MARK, "synchronize_srcu", "srcu-grace", NULL}}},
    {LOWER_RMW, 1, "once", NULL, {{STEP_RMW, "once", "once", "once"}}},
    {LOWER_RMW, 1, "acquire", NULL, {{STEP_RMW, "acquire", "acquire", "once"}}},
    {LOWER_RMW, 1, "release", NULL, {{STEP_RMW, "release", "once", "release"}}},
    {LOWER_RMW, 1, "noreturn", NULL, {{STEP_RMW, "without value", "noreturn", "once"}}},
    {LOWER_RMW, 3, "full", NULL,
     {{STEP_FENCE, "mb", "mb", NULL}, {STEP_RMW, "once", "once", "once"}, {STEP_FENCE, "mb", "mb", NULL}}},
    {LOWER_RMW, 1, "lock", NULL, {{STEP_RMW, "lock", "LKR", "LKW"}}},
    {LOWER_FENCE, 1, "mb", NULL, {{STEP_FENCE, "mb", "mb", NULL}}},
    {LOWER_FENCE, 1, "rmb", NULL, {{STEP_FENCE, "rmb", "rmb", NULL}}},
    {LOWER_FENCE, 1, "wmb", NULL, {{STEP_FENCE, "wmb", "wmb", NULL}}},
    {LOWER_FENCE, 1, "barrier", NULL, {{STEP_FENCE, "barrier", "barrier", NULL}}},
    {LOWER_FENCE, 1, "before-atomic", NULL, {{STEP_FENCE, "mb__before_atomic", "before-atomic", NULL}}},
    {LOWER_FENCE, 1, "after-atomic", NULL, {{STEP_FENCE, "mb__after_atomic", "after-atomic", NULL}}},
    {LOWER_FENCE, 1, "after-spinlock", NULL, {{STEP_FENCE, "mb__after_spinlock", "after-spinlock", NULL}}},
    {LOWER_FENCE, 1, "after-unlock-lock", NULL, {{STEP_FENCE, "mb__after_unlock_lock", "after-unlock-lock", NULL}}},
    {LOWER_FENCE, 1, "after-srcu-read-unlock", NULL,
     {{STEP_FENCE, "mb__after_srcu_read_unlock", "after-srcu-read-unlock", NULL}}},
    {LOWER_FENCE, 1, "heavy", NULL, {{STEP_FENCE, "membarrier", "membarrier", NULL}}},
    {LOWER_FENCE, 1, "rcu-lock", NULL, {{STEP_FENCE, "rcu_read_lock", "rcu-lock", NULL}}},
    {LOWER_FENCE, 1, "rcu-unlock", NULL, {{STEP_FENCE, "rcu_read_unlock", "rcu-unlock", NULL}}},
    {LOWER_FENCE, 1, "rcu-grace", NULL, {{STEP_FENCE, "synchronize_rcu", "rcu-grace", NULL}}},
};
// clang-format on

static const Mapping mapping = {"linux", rows, sizeof rows / sizeof *rows};

// Sets go by the names that the kernel's files know them by, older and newer ones.
static const ModelTag tags[] = {
    {"once", "Once ONCE"},
    {"acquire", "Acquire ACQUIRE"},
    {"release", "Release RELEASE"},
    {"noreturn", "Noreturn NORETURN"},
    {"mb", "Mb MB"},
    {"rmb", "Rmb"},
    {"wmb", "Wmb"},
    {"barrier", "Barrier"},
    {"membarrier", "Membarrier"},
    {"before-atomic", "Before-atomic"},
    {"after-atomic", "After-atomic"},
    {"after-spinlock", "After-spinlock"},
    {"after-unlock-lock", "After-unlock-lock"},
    {"after-srcu-read-unlock", "After-srcu-read-unlock"},
    {"rcu-lock", "Rcu-lock"},
    {"rcu-unlock", "Rcu-unlock"},
    {"rcu-grace", "Sync-rcu"},
    {"srcu-lock", "Srcu-lock SRCU"},
    {"srcu-unlock", "Srcu-unlock SRCU"},
    {"srcu-grace", "Sync-srcu SRCU"},
    {"LKR", "LKR"},
    {"LKW", "LKW"},
    {"UL", "UL"},
    {"LF", "LF"},
    {"RL", "RL"},
    {"RU", "RU"},
};

// As herd's, which had other events before the kernel's release 6.13 (tools/memory-model/linux-kernel.cfg).
static const char *const variants[] = {"lkmmv2", NULL};

static const char *const names[] = {"linux", "linux-kernel", NULL};

const Model model_lkmm = {
    .name = "lkmm",
    .aliases = names,
    .title = "Linux kernel",
    .path = "linux/model.cat",
    .steps = "ppo prop hb pb rcu-fence rb",
    .coherent = true,
    .from_nothing = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof *tags,
    .apart = "LKR LKW UL LF RL RU",
    .variants = variants,
    .dialect = "linux",
    .mapping = &mapping,
};
