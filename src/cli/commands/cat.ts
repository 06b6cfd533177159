import { VarveError } from '../../index.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'

interface CatFlags {
  readonly archive?: 'tar'
}

/** Content goes to standard output as it is read, at the speed at which it is taken. */
export const cat: Verb<CatFlags> = async (invocation, flags, [reference = '']) => {
  const { output, interruption } = invocation
  if (flags.archive !== undefined && output.dataIsTerminal) {
    throw new VarveError('invalid-argument', 'an archive would only confuse a terminal', {
      hint: 'Send it to a file or a pipe: varve cat ID:DIR --archive tar > dir.tar',
    })
  }
  await using repository = await openRepository(invocation)
  const content = flags.archive === undefined ? repository.readFile(reference) : repository.archive(reference)
  for await (const chunk of content) {
    interruption.signal.throwIfAborted()
    await output.bytes(chunk)
  }
  return undefined
}
