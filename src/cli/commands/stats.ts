import type { Repository, StatsReport } from '../../index.js'
import { defined } from '../defined.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { countOf, countText } from '../output/count-text.js'
import { progressBesideData } from '../output/progress-of.js'
import { factLines, tableLines } from '../output/table.js'
import { byteSizeText } from '../values/byte-size.js'

type StatsOptions = NonNullable<Parameters<Repository['stats']>[0]>

export const stats: Verb<object> = async (invocation, _flags, references) => {
  const { output, global, interruption } = invocation
  await using repository = await openRepository(invocation)
  const progress = progressBesideData(invocation)
  try {
    const report = await repository.stats(
      defined<StatsOptions>({
        snapshots: references.length > 0 ? [...references] : undefined,
        signal: interruption.signal,
        onProgress: progress.onProgress,
      }),
    )
    progress.end()
    if (global.json) await output.json(statsFields(report))
    else for (const line of statsLines(report)) await output.line(line)
  } finally {
    progress.end()
  }
  return undefined
}

const statsFields = (report: StatsReport): Record<string, unknown> => ({
  message_type: 'summary',
  snapshots_count: report.snapshots,
  total_file_count: report.files,
  total_size: report.logicalBytes,
  total_blob_count: report.uniqueChunks,
  total_uncompressed_size: report.uniqueBytes,
  total_stored_size: report.storedBytes,
  packs: report.packs,
  index_size: report.indexBytes,
  deduplication_ratio: report.deduplicationRatio,
  compression_ratio: report.compressionRatio,
  snapshots: report.perSnapshot.map(({ id, logicalBytes, onlyHereBytes }) => ({
    id,
    total_size: logicalBytes,
    only_here: onlyHereBytes,
  })),
})

const statsLines = (report: StatsReport): string[] => [
  ...factLines([
    ['snapshots', countText(report.snapshots)],
    ['files', countText(report.files)],
    ['size', byteSizeText(report.logicalBytes)],
    [
      'unique',
      `${byteSizeText(report.uniqueBytes)} in ${countOf(report.uniqueChunks, 'chunk')} (${ratio(report.deduplicationRatio)} deduplication)`,
    ],
    [
      'stored',
      `${byteSizeText(report.storedBytes)} in ${countOf(report.packs, 'pack')} (${ratio(report.compressionRatio)} compression)`,
    ],
    ['index', byteSizeText(report.indexBytes)],
  ]),
  ...(report.perSnapshot.length === 0 ? [] : ['', ...perSnapshotLines(report)]),
]

const perSnapshotLines = ({ perSnapshot }: StatsReport): string[] =>
  tableLines(
    [{ title: 'Snapshot' }, { title: 'Size', align: 'right' }, { title: 'Only here', align: 'right' }],
    perSnapshot.map(({ id, logicalBytes, onlyHereBytes }) => [
      id.slice(0, 8),
      byteSizeText(logicalBytes),
      byteSizeText(onlyHereBytes),
    ]),
  )

const ratio = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(2)}×` : 'no')
