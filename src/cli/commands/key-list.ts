import type { KeySummary } from '../../index.js'
import { exitCodes } from '../exit-code.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { printable } from '../output/quote.js'
import { tableLines } from '../output/table.js'
import { localTimeText } from '../values/time.js'

export const keyList: Verb<object> = async (invocation) => {
  const { output, global } = invocation
  await using repository = await openRepository(invocation)
  let isDamaged = false
  const keys = await repository.keys({
    onDamage: ({ object, message }) => {
      isDamaged = true
      if (global.json) output.log(JSON.stringify({ message_type: 'error', object, message }))
      else output.log(`damaged: ${printable(object)}: ${printable(message)}; its key may open nothing`)
    },
  })
  if (global.json) await output.json(keys.map((key) => ({ ...key, created: key.created.toISOString() })))
  else for (const line of keyLines(keys)) await output.line(line)
  return isDamaged ? exitCodes.failed : undefined
}

/** A star marks the key that opened the repository. */
const keyLines = (keys: readonly KeySummary[]): string[] =>
  tableLines(
    [{ title: 'ID' }, { title: 'Kind' }, { title: 'Created' }, { title: 'Label' }],
    keys.map(({ id, kind, created, label, current }) => [
      `${current ? '*' : ' '}${id.slice(0, 8)}`,
      kind,
      localTimeText(created),
      printable(label),
    ]),
  )
