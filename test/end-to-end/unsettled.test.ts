import { expect, it } from 'vitest'
import { Place } from './varve.js'

const stalled = new URL('stalled-input.mjs', import.meta.url).href

it('a command that can never come to its end says so, as a mistake in varve itself, with exit code 1', async () => {
  using place = new Place()
  await place.varve(['init'])
  const backup = ['backup', '--stdin', '--dry-run']
  const told = await place.varve(backup, { before: stalled })
  expect(told).toMatchObject({ code: 1, stdout: '' })
  expect(told.stderr).toMatch(
    'varve: a mistake in varve itself: the command waits for something that can never come\n',
  )
  expect(told.stderr).toMatch('please report it')
  const inJson = await place.varve([...backup, '--json'], { before: stalled })
  expect(inJson.code).toBe(1)
  expect(JSON.parse(inJson.stderr)).toMatchObject({ message_type: 'error', code: 'internal', exit_code: 1 })
})
