/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* variant.h - what DATEs can be, within oleaut32. */
#ifndef RF_OLEAUT32_VARIANT_H
#define RF_OLEAUT32_VARIANT_H

/* The years 100 to 9999 lie between them. */
#define DATE_BELOW (-657435.0)
#define DATE_ABOVE 2958466.0

#endif
