# Runs bundle.js, if there are libraries.
if(EXISTS ${BINARY}/node_modules/esbuild)
  execute_process(COMMAND ${NODE} ${SOURCE}/bundle.js ${SOURCE} ${BINARY}
    WORKING_DIRECTORY ${BINARY} COMMAND_ERROR_IS_FATAL ANY)
  file(TOUCH ${BINARY}/bundled)
endif()
