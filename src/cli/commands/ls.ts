import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { longEntryLine } from '../output/entry-line.js'
import { entryFields, snapshotFields } from '../output/json-fields.js'
import { quoteName } from '../output/quote.js'

interface LsFlags {
  readonly long?: boolean
  readonly recursive?: boolean
}

export const ls: Verb<LsFlags> = async (invocation, flags, [reference = 'latest']) => {
  const { output, global, interruption } = invocation
  await using repository = await openRepository(invocation)
  if (global.json) {
    const { snapshot } = await repository.snapshot(reference)
    await output.json({ message_type: 'snapshot', struct_type: 'snapshot', ...snapshotFields(snapshot) })
  }
  for await (const entry of repository.entries(reference, { recursive: flags.recursive ?? false })) {
    interruption.signal.throwIfAborted()
    if (global.json) await output.json({ message_type: 'node', struct_type: 'node', ...entryFields(entry) })
    else await output.line(flags.long ? longEntryLine(entry, quoteName(entry.path)) : quoteName(entry.path))
  }
  return undefined
}
