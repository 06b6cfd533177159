import type { CheckReport, Damage } from '../../index.js'
import { countOf, countText } from '../output/count-text.js'
import { nameFields } from '../output/json-fields.js'
import { printable, quoteName } from '../output/quote.js'
import { byteSizeText } from '../values/byte-size.js'
import { durationText } from '../values/time.js'

const dependentsShownMax = 10

export const damageFields = (damage: Damage): Record<string, unknown> => ({
  message_type: 'error',
  object: damage.object,
  message: damage.message,
  hint: damage.hint,
  dependents: damage.dependents.map(({ snapshot, path }) => ({ snapshot, ...nameFields('path', path) })),
  dependents_total: damage.dependentsTotal,
})

/** The broken object, and below it what cannot be had without it. */
export const damageLines = ({ object, message, dependents, dependentsTotal }: Damage): string[] => {
  const shown = dependents.slice(0, dependentsShownMax)
  const more = dependentsTotal - shown.length
  return [
    `damaged: ${printable(object)}: ${printable(message)}`,
    ...shown.map(({ snapshot, path }) => `  needed by ${quoteName(`${snapshot.slice(0, 8)}:${path}`)}`),
    ...(more > 0 ? [`  and by ${countText(more)} more`] : []),
  ]
}

export const checkFields = (report: CheckReport): Record<string, unknown> => ({
  message_type: 'summary',
  num_errors: report.damages.length,
  broken_objects: report.damages.map((damage) => damage.object),
  snapshots: report.snapshots,
  tree_nodes: report.treeNodes,
  chunks: report.chunks,
  packs: report.packs,
  packs_read: report.packsRead,
  bytes_read: report.bytesRead,
  covered: report.covered,
  remarks: report.remarks,
  marked: report.marked,
  total_duration: report.durationMs / 1000,
})

export const checkLines = (report: CheckReport): string[] => [
  ...report.remarks.map((remark) => `remark: ${printable(remark)}`),
  verdict(report),
  ...[...new Set(report.damages.map(({ hint }) => hint))].map((hint) => `  Next: ${hint}`),
  `  ${printable(report.covered)}`,
  `  ${countOf(report.snapshots, 'snapshot')}, ${countOf(report.treeNodes, 'tree node')}, ` +
    `${countOf(report.chunks, 'chunk')}, ${countOf(report.packs, 'pack')}; ` +
    `${byteSizeText(report.bytesRead)} read in ${durationText(report.durationMs)}`,
  ...(report.marked > 0
    ? [`  ${countText(report.marked)} marked as suspect: the next backup of the same content stores it again`]
    : []),
]

const verdict = ({ damages }: CheckReport): string =>
  damages.length === 0
    ? 'no damage found'
    : `DAMAGE FOUND: ${countOf(damages.length, 'object')} (named above)`
