import type { Difference, Repository } from '../../index.js'
import { defined } from '../defined.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { paintFor } from '../output/colour.js'
import { nameFields } from '../output/json-fields.js'
import { progressBesideData } from '../output/progress-of.js'
import { quoteName } from '../output/quote.js'
import { DiffTally } from './diff-tally.js'

type DiffOptions = NonNullable<Parameters<Repository['diff']>[2]>

const modifiers: Readonly<Record<Difference['kind'], string>> = {
  added: '+',
  removed: '-',
  modified: 'M',
  metadata: 'U',
  type: 'T',
}

const colours = {
  added: 'green',
  removed: 'red',
  modified: 'yellow',
  metadata: 'yellow',
  type: 'yellow',
} as const

/** One line for each difference; the sums go to stderr, so that two equal snapshots print nothing. */
export const diff: Verb<object> = async (invocation, _flags, [before = '', after = '', path]) => {
  const { output, global, interruption } = invocation
  await using repository = await openRepository(invocation)
  const progress = progressBesideData(invocation)
  const paint = paintFor(invocation)
  const tally = new DiffTally()
  const options = defined<DiffOptions>({
    path,
    signal: interruption.signal,
    onProgress: progress.onProgress,
  })
  try {
    for await (const difference of repository.diff(before, after, options)) {
      tally.add(difference)
      const modifier = modifiers[difference.kind]
      if (global.json)
        await output.json({ message_type: 'change', ...nameFields('path', difference.path), modifier })
      else await output.line(`${paint(colours[difference.kind], modifier)}  ${quoteName(difference.path)}`)
    }
  } finally {
    progress.end()
  }
  if (global.json) {
    await output.json({
      message_type: 'statistics',
      source_snapshot: before,
      target_snapshot: after,
      ...tally.fields(),
    })
  } else if (!global.quiet) {
    await output.flush()
    output.log(tally.text())
  }
  return undefined
}
