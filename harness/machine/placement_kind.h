// What neighbouring threads share; see DESIGN.md, "Placements". In the order of the table of names.
#pragma once

typedef enum {
  PLACEMENT_SAME_PU,
  PLACEMENT_SMT,
  PLACEMENT_L2,
  PLACEMENT_L3,
  PLACEMENT_PACKAGE,
  PLACEMENT_MACHINE,
  PLACEMENT_KINDS,
  PLACEMENT_SHARED_PUS, // more threads than PUs
  PLACEMENT_CUSTOM,     // --pus; or, as the default, where no placement has room but there are PUs enough
  PLACEMENT_COUNT
} PlacementKind;
