import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'

export const keyRemove: Verb<object> = async (invocation, _flags, [id = '']) => {
  const { output, global } = invocation
  await using repository = await openRepository(invocation)
  await repository.removeKey(id)
  if (global.json) await output.json({ message_type: 'key_removed', id })
  else if (!global.quiet) output.log(`removed key ${id}`)
  return undefined
}
