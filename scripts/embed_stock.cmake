# Writes TO: every FROM/name.lua as bytes, by name.
file(GLOB files ${FROM}/*.lua)
list(SORT files)
set(arrays "")
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(REGEX REPLACE "('[^']*','[^']*','[^']*','[^']*','[^']*','[^']*','[^']*','[^']*',)" "\\1\n" bytes "${bytes}")
  string(APPEND arrays "static const char TEXT_${name}[] = {\n${bytes}'\\0'};\n")
  string(APPEND rows "    {\"${name}\", TEXT_${name}},\n")
endforeach()
file(WRITE ${TO}.new "#include \"base/attr.h\"\n#include \"scripts/script_stock.h\"\n\n${arrays}
const struct script_stock SCRIPT_STOCK[] = {\n${rows}};
const size_t SCRIPT_STOCK_COUNT = COUNT(SCRIPT_STOCK);\n")
file(RENAME ${TO}.new ${TO})
