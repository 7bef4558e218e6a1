// The values that locations and registers hold: up to 128 bits, kept sign-extended from their type.
#pragma once

__extension__ typedef __int128 Value;
__extension__ typedef unsigned __int128 UnsignedValue;

// In place of a location, in a pointer: no pointer, but what may be any value.
enum { LOCATION_ANY = 0x7fffffff };
