// The values that locations and registers hold: up to 128 bits, kept sign-extended from their type.
#pragma once

__extension__ typedef __int128 Value;
__extension__ typedef unsigned __int128 UnsignedValue;
