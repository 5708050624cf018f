DLLS += vcruntime140_1
vcruntime140_1_SOURCES =
vcruntime140_1_IMPORTS = vcruntime140
