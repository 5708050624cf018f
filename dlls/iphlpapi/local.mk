DLLS += iphlpapi
iphlpapi_SOURCES = %D%/network.c %D%/adapters.c %D%/interfaces.c %D%/addresses.c %D%/ip-interfaces.c %D%/neighbors.c %D%/statistics.c %D%/settings.c %D%/routes.c %D%/connections.c %D%/icmp.c %D%/changes.c
iphlpapi_IMPORTS = ntdll kernel32 ws2_32
