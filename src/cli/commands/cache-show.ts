import { type CacheSummary, Repository } from '../../index.js'
import type { Verb } from '../invocation.js'
import { cacheDirectoryOf } from '../open-repository.js'
import { printable } from '../output/quote.js'
import { tableLines } from '../output/table.js'
import { byteSizeText } from '../values/byte-size.js'
import { localTimeText } from '../values/time.js'

/** Needs no repository and no password. */
export const cacheShow: Verb<object> = async (invocation) => {
  const { output, global } = invocation
  const summary = await Repository.cacheOf(cacheDirectoryOf(invocation))
  if (global.json) await output.json(cacheFields(summary))
  else for (const line of cacheLines(summary)) await output.line(line)
  return undefined
}

const cacheFields = ({ directory, bytes, entries }: CacheSummary): Record<string, unknown> => ({
  message_type: 'cache',
  directory,
  size: bytes,
  repositories: entries.map(({ repositoryId, bytes: size, lastUsedMs }) => ({
    id: repositoryId,
    size,
    last_used: new Date(lastUsedMs).toISOString(),
  })),
})

const cacheLines = ({ directory, bytes, entries }: CacheSummary): string[] => [
  `${printable(directory)}: ${byteSizeText(bytes)}`,
  ...(entries.length === 0
    ? []
    : tableLines(
        [{ title: 'Repository' }, { title: 'Size', align: 'right' }, { title: 'Last used' }],
        entries.map((entry) => [
          entry.repositoryId.slice(0, 8),
          byteSizeText(entry.bytes),
          localTimeText(new Date(entry.lastUsedMs)),
        ]),
      )),
]
