import type { RepairIndexReport } from '../../index.js'
import { countOf } from '../output/count-text.js'
import { printable } from '../output/quote.js'

export const repairIndexFields = (report: RepairIndexReport): Record<string, unknown> => ({
  message_type: 'summary',
  dry_run: report.dryRun,
  index_files: report.indexFiles,
  packs: report.packs,
  set_aside: report.setAside,
  packs_named: report.packsNamed,
  remarks: report.remarks,
})

export const repairIndexLines = (report: RepairIndexReport): string[] => [
  ...report.setAside.map(({ object, message }) => `damaged: ${printable(object)}: ${printable(message)}`),
  ...report.remarks.map((remark) => `remark: ${printable(remark)}`),
  ...verdict(report),
]

const verdict = ({ dryRun, setAside, packsNamed, indexFiles, packs }: RepairIndexReport): string[] => {
  if (setAside.length === 0 && packsNamed.length === 0)
    return [
      `nothing to do: ${countOf(indexFiles, 'index file')} name all chunks of ${countOf(packs, 'pack')}`,
    ]
  const [named, moved] = dryRun
    ? ['would be named in new index files', 'would be moved into quarantine/']
    : ['named in new index files', 'moved into quarantine/']
  return [
    `${countOf(packsNamed.length, 'pack')} ${named}`,
    `${countOf(setAside.length, 'damaged index file')} ${moved}`,
  ]
}
