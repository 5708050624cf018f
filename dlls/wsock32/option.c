/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * option.c - the one thing that is not as in winsock 2: the options of IP had
 * other numbers in 1.1.  Source: winsock.h against ws2ipdef.h.
 */
#include <winsock.h>

static int translate(int level, int option)
{
	static const unsigned char map[] = {
		[2] = 9,  /* IP_MULTICAST_IF */
		[3] = 10, /* IP_MULTICAST_TTL */
		[4] = 11, /* IP_MULTICAST_LOOP */
		[5] = 12, /* IP_ADD_MEMBERSHIP */
		[6] = 13, /* IP_DROP_MEMBERSHIP */
		[7] = 4,  /* IP_TTL */
		[8] = 3,  /* IP_TOS */
		[9] = 14, /* IP_DONTFRAGMENT */
	};

	if (level != IPPROTO_IP || option < 2 || option > 9)
		return option;
	return map[option];
}

/* ws2_32's, under another name than the ones we export. */
typedef int(WINAPI *get_fn)(SOCKET s, int level, int option, char *value,
			    int *n);
typedef int(WINAPI *set_fn)(SOCKET s, int level, int option, const char *value,
			    int n);

static FARPROC real(const char *name)
{
	return GetProcAddress(GetModuleHandleA("ws2_32.dll"), name);
}

int WINAPI getsockopt(SOCKET s, int level, int option, char *value, int *n)
{
	get_fn get = (get_fn)(void *)real("getsockopt");

	return get(s, level, translate(level, option), value, n);
}

int WINAPI setsockopt(SOCKET s, int level, int option, const char *value, int n)
{
	set_fn set = (set_fn)(void *)real("setsockopt");

	return set(s, level, translate(level, option), value, n);
}
