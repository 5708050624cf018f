/* CommandLineToArgvW, and the command line that a program gets. */
#include <windows.h>
#include <shellapi.h>

#include "check.h"

static const struct {
	const WCHAR *line;
	int n;
	const WCHAR *argv[5];
} cases[] = {
	{ L"a b c", 3, { L"a", L"b", L"c" } },
	{ L"\"a b\" c", 2, { L"a b", L"c" } },
	{ L"a\\b\" c", 2, { L"a\\b\"", L"c" } },
	{ L"x \"a b\"c", 2, { L"x", L"a bc" } },
	{ L"x a\\\\b", 2, { L"x", L"a\\\\b" } },
	{ L"x a\\\"b", 2, { L"x", L"a\"b" } },
	{ L"x a\\\\\"b c\"", 2, { L"x", L"a\\b c" } },
	{ L"x \"\" y", 3, { L"x", L"", L"y" } },
	/* The second of two quotes is literal, and the quoting is over. */
	{ L"x \"a\"\"b\" c", 2, { L"x", L"a\"b c" } },
	{ L"x   y\t z ", 3, { L"x", L"y", L"z" } },
	{ L"x \"y", 2, { L"x", L"y" } },
	{ L"x c:\\dir\\", 2, { L"x", L"c:\\dir\\" } },
};

int main(void)
{
	int n = 0;
	WCHAR **v;

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		v = CommandLineToArgvW(cases[i].line, &n);
		CHECK(v != NULL);
		CHECK(n == cases[i].n, "%ls: got %d", cases[i].line, n);
		for (int j = 0; v && j < n && j < cases[i].n; j++)
			CHECK(!lstrcmpW(v[j], cases[i].argv[j]),
			      "%ls [%d]: got <%ls>, want <%ls>", cases[i].line,
			      j, v[j], cases[i].argv[j]);
		LocalFree(v);
	}
	v = CommandLineToArgvW(L"", &n);
	CHECK(v && n == 1 && wcsstr(v[0], L"argv"), "the program's own path");
	LocalFree(v);
	v = CommandLineToArgvW(GetCommandLineW(), &n);
	CHECK(v && n >= 1, "got %d", n);
	return check_done();
}
