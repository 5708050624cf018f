DLLS += combase
combase_SOURCES = %D%/nothing.c
combase_IMPORTS = ole32
