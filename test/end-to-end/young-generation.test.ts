import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Place } from './varve.js'

/** Keeps objects alive for a while, again and again, which makes V8's young generation grow. */
const makeGarbage = `import { getHeapSpaceStatistics } from 'node:v8'
import { writeSync } from 'node:fs'
const makeSome = () => {
  for (let round = 0; round < 5; round++) Array.from({ length: 100_000 }, (_, index) => ({ index }))
}
setTimeout(() => setInterval(makeSome, 10), 1800)
process.once('exit', () => {
  const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  writeSync(2, 'young generation ' + space_size / 2 ** 20)
})`

it('a command that takes long keeps its young generation small', { timeout: 30_000 }, async () => {
  using place = new Place()
  await place.varve(['init'])
  writeFileSync(place.at('before.mjs'), makeGarbage)
  const secret = ['--password-command', `sleep 3; cat ${place.passwordFile}`]
  const { code, stderr } = await place.run(['-r', place.repository, ...secret, 'snapshots'], {
    before: place.at('before.mjs'),
  })
  expect(code).toBe(0)
  const sizeMb = Number(/young generation (\S+)/.exec(stderr)?.[1])
  expect(sizeMb).toBeGreaterThan(0)
  expect(sizeMb).toBeLessThan(16)
})
