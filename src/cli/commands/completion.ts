import { VarveError } from '../../index.js'
import { bashCompletion } from '../completion/bash.js'
import { completionTree } from '../completion/completion-tree.js'
import { fishCompletion } from '../completion/fish.js'
import { zshCompletion } from '../completion/zsh.js'
import type { Verb } from '../invocation.js'

const writers = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
])

export const completion: Verb<object> = async ({ output, root }, _flags, [shell = '']) => {
  const write = writers.get(shell)
  if (write === undefined) {
    throw new VarveError('invalid-argument', `there are no completions for '${shell}'`, {
      hint: `They exist for ${[...writers.keys()].join(', ')}.`,
    })
  }
  await output.line(write(completionTree(root)))
  return undefined
}
