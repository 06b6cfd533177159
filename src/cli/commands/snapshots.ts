import { pathOfText, type SnapshotSummary } from '../../index.js'
import { defined } from '../defined.js'
import { exitCodes } from '../exit-code.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { countOf, countText } from '../output/count-text.js'
import { snapshotFields } from '../output/json-fields.js'
import { printable, quoteName } from '../output/quote.js'
import { tableLines } from '../output/table.js'
import { byteSizeText } from '../values/byte-size.js'
import { localTimeText } from '../values/time.js'

interface SnapshotsFlags {
  readonly host?: string[]
  readonly tag?: string[]
  readonly path?: string[]
  readonly latest?: number
}

type Filter = NonNullable<Parameters<Awaited<ReturnType<typeof openRepository>>['snapshots']>[0]>

export const snapshots: Verb<SnapshotsFlags> = async (invocation, flags) => {
  const { output, global } = invocation
  await using repository = await openRepository(invocation)
  let isDamaged = false
  const onUnreadable: Filter['onUnreadable'] = ({ name, error }) => {
    isDamaged = true
    const { message } = error
    output.log(
      global.json
        ? JSON.stringify({ message_type: 'error', object: name, message })
        : `damaged: ${printable(message)}`,
    )
  }
  const found = await repository.snapshots(
    defined<Filter>({
      onUnreadable,
      hosts: flags.host,
      tags: flags.tag,
      paths: flags.path?.map(pathOfText),
      latest: flags.latest,
    }),
  )
  if (global.json) await output.json(found.map(snapshotFields))
  else for (const line of snapshotLines(found)) await output.line(line)
  return isDamaged ? exitCodes.failed : undefined
}

export const snapshotLines = (found: readonly SnapshotSummary[]): string[] => {
  if (found.length === 0) return ['no snapshots']
  const columns = [
    { title: 'ID' },
    { title: 'Time' },
    { title: 'Host' },
    { title: 'Tags' },
    { title: 'Size', align: 'right' as const },
    { title: 'Paths' },
  ]
  return [
    ...tableLines(columns, found.map(snapshotCells)),
    ...found.flatMap(repairedLines),
    countOf(found.length, 'snapshot'),
  ]
}

const repairedLines = ({ shortId, repaired }: SnapshotSummary): string[] => {
  if (repaired === undefined) return []
  const { from, entriesDamaged, entriesLost, bytesLost } = repaired
  return [
    `${shortId} was repaired from ${from.slice(0, 8)}: ${countText(entriesDamaged)} entries damaged, ` +
      `${countText(entriesLost)} lost, ${byteSizeText(bytesLost)} missing`,
  ]
}

const snapshotCells = (snapshot: SnapshotSummary): string[] => [
  snapshot.shortId,
  localTimeText(snapshot.time),
  printable(snapshot.host),
  printable(snapshot.tags.join(',')),
  byteSizeText(snapshot.totalBytes),
  snapshot.paths.map(quoteName).join(', '),
]
