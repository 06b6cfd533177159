import type { DamagedObject, RepairedPack, RepairIndexReport, RepairPacksReport } from '../../index.js'
import { countOf, countText } from '../output/count-text.js'
import { printable } from '../output/quote.js'

export const repairIndexFields = (report: RepairIndexReport): Record<string, unknown> => ({
  message_type: 'summary',
  dry_run: report.dryRun,
  index_files: report.indexFiles,
  packs: report.packs,
  set_aside: report.setAside,
  packs_named: report.packsNamed,
  torn_packs: report.tornPacks.map(packFields),
  remarks: report.remarks,
})

export const repairIndexLines = (report: RepairIndexReport): string[] => {
  const { dryRun, setAside, packsNamed, tornPacks, indexFiles, packs } = report
  if (setAside.length === 0 && packsNamed.length === 0 && tornPacks.length === 0)
    return [
      `nothing to do: ${countOf(indexFiles, 'index file')} name all chunks of ${countOf(packs, 'pack')}`,
    ]
  return [
    ...setAside.map(damageLine),
    ...tornPacks.flatMap((pack) => packLines(pack, dryRun)),
    ...report.remarks.map(remarkLine),
    `${countOf(packsNamed.length, 'pack')} ${dryRun ? 'would be named' : 'named'} in new index files`,
    `${countOf(setAside.length, 'damaged index file')} ${dryRun ? 'would be moved' : 'moved'} into quarantine/`,
    ...(tornPacks.length > 0 ? ['Next: `varve repair packs` sets the damaged packs aside.'] : []),
  ]
}

export const repairPacksFields = (report: RepairPacksReport): Record<string, unknown> => ({
  message_type: 'summary',
  dry_run: report.dryRun,
  packs_examined: report.packsExamined,
  packs: report.packs.map(packFields),
  new_packs: report.newPacks,
  suspects_ended: report.suspectsEnded,
  remarks: report.remarks,
})

export const repairPacksLines = (report: RepairPacksReport): string[] => {
  const { dryRun, packs, packsExamined, newPacks, suspectsEnded } = report
  const ended =
    suspectsEnded > 0 ? [`${countOf(suspectsEnded, 'record')} of suspects ${would(dryRun, 'removed')}`] : []
  if (packs.length === 0)
    return [`nothing to do: ${countOf(packsExamined, 'pack')} read, none of them damaged`, ...ended]
  return [
    ...packs.flatMap((pack) => packLines(pack, dryRun)),
    ...report.remarks.map(remarkLine),
    `${countOf(packs.length, 'damaged pack')} ${would(dryRun, 'moved')} into quarantine/` +
      (newPacks.length > 0 ? `, what is whole of them is in ${countOf(newPacks.length, 'new pack')}` : ''),
    ...ended,
    ...lossLines(packs),
  ]
}

const lossLines = (packs: readonly RepairedPack[]): string[] =>
  packs.every(({ chunksLost }) => chunksLost === 0)
    ? ['nothing is lost']
    : [
        'SOMETHING IS LOST. Next: back up the same sources again, which stores anew what they still have;',
        '`varve check` then names the files that stay incomplete, `varve repair snapshots` makes the rest of them usable.',
      ]

const packFields = (pack: RepairedPack): Record<string, unknown> => ({
  object: pack.object,
  message: pack.message,
  blocks_whole: pack.blocksWhole,
  blocks_broken: pack.blocksBroken ?? null,
  blocks_saved: pack.blocksSaved,
  chunks_lost: pack.chunksLost ?? null,
})

const packLines = (pack: RepairedPack, dryRun: boolean): string[] => [
  damageLine(pack),
  `  ${countOf(pack.blocksWhole, 'block')} whole, ${damagedText(pack)}; ${countText(pack.blocksSaved)} ` +
    `${would(dryRun, 'saved')} (the others are in other packs too); ${lostText(pack)}`,
]

const damagedText = ({ blocksBroken }: RepairedPack): string =>
  blocksBroken === undefined ? 'an unknown number damaged' : `${countText(blocksBroken)} damaged`

const lostText = ({ chunksLost }: RepairedPack): string =>
  chunksLost === undefined
    ? 'nobody can tell how many chunks are lost'
    : chunksLost === 0
      ? 'no chunk is lost'
      : `${countOf(chunksLost, 'chunk')} LOST`

const would = (dryRun: boolean, done: string): string => (dryRun ? `would be ${done}` : done)

const damageLine = ({ object, message }: DamagedObject): string =>
  `damaged: ${printable(object)}: ${printable(message)}`

const remarkLine = (remark: string): string => `remark: ${printable(remark)}`
