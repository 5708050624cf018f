DLLS += oleaut32
oleaut32_CFLAGS = -D_OLEAUT32_
oleaut32_SOURCES = %D%/bstr.c %D%/errorinfo.c %D%/safearray.c \
	%D%/safearray-data.c %D%/variant.c %D%/variant-change.c %D%/variant-time.c
oleaut32_IMPORTS = ntdll kernel32
oleaut32_DELAYED = msvcrt
oleaut32_LIBS = -luuid
