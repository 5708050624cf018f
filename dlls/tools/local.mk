# Small programs that scripts call beside cmd.exe's own commands.
tools = attrib chcp choice doskey find findstr hostname icacls more reg sort taskkill tasklist timeout \
	where whoami xcopy
PROGRAMS += $(tools)

$(foreach t,$(tools),$(eval $(t)_SOURCES = dlls/tools/$(t).c dlls/tools/tool.c))
$(foreach t,$(tools),$(eval $(t)_IMPORTS = ntdll kernel32))
$(foreach t,$(tools),$(eval $(t)_CFLAGS = -I$$(srcdir)/dlls/tools))
$(foreach t,$(tools),$(eval $(t)_ENTRY = tool_start))
taskkill_SOURCES += dlls/tools/process.c
tasklist_SOURCES += dlls/tools/process.c
findstr_SOURCES += dlls/tools/pattern.c
icacls_SOURCES += dlls/tools/account.c dlls/tools/icacls-entry.c
whoami_SOURCES += dlls/tools/account.c
icacls_IMPORTS += advapi32
whoami_IMPORTS += advapi32
reg_IMPORTS += advapi32
