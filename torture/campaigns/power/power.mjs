import { inProcess } from '../../inline/in-process.mjs'

/**
 * States that a power cut may leave: each is built from the record of a short history, opened, checked, restored from and backed
 * up into.
 */
export const run = async ({ seed = 1, seconds = 60, log = () => {} }) => {
  const result = { campaign: 'power', tried: 0, failures: [], notes: '' }
  let [histories, changes] = [0, 0]
  const ended = await inProcess(
    new URL('power-process.mjs', import.meta.url),
    { seed, seconds },
    (message) => {
      result.tried += message.tried
      histories++
      changes += message.lines
      log(`${result.tried} states of ${histories} histories`)
      if (message.story === undefined) return
      result.failures.push({ seed: message.seed, story: message.story })
      log(message.story)
    },
  )
  if (ended !== 0) result.failures.push({ seed, story: `the process of the campaign ended with ${ended}` })
  return { ...result, notes: `${histories} histories with ${changes} recorded changes and fsyncs` }
}
