import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'

export const keyExport: Verb<object> = async (invocation) => {
  await using repository = await openRepository(invocation)
  const text = await repository.exportKeys()
  if (invocation.global.json) await invocation.output.json({ message_type: 'key_export', text })
  else await invocation.output.line(text.trimEnd())
  return undefined
}
