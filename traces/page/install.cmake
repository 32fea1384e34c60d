# npm ci into the build folder. Without the registry: a message, no libraries,
# no stamp; the next build tries again.
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${BINARY})
execute_process(
  COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --fetch-retries=1
          --cache ${BINARY}/npm-cache
  WORKING_DIRECTORY ${BINARY} RESULT_VARIABLE failed OUTPUT_VARIABLE told ERROR_VARIABLE told)
file(REMOVE_RECURSE ${BINARY}/npm-cache)
if(failed)
  file(REMOVE_RECURSE ${BINARY}/node_modules)
  message("npm ci failed: built without the page of `sqz trace report`.\n${told}")
else()
  file(TOUCH ${BINARY}/installed)
endif()
