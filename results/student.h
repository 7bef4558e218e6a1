// Student's t distribution.
#pragma once

// Two-sided p of t with `freedom` degrees of freedom.
double student_p(double t, double freedom);
