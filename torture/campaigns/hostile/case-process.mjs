import { Scene } from './scene.mjs'

/**
 * Does the cases of one family in a process of its own and sends what came of each. Leaves off where its memory has grown, so
 * that the next case begins with a small process.
 */
const [family, endMs, ...names] = process.argv.slice(2)
const cases = await import(`./${family}.mjs`)
const MiB = 1024 * 1024

const peakBytes = () => process.resourceUsage().maxRSS * 1024

const perform = async (name) => {
  const scene = await Scene.create()
  const before = process.cpuUsage()
  const startMs = performance.now()
  try {
    await cases[name](scene)
    scene.end()
  } catch (error) {
    scene.complaints.push(`the case itself ended with ${error.stack}`)
  }
  const { user, system } = process.cpuUsage(before)
  const seconds = Math.min((user + system) / 1e6, (performance.now() - startMs) / 1000)
  await scene.dispose()
  const { complaints, messages } = scene
  process.send({ name, seconds, peakMiB: peakBytes() / MiB, complaints, messages: messages.slice(0, 20) })
}

for (const name of names) {
  process.send({ begins: name })
  await perform(name)
  if (peakBytes() > 150 * MiB || Date.now() > Number(endMs)) break
}
process.disconnect()
