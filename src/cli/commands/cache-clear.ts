import type { Verb } from '../invocation.js'
import { cacheDirectoryOf } from '../open-repository.js'
import { byteSizeText } from '../values/byte-size.js'

/** Needs no repository and no password. */
export const cacheClear: Verb<object> = async (invocation) => {
  const { output, global } = invocation
  const { Repository } = await import('../../index.js')
  const { bytesFreed } = await Repository.clearCache(cacheDirectoryOf(invocation))
  if (global.json) await output.json({ message_type: 'cache_cleared', bytes_freed: bytesFreed })
  else if (!global.quiet) output.log(`${byteSizeText(bytesFreed)} freed`)
  return undefined
}
