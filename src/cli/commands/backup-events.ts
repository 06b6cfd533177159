import type { BackedUpEntry, SourceProblem } from '../../index.js'
import type { Invocation } from '../invocation.js'
import { nameFields } from '../output/json-fields.js'
import { printable, quoteName } from '../output/quote.js'
import { byteSizeText } from '../values/byte-size.js'

/** One file that could not be saved, or not as it was: always told, on stderr. */
export const problemTold = ({ output, global }: Invocation, problem: SourceProblem): void => {
  if (global.json) {
    output.log(
      JSON.stringify({
        message_type: 'error',
        error: { message: problem.message },
        during: 'archival',
        reason: problem.reason,
        ...nameFields('item', problem.path),
      }),
    )
  } else {
    output.log(`${problem.reason}: ${quoteName(problem.path)}: ${printable(problem.message)}`)
  }
}

const words: Readonly<Record<BackedUpEntry['action'], string>> = {
  new: 'new',
  changed: 'modified',
  unmodified: 'unchanged',
}

/** One line for a file that is new or changed. */
export const entryTold = ({ output, global }: Invocation, entry: BackedUpEntry): void => {
  if (global.json) {
    const fields = {
      message_type: 'verbose_status',
      action: words[entry.action],
      ...nameFields('item', entry.path),
    }
    output.report(JSON.stringify({ ...fields, data_size: entry.sizeBytes })).catch(() => undefined)
  } else if (entry.action !== 'unmodified') {
    output.log(`${entry.action.padEnd(7)}  ${quoteName(entry.path)}  ${byteSizeText(entry.sizeBytes)}`)
  }
}
