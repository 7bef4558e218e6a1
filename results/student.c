#include "results/student.h"

#include <math.h>

// The continued fraction of the incomplete beta function, by Lentz's method (Press et al., Numerical Recipes, 6.4).
static double beta_fraction(double a, double b, double x) {
  const double tiny = 1e-300, enough = 1e-14;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (fabs(d) < tiny ? tiny : d);
  double result = d;
  for (int m = 1; m <= 500; m++) {
    for (int odd = 0; odd < 2; odd++) {
      double numerator = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                             : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 + numerator * d;
      d = 1 / (fabs(d) < tiny ? tiny : d);
      c = 1 + numerator / c;
      c = fabs(c) < tiny ? tiny : c;
      result *= c * d;
    }
    if (fabs(c * d - 1) < enough)
      break;
  }
  return result;
}

// The regularised incomplete beta function I_x(a, b).
static double incomplete_beta(double a, double b, double x) {
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  int sign;
  double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) + a * log(x) + b * log1p(-x));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_p(double t, double freedom) {
  return isfinite(t) ? incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) : 0;
}
