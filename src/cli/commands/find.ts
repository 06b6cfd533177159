import { pathOfText, type Repository } from '../../index.js'
import { defined } from '../defined.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { longEntryLine } from '../output/entry-line.js'
import { entryFields } from '../output/json-fields.js'
import { progressBesideData } from '../output/progress-of.js'
import { quoteName } from '../output/quote.js'

interface FindFlags {
  readonly snapshot?: string[]
  readonly ignoreCase?: boolean
  readonly long?: boolean
  readonly host?: string[]
  readonly tag?: string[]
  readonly path?: string[]
}

type FindOptions = NonNullable<Parameters<Repository['find']>[1]>

/** Each match as `ID:PATH`, which is what `cat`, `ls` and `restore` take. */
export const find: Verb<FindFlags> = async (invocation, flags, patterns) => {
  const { output, global, interruption } = invocation
  await using repository = await openRepository(invocation)
  const progress = progressBesideData(invocation)
  const options = defined<FindOptions>({
    snapshots: flags.snapshot,
    ignoreCase: flags.ignoreCase,
    hosts: flags.host,
    tags: flags.tag,
    paths: flags.path?.map(pathOfText),
    signal: interruption.signal,
    onProgress: progress.onProgress,
  })
  try {
    for await (const entry of repository.find([...patterns], options)) {
      const shown = quoteName(`${entry.snapshot.slice(0, 8)}:${entry.path}`)
      if (global.json)
        await output.json({ message_type: 'match', snapshot: entry.snapshot, ...entryFields(entry) })
      else await output.line(flags.long ? longEntryLine(entry, shown) : shown)
    }
  } finally {
    progress.end()
  }
  return undefined
}
