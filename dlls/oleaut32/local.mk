DLLS += oleaut32
oleaut32_CFLAGS = -D_OLEAUT32_
oleaut32_SOURCES = %D%/bstr.c %D%/errorinfo.c %D%/safearray.c \
	%D%/safearray-data.c %D%/variant.c
oleaut32_IMPORTS = ntdll kernel32
oleaut32_LIBS = -luuid
